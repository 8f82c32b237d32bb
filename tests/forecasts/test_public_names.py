"""What the package offers, by name."""

from __future__ import annotations

import forecasts


def test_the_public_names_are_these() -> None:
    assert forecasts.__all__ == [
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
    assert all(hasattr(forecasts, name) for name in forecasts.__all__)
