"""The mean seconds per contact of a group, by weekday and slot of the day.

Cells with few contacts are pulled to a wider mean by credibility (Buehlmann & Straub 1970):

    mean of cell = z own + (1 - z) wider,    z = n / (n + variance within / variance between)

first each parent's mean to that of everything, then each group's to its parent's, each part of
the day to the group's, each slot to its part's and each weekday's slot to its slot's. Both
variances are estimated from the data at each step, so only rich cells that truly differ keep
their own mean, and a group without a record has its parent's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasts.aht.records import AhtRecords, aht_records, clipped
from forecasts.history.series import History
from forecasts.weekly import FloatArray, weekday

__all__ = ["aht_table", "weekly_aht"]

PRIOR_RECORDS = 10.0
"""Records' worth of the usual variance in every variance within: of other groups' contacts, or
for all groups together of exponential ones, whose deviation is their mean."""

LEAST_VOLUME = 1e-12
"""What nothing is divided by."""

PARTS = 8
"""The day has this many parts: calls get longer over an evening, not in one half-hour of it."""


def weekly_aht(history: History, parents: Sequence[str] | None = None) -> FloatArray | None:
    """Return mean handling seconds by group, weekday (0 is Monday) and slot, ``[G, 7, S]``.

    Parameters
    ----------
    parents
        The parent of each group, ``[G]``, such as its channel; None if all have the same.

    Returns
    -------
    FloatArray | None
        None if the history has no handling times at all.
    """
    records = aht_records(history)
    return None if records is None else aht_table(records, clipped(records), parents)


def aht_table(
    records: AhtRecords, seconds: FloatArray, parents: Sequence[str] | None = None
) -> FloatArray:
    """Return the table of clipped `seconds`, ``[G, 7, S]``; linear in the records."""
    cells = _moments(records, seconds)
    groups = cells.sum(axis=(2, 3))
    means, relative = _group_means(groups, parents)
    variance = relative * means**2
    slots = cells.shape[-1]
    part = np.arange(slots) * PARTS // slots
    by_slot = cells.sum(axis=2)
    by_part = by_slot @ (part[:, None] == np.arange(PARTS)).astype(np.float64)
    parts = _credible(by_part, np.tile(means[:, None], PARTS), variance)
    slot_means = _credible(by_slot, parts[:, part], variance)
    return _credible(cells, np.repeat(slot_means[:, None], 7, axis=1), variance)


def _moments(records: AhtRecords, seconds: FloatArray) -> FloatArray:
    """Return what credibility needs by group, weekday and slot, ``[4, G, 7, S]``.

    The records counted, and summed over them n, n x and n x^2. Sums of cells are those of wider
    cells.
    """
    n = records.handled
    of_weekday = (np.arange(7)[:, None] == weekday(records.days)).astype(np.float64)
    powers = (n > 0).astype(np.float64), n, n * seconds, n * seconds**2
    return np.stack([of_weekday @ values for values in powers])


def _group_means(groups: FloatArray, parents: Sequence[str] | None) -> tuple[FloatArray, float]:
    """Return each group's credible mean, ``[G]``, and a contact's relative variance around it.

    `groups` are the moments by group, ``[4, G]``.
    """
    names, parent = np.unique(parents or [""] * groups.shape[1], return_inverse=True)
    by_parent = groups @ (parent[:, None] == np.arange(len(names))).astype(np.float64)
    count, n, work, squares = groups.sum(axis=1)
    overall = work / n
    exponential = np.array([overall**2])
    wide = _credible(by_parent[:, None], np.full((1, len(names)), overall), exponential)
    means = _credible(groups[:, None], wide[:, parent], exponential)[0]
    _, n, work, squares = groups
    off = (squares / means**2 - 2 * work / means + n).sum()
    return means, float((off + PRIOR_RECORDS) / (count + PRIOR_RECORDS))


def _credible(cells: FloatArray, wider: FloatArray, variance: FloatArray) -> FloatArray:
    """Return per cell the credibility mean of its own records and the `wider` mean.

    Parameters
    ----------
    cells
        Moments by group and cells of any shape, ``[4, G, ...]``.
    wider
        Means to pull to, ``[G, ...]``.
    variance
        What the variance of one contact of each group usually is, ``[G]``.
    """
    inner = tuple(range(1, wider.ndim))

    def total(values: FloatArray) -> FloatArray:
        return np.asarray(values.sum(axis=inner, keepdims=True))

    records, n, work, squares = cells
    own = np.divide(work, n, out=wider.copy(), where=n > 0)
    # A few records that happen to agree are no proof that contacts do.
    prior = PRIOR_RECORDS * variance.reshape(-1, *(1 for _ in inner))
    off = np.maximum(total(squares - n * own**2), 0.0)
    within = (off + prior) / (total(np.maximum(records - 1, 0)) + PRIOR_RECORDS)
    apart = total(n * (own - wider) ** 2) - total(n > 0) * within
    between = np.maximum(apart, 0.0) / np.maximum(total(n), LEAST_VOLUME)
    explained = n * between
    trust = np.divide(explained, explained + within, out=np.zeros_like(n), where=explained > 0)
    return np.asarray(trust * own + (1 - trust) * wider)
