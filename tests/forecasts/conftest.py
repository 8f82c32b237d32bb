"""Small histories, made where they are used."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from forecasts import History

HistoryOf = Callable[..., History]


@pytest.fixture(scope="session")
def history_of() -> HistoryOf:
    """Return a function that makes a history of groups x days x slots; NaN is closed."""

    def make(
        offered: np.ndarray | Sequence[np.ndarray],
        first: str = "2024-01-01",
        aht_s: np.ndarray | None = None,
        handled: np.ndarray | None = None,
        groups: Sequence[str] | None = None,
    ) -> History:
        values = np.asarray(offered, dtype=float)
        values = values[None] if values.ndim == 2 else values
        count, days, slots = values.shape

        def flat(array: np.ndarray | None) -> np.ndarray | None:
            return None if array is None else np.asarray(array, float).reshape(count, -1)

        return History(
            groups=tuple(groups or (f"g{index}" for index in range(count))),
            starts=pd.date_range(first, periods=days * slots, freq=f"{1440 // slots}min"),
            interval_minutes=1440 // slots,
            offered=values.reshape(count, -1),
            aht_s=flat(aht_s),
            handled=flat(handled),
        )

    return make


@pytest.fixture(scope="session")
def office() -> Callable[..., np.ndarray]:
    """Return a function that makes expected contacts of a centre open Monday to Friday 8 to 18."""

    def make(
        days: int,
        first: str = "2024-01-01",
        total: float = 2000.0,
        weekday_factors: Sequence[float] = (1.2, 1.0, 0.9, 0.9, 1.0),
        uplift: float = 1.25,
        month_wave: float = 0.1,
        closures: Sequence[str] = (),
    ) -> np.ndarray:
        dates = pd.date_range(first, periods=days)
        shape = np.zeros(24)
        shape[8:18] = 1.0 + np.sin(np.linspace(0.0, np.pi, 10))
        shape /= shape.sum()
        values = np.full((days, 24), np.nan)
        after = False
        for row, date in enumerate(dates):
            if date.weekday() > 4:
                continue
            if str(date.date()) in closures:
                after = True
                continue
            phase = 2 * np.pi * (date.day - 1) / date.days_in_month
            level = total * weekday_factors[date.weekday()] * np.exp(month_wave * np.cos(phase))
            values[row] = np.where(shape > 0, level * (uplift if after else 1.0) * shape, np.nan)
            after = False
        return values

    return make
