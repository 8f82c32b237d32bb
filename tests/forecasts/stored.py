"""Forecasts made by hand, for what is done with a forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasts import Forecast

GROUPS = ("front", "experts", "night")
FIRST = "2024-03-04"
"""A Monday."""


def made(seed: int = 0, days: int = 7, with_aht: bool = True) -> Forecast:
    """Return hourly volumes of two groups open from 8 to 18, not on Sundays, and one always."""
    rng = np.random.default_rng(seed)
    is_open = np.zeros((3, days, 24), bool)
    is_open[:2, :, 8:18] = True
    is_open[:2, 6::7] = False
    is_open[2] = True
    offered = np.where(is_open, rng.gamma(2.0, [[[30.0]], [[8.0]], [[0.5]]], is_open.shape), 0.0)
    aht_s = rng.uniform(100.0, 600.0, is_open.shape)
    widths = {80: 1.3, 95: 2.0}
    flat = offered.reshape(3, -1)
    return Forecast(
        groups=GROUPS,
        starts=pd.date_range(FIRST, periods=days * 24, freq="h"),
        interval_minutes=60,
        offered=flat,
        open=is_open.reshape(3, -1),
        lower={k: np.maximum(flat - w * np.sqrt(flat), 0.0) for k, w in widths.items()},
        upper={k: flat + w * np.sqrt(flat) for k, w in widths.items()},
        aht_s=aht_s.reshape(3, -1) if with_aht else None,
        models=("profile_level",) * 3,
    )
