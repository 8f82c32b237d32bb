"""Volume and handling-time forecasts per planning group."""

from forecasts.accuracy import AccuracyReport, accuracy
from forecasts.aht import AhtBacktest, AhtScore, HandlingTimes, backtest_aht, expected_aht
from forecasts.backtest import Backtest, Score, backtest
from forecasts.checks import check_forecast, check_horizon
from forecasts.choice import Choice
from forecasts.coherence.attributes import read_hierarchy
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.errors import ForecastError, InvalidHistory, Issue, Severity
from forecasts.events import Event, check_events, holiday_events, read_events
from forecasts.history import (
    History,
    Repairs,
    history_from_contacts,
    history_from_frame,
    read_contacts,
    read_history,
)
from forecasts.outlook import Beside
from forecasts.pipeline import forecast
from forecasts.provenance import fingerprint_of
from forecasts.result import Forecast, read_forecast, write_forecast

__all__ = [
    "AccuracyReport",
    "AhtBacktest",
    "AhtScore",
    "Backtest",
    "Beside",
    "Choice",
    "Event",
    "Forecast",
    "ForecastError",
    "HandlingTimes",
    "Hierarchy",
    "History",
    "InvalidHistory",
    "Issue",
    "Repairs",
    "Score",
    "Severity",
    "accuracy",
    "backtest",
    "backtest_aht",
    "check_events",
    "check_forecast",
    "check_horizon",
    "expected_aht",
    "fingerprint_of",
    "forecast",
    "history_from_contacts",
    "history_from_frame",
    "holiday_events",
    "read_contacts",
    "read_events",
    "read_forecast",
    "read_hierarchy",
    "read_history",
    "write_forecast",
]
