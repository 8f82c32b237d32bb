"""Volume and handling-time forecasts per planning group."""

from forecasts.backtest import Backtest, Score, backtest
from forecasts.errors import ForecastError, InvalidHistory, Issue, Severity
from forecasts.pipeline import forecast
from forecasts.result import Forecast, read_forecast
from forecasts.series import History, history_from_frame, read_history

__all__ = [
    "Backtest",
    "Forecast",
    "ForecastError",
    "History",
    "InvalidHistory",
    "Issue",
    "Score",
    "Severity",
    "backtest",
    "forecast",
    "history_from_frame",
    "read_forecast",
    "read_history",
]
