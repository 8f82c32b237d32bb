"""Volume and handling-time forecasts per planning group."""
