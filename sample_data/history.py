"""The past as it was recorded: expected contacts with the chance of real days on top.

The day's busyness is a gamma factor, half of it shared by all groups and half a group's own;
given the busyness, contacts are Poisson, so that counts vary more than a Poisson process, as
real ones do (Avramidis, Deslauriers & L'Ecuyer 2004). Handling times are log-normal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sample_data.calendars import Promotion
from sample_data.demand import day_factors, expected_contacts, handling_times
from sample_data.streams import SLOTS_PER_DAY, Stream

__all__ = ["draw_history"]

_SHARED_BUSYNESS_CV = 0.03
_OWN_BUSYNESS_CV = 0.03
_DAILY_AHT_CV = 0.03
_LEAST_AHT_SECONDS = 1.0


def draw_history(
    streams: Sequence[Stream],
    first: date,
    weeks: int,
    closed: Collection[date],
    promotions: Sequence[Promotion],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return volumes and handling times of every open half-hour from `first` on.

    Columns: ``group``; ``start``, the half-hour's naive local time (the centre is closed when
    clocks change, so it is unambiguous); ``offered``, contacts; ``aht_s``, their mean handling
    time in seconds, missing where there were none. Sorted by group and start.
    """
    days = [first + timedelta(days=i) for i in range(7 * weeks)]
    starts = _starts(days)
    shared = _busyness(_SHARED_BUSYNESS_CV, len(days), rng)
    frames = []
    for stream in sorted(streams, key=lambda stream: stream.group.id):
        factors = day_factors(stream, days, closed, promotions, reference=days[-1])
        busy = factors * shared * _busyness(_OWN_BUSYNESS_CV, len(days), rng)
        expected = expected_contacts(stream, days, busy)
        is_open = expected > 0
        offered = rng.poisson(expected[is_open])
        daily = np.exp(_DAILY_AHT_CV * rng.standard_normal((len(days), 1)))
        mean = (handling_times(stream) * daily)[is_open]
        frames.append(
            pd.DataFrame(
                {
                    "group": stream.group.id,
                    "start": starts[is_open],
                    "offered": offered,
                    "aht_s": _mean_handling_times(offered, mean, stream.aht_cv, rng),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _starts(days: Sequence[date]) -> NDArray[np.datetime64]:
    """Return the naive local start of every half-hour, [days, 48]."""
    midnights = np.array(days, dtype="datetime64[s]")
    seconds = np.arange(SLOTS_PER_DAY) * (24 * 3600 // SLOTS_PER_DAY)
    starts: NDArray[np.datetime64] = midnights[:, np.newaxis] + seconds.astype("timedelta64[s]")
    return starts


def _busyness(cv: float, days: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return gamma factors of mean 1, [days]."""
    shape = cv**-2
    return rng.gamma(shape, 1 / shape, days)


def _mean_handling_times(
    contacts: NDArray[np.int64], mean: NDArray[np.float64], cv: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the mean handling time of each half-hour's contacts, NaN where there are none.

    The mean of n log-normal times is drawn from the log-normal distribution with the same mean
    and variance (Fenton & Wilkinson 1960), which is exact for n = 1.
    """
    answered = contacts > 0
    variance = np.log1p(cv**2 / contacts[answered])
    noise = rng.standard_normal(len(variance)) * np.sqrt(variance) - variance / 2
    seconds = np.full(len(contacts), np.nan)
    seconds[answered] = np.maximum(mean[answered] * np.exp(noise), _LEAST_AHT_SECONDS)
    return np.round(seconds, 1)
