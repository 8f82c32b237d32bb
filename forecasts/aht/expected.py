"""Handling times to come: the weekly table times the level of the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasts.aht.level import DAMPING, level_deviation
from forecasts.aht.records import AhtRecords, aht_records, clipped
from forecasts.aht.table import aht_table
from forecasts.errors import Issue, Severity, pointer
from forecasts.history.series import History
from forecasts.weekly import DayArray, FloatArray, weekday

__all__ = ["HandlingTimes", "expected_aht"]


@dataclass(frozen=True, slots=True, eq=False)
class HandlingTimes:
    """Expected handling times.

    Parameters
    ----------
    seconds
        Mean seconds per contact, positive, ``[G, H * S]``; None if none was ever recorded.
    level
        Recent handling times over those of the whole history, ``[G]``; None likewise.
    issues
        What is worth knowing but stops nothing.
    """

    seconds: FloatArray | None
    level: FloatArray | None
    issues: tuple[Issue, ...] = ()


def expected_aht(
    history: History, days: DayArray, *, parents: Sequence[str] | None = None
) -> HandlingTimes:
    """Return expected handling times of every group and slot of `days`, closed ones included.

    Parameters
    ----------
    days
        Dates after the history's last, ``[H]``.
    parents
        The parent of each group, ``[G]``, such as its channel, whose mean thin groups are pulled
        to; None if all have the same.
    """
    records = aht_records(history)
    if records is None:
        issue = Issue(
            "no_handling_times",
            pointer("columns", "aht_s"),
            "The history has no handling times, so none are forecast.",
            Severity.INFORMATION,
        )
        return HandlingTimes(None, None, (issue,))
    seconds = clipped(records)
    table = aht_table(records, seconds, parents)
    usual = (records.handled * table[:, weekday(records.days)]).sum(axis=2)
    actual = (records.handled * seconds).sum(axis=2)
    ratios = np.divide(actual, usual, out=np.ones_like(usual), where=usual > 0)
    deviation = level_deviation(ratios, records.handled.sum(axis=2))
    ahead = (days - records.days[-1]).astype(np.int64)
    levels = 1.0 + deviation[:, None] * DAMPING**ahead
    return HandlingTimes(
        seconds=(table[:, weekday(days)] * levels[:, :, None]).reshape(len(table), -1),
        level=1.0 + deviation,
        issues=_notes(history.groups, records, seconds),
    )


def _notes(groups: Sequence[str], records: AhtRecords, seconds: FloatArray) -> tuple[Issue, ...]:
    """Return a warning per group without a record, and information on what was clipped."""
    notes = []
    for name, n, raw, kept in zip(groups, records.handled, records.seconds, seconds, strict=True):
        if not n.any():
            notes.append(
                Issue(
                    "no_handling_times",
                    pointer("groups", name),
                    "No handling time was recorded; the mean of the groups beside it is used.",
                    Severity.WARNING,
                )
            )
        over = raw > kept
        if over.any():
            notes.append(
                Issue(
                    "handling_times_clipped",
                    pointer("groups", name),
                    f"{int(over.sum())} intervals with means of up to {raw[over].max():,.0f} s "
                    "are too long to be usual and were clipped.",
                    Severity.INFORMATION,
                )
            )
    return tuple(notes)
