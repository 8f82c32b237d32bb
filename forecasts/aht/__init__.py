"""Handling times per planning group: a weekly table, a level that follows, their backtest."""

from forecasts.aht.backtest import AhtBacktest, AhtScore, backtest_aht
from forecasts.aht.expected import HandlingTimes, expected_aht
from forecasts.aht.table import weekly_aht

__all__ = [
    "AhtBacktest",
    "AhtScore",
    "HandlingTimes",
    "backtest_aht",
    "expected_aht",
    "weekly_aht",
]
