"""What will happen: the forecast, and how it is kept in files."""

from forecasts.result.forecast import Forecast
from forecasts.result.stored import as_json, read_forecast, write_forecast

__all__ = ["Forecast", "as_json", "read_forecast", "write_forecast"]
