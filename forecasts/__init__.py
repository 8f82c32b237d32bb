"""Volume and handling-time forecasts per planning group."""

from forecasts.backtest import Backtest, Score, backtest
from forecasts.errors import ForecastError, InvalidHistory, Issue, Severity
from forecasts.history.series import History, history_from_frame, read_history
from forecasts.pipeline import forecast
from forecasts.result import Forecast, read_forecast

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
