"""What will happen: the forecast, and how it is kept in files."""

from forecasts.result.document import as_json
from forecasts.result.forecast import Forecast
from forecasts.result.stored import forecast_from_frame, read_forecast, write_forecast

__all__ = ["Forecast", "as_json", "forecast_from_frame", "read_forecast", "write_forecast"]
