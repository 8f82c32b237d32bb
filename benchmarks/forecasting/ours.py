"""Our forecast as a method like any other."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.forecasting.scoring import LEVELS, Prediction
from benchmarks.forecasting.windows import Window
from forecasts import forecast
from forecasts.weekly import FloatArray

__all__ = ["Callboard"]


@dataclass(frozen=True, slots=True)
class Callboard:
    """`forecasts.forecast` as anybody would call it: the history so far and the closures.

    Closures are those that all groups share, because that is what can be given by date.
    """

    @property
    def name(self) -> str:
        """Return what it is called in tables."""
        return "Callboard"

    @property
    def described(self) -> str:
        """Return its configuration in words."""
        return "`forecasts.forecast` with its defaults and the closures, all groups in one call."

    @property
    def requires(self) -> tuple[str, ...]:
        """Return the distributions that must be installed."""
        return ()

    def predict(self, window: Window) -> Prediction:
        """Forecast all groups in one call."""
        horizon = len(window.days)
        made = forecast(window.history, horizon, closures=window.closures.tolist())

        def by_day(values: FloatArray) -> FloatArray:
            return values.reshape(len(window.groups), horizon, -1)

        return Prediction(
            by_day(made.offered),
            {level: (by_day(made.lower[level]), by_day(made.upper[level])) for level in LEVELS},
        )
