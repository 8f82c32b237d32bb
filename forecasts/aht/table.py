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
from dataclasses import dataclass

import numpy as np

from forecasts.aht.records import AhtRecords, aht_records, clipped
from forecasts.history.series import History
from forecasts.weekly import FloatArray, IntArray, weekday

__all__ = ["aht_table", "weekly_aht"]

PRIOR_RECORDS = 10.0
"""Records' worth of the usual variance in every variance within: of other groups' contacts, or
for all groups together of exponential ones, whose deviation is their mean."""

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
    count, _, slots = seconds.shape
    cells = weekday(records.days)[:, None] * slots + np.arange(slots)
    part = np.arange(slots) * PARTS // slots
    table = np.empty((count, 7, slots))
    means, relative = _group_means(records, seconds, parents)
    for group, (x, n, mean) in enumerate(zip(seconds, records.handled, means, strict=True)):
        known = n > 0
        cell = cells[known]
        of_group = _Records(x[known], n[known], relative * mean**2)
        by_part = of_group.credible(part[cell % slots], np.full(PARTS, mean))
        by_slot = of_group.credible(cell % slots, by_part[part])
        table[group] = of_group.credible(cell, np.tile(by_slot, 7)).reshape(7, slots)
    return table


def _group_means(
    records: AhtRecords, seconds: FloatArray, parents: Sequence[str] | None
) -> tuple[FloatArray, float]:
    """Return each group's credible mean, ``[G]``, and a contact's relative variance around it."""
    group, day, slot = np.nonzero(records.handled)
    x, n = seconds[group, day, slot], records.handled[group, day, slot]
    count = len(seconds)
    names, parent = np.unique(parents or [""] * count, return_inverse=True)
    overall = float(n @ x / n.sum())
    everything = _Records(x, n, overall**2)
    by_parent = everything.credible(parent[group], np.full(len(names), overall))
    means = everything.credible(group, by_parent[parent])
    off = n @ (x / means[group] - 1.0) ** 2
    return means, float(off + PRIOR_RECORDS) / (len(x) + PRIOR_RECORDS)


@dataclass(frozen=True, slots=True, eq=False)
class _Records:
    """Means `x` of `n` contacts each, and what the variance of one contact usually is."""

    x: FloatArray
    n: FloatArray
    variance: float

    def credible(self, cell: IntArray, wider: FloatArray) -> FloatArray:
        """Return per cell the credibility mean of its own records and the `wider` mean."""
        x, n = self.x, self.n
        volume = np.bincount(cell, n, len(wider))
        filled = volume > 0
        own = np.divide(
            np.bincount(cell, n * x, len(wider)), volume, out=wider.copy(), where=filled
        )
        records = np.bincount(cell, minlength=len(wider))
        freedom = float(np.maximum(records - 1, 0).sum())
        # A few records that happen to agree are no proof that contacts do.
        within = float(n @ (x - own[cell]) ** 2 + PRIOR_RECORDS * self.variance)
        within /= freedom + PRIOR_RECORDS
        apart = float(volume @ (own - wider) ** 2)
        between = max(0.0, (apart - filled.sum() * within) / max(float(volume.sum()), 1e-12))
        explained = volume * between
        trust = np.divide(
            explained, explained + within, out=np.zeros(len(wider)), where=explained > 0
        )
        return np.asarray(trust * own + (1 - trust) * wider)
