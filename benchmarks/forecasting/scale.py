"""Seconds and memory of forecasting many groups, each size in a process of its own.

The centre is drawn from a seed: half of the groups are open around the clock and half in office
hours, one in five has so few contacts that most of its intervals are empty. Weekdays, the
month, the time of day and a slow drift move the rate; counts are Poisson around a rate with
over-dispersion.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from forecasts import History, forecast
from forecasts.calendars import month_cycle
from forecasts.weekly import FloatArray, weekday

__all__ = ["Cost", "centre_history", "import_seconds", "measure"]

FIRST_DAY = "2025-01-01"
SLOTS = 48
INTERMITTENT_SHARE = 0.2
OPEN, CLOSE = 8.0, 18.0
CLOSED_DATES = ("2025-01-01", "2025-07-04", "2025-11-27", "2025-12-25")
WEEKEND = 0.45
"""Contacts of a Saturday or Sunday as a share of a weekday's, where it is open."""

BUSY_PER_INTERVAL = (5.0, 400.0)
QUIET_PER_INTERVAL = (0.02, 0.5)
DISPERSION = 0.08
"""Relative standard deviation of the rate of an interval around what moves it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one forecast took.

    Parameters
    ----------
    series, days
        Groups and length of the history of half-hours.
    seconds
        To fit, predict a week and measure its intervals, all groups together.
    peak_memory_mb
        Of the whole process, history included.
    history_mb
        Of the history's array alone.
    """

    series: int
    days: int
    seconds: float
    peak_memory_mb: float
    history_mb: float

    @property
    def ms_per_series(self) -> float:
        """Return milliseconds per series."""
        return 1000.0 * self.seconds / self.series

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return {**asdict(self), "ms_per_series": self.ms_per_series}


def centre_history(series: int, days: int, seed: int) -> History:
    """Draw the half-hours of a centre; closed intervals have no record."""
    random = np.random.default_rng(seed)
    starts = pd.date_range(FIRST_DAY, periods=days * SLOTS, freq="30min")
    dates = starts[::SLOTS].to_numpy().astype("datetime64[D]")
    hour = np.arange(SLOTS) * 24 / SLOTS
    office = (hour >= OPEN) & (hour < CLOSE)
    weekend = weekday(dates) >= 5
    closed = weekend | np.isin(dates, np.array(CLOSED_DATES, dtype="datetime64[D]"))
    offered = np.empty((series, days, SLOTS))
    for group in range(series):
        quiet = group < round(INTERMITTENT_SHARE * series)
        low, high = np.log(QUIET_PER_INTERVAL if quiet else BUSY_PER_INTERVAL)
        rate = np.exp(random.uniform(low, high)) * _shape(dates, hour, weekend, random)
        rate *= random.gamma(1 / DISPERSION**2, DISPERSION**2, rate.shape)
        offered[group] = random.poisson(rate)
        if group % 2:
            offered[group][:, ~office] = np.nan
            offered[group][closed] = np.nan
    return History(
        groups=tuple(f"group{number + 1:03}" for number in range(series)),
        starts=starts,
        interval_minutes=24 * 60 // SLOTS,
        offered=offered.reshape(series, -1),
    )


def _shape(
    dates: np.ndarray, hour: FloatArray, weekend: np.ndarray, random: np.random.Generator
) -> FloatArray:
    """Return what moves one group's rate, days x slots, about 1 on a weekday at noon."""
    peak, width, evening = random.uniform((10, 3, 0.1), (14, 5, 0.5))
    of_day = np.exp(-(((hour - peak) / width) ** 2)) + evening * np.exp(-(((hour - 20) / 2) ** 2))
    of_week = random.normal(1.0, 0.08, 7)[weekday(dates)] * np.where(weekend, WEEKEND, 1.0)
    of_month = np.exp(month_cycle(dates) @ random.normal(0.0, 0.05, 4))
    drift = np.exp(np.cumsum(random.normal(0.0, 0.01, len(dates))))
    shape: FloatArray = np.outer(of_week * of_month * drift, 0.02 + of_day)
    return shape


def measure(series: int, days: int, seed: int) -> Cost:
    """Forecast a week of a drawn centre in a fresh process and return what it took."""
    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        return executor.submit(_measure_here, series, days, seed).result()


def _measure_here(series: int, days: int, seed: int) -> Cost:
    history = centre_history(series, days, seed)
    began = time.perf_counter()
    forecast(history, 7)
    seconds = time.perf_counter() - began
    return Cost(series, days, seconds, _peak_memory_mb(), history.offered.nbytes / 2**20)


def _peak_memory_mb() -> float:
    """Return the peak of this process alone.

    Linux hands the peak of the parent on to `getrusage` of a child, so it is asked for the
    peak of the address space where it can tell.
    """
    status = Path("/proc/self/status")
    if status.is_file() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def import_seconds(turns: int = 3) -> dict[str, float]:
    """Return the median time to import `forecasts` in a fresh interpreter.

    ``importtime`` is what ``python -X importtime`` says of it, ``process`` the whole life of an
    interpreter that does nothing else.
    """
    importing, living = [], []
    for _ in range(turns):
        began = time.perf_counter()
        process = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", "import forecasts"],
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
        living.append(time.perf_counter() - began)
        # The last line is the package itself: own and cumulative microseconds.
        importing.append(int(process.stderr.splitlines()[-1].split("|")[1]) / 1e6)
    return {"importtime": float(np.median(importing)), "process": float(np.median(living))}
