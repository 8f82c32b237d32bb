"""The rest of today, from what has arrived."""

from forecasts.intraday.alarm import BiasAlarm
from forecasts.intraday.backtest import IntradayBacktest, IntradayScore, backtest_intraday
from forecasts.intraday.drift import Drift, learn_drifts
from forecasts.intraday.pairs import DayPairs, past_pairs
from forecasts.intraday.reading import read_until_today
from forecasts.intraday.today import Today, slots_over, update_today
from forecasts.intraday.update import IntradayUpdate, Update, learn_update, update_day

__all__ = [
    "BiasAlarm",
    "DayPairs",
    "Drift",
    "IntradayBacktest",
    "IntradayScore",
    "IntradayUpdate",
    "Today",
    "Update",
    "backtest_intraday",
    "learn_drifts",
    "learn_update",
    "past_pairs",
    "read_until_today",
    "slots_over",
    "update_day",
    "update_today",
]
