"""Handling times of the rest of the day, from those of the contacts handled so far.

A day's calls may run long from the morning on: a new offer, a slow system. The ratio of handling
seconds so far to those expected of the same contacts is carried over to the rest of the day by a
gain that past days bear out (see `shrunk_gain`), one factor for the whole rest.
"""

from __future__ import annotations

import numpy as np

from forecasts.aht import expected_aht
from forecasts.history.series import History
from forecasts.intraday.pairs import PAST_DAYS
from forecasts.intraday.update import shrunk_gain
from forecasts.weekly import FloatArray

__all__ = ["handling_factors"]

MOST_RATIO = 5.0
"""An interval's mean counts at most as this many times what was expected: forgotten headsets."""

_STEP_DAYS = 7
_LEAST_DAYS = 7


def handling_factors(history: History, at: int, days: int = PAST_DAYS) -> FloatArray | None:
    """Return what multiplies the handling times of the rest of the history's last day, ``[G]``.

    1 where nothing is known or nothing is gained; None if the history has no handling times.
    What past days expected is forecast a week at a time from the weeks before.

    Parameters
    ----------
    at
        Slots of the last day that are over.
    days
        Days before the last one to learn from.
    """
    if history.aht_s is None:
        return None
    shape = (len(history.groups), len(history.days), history.slots_per_day)
    handled = history.offered if history.handled is None else history.handled
    known = np.isfinite(handled) & (history.aht_s > 0)
    contacts = np.where(known, handled, 0.0).reshape(shape)
    expected = _expected(history, days)
    seconds = np.where(known, history.aht_s, 0.0).reshape(shape)
    seconds = np.minimum(seconds, MOST_RATIO * expected)
    work, usual = contacts * seconds, contacts * expected
    work, usual = np.nan_to_num(work), np.nan_to_num(usual)
    ratio = _ratio(work[:, :, :at].sum(axis=2), usual[:, :, :at].sum(axis=2))
    factors = np.ones(shape[0])
    for group in range(shape[0]):
        said = ratio[group, :, None]
        rest = usual[group, :-1, at:].sum(axis=1, keepdims=True)
        came = work[group, :-1, at:].sum(axis=1, keepdims=True)
        factors[group] += shrunk_gain(said[:-1], rest, came) * ratio[group, -1]
    return factors


def _expected(history: History, days: int) -> FloatArray:
    """Return the seconds expected over the last days and today, ``[G, D, S]``; NaN before them."""
    count = len(history.days)
    expected = np.full((len(history.groups), count, history.slots_per_day), np.nan)
    first = max(_LEAST_DAYS, count - 1 - days)
    for origin in range(first, count, _STEP_DAYS):
        window = history.days[origin : origin + _STEP_DAYS]
        seconds = expected_aht(history.until(window[0]), window).seconds
        if seconds is not None:
            expected[:, origin : origin + len(window)] = seconds.reshape(
                len(expected), len(window), -1
            )
    return expected


def _ratio(work: FloatArray, usual: FloatArray) -> FloatArray:
    """Return by which share the work departs from the usual; 0 where there is none."""
    return np.divide(work, usual, out=np.ones_like(usual), where=usual > 0) - 1.0
