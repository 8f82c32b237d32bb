"""Counts of a day from its interval rows, of groups whose contacts are not told one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from api.data.columns import COLUMNS
from api.data.history import StoredDay
from api.kpis.attributes import Centre, Slice
from api.kpis.figures import Tally, add_up
from optimizer.model import Denominator, ServiceGoal

__all__ = ["count_intervals"]

Columns = Mapping[str, NDArray[np.float64]]


def count_intervals(
    days: Sequence[StoredDay], centre: Centre, with_contacts: Collection[str] = ()
) -> Mapping[Slice, Tally]:
    """Return the counts of each group's rows.

    Only intervals in which all of a figure is known count for it.

    Parameters
    ----------
    with_contacts
        Groups whose contacts are counted one by one: of their rows only the agents' time counts.
    """
    found: dict[Slice, Tally] = {}
    for day in days:
        columns = dict(zip(COLUMNS, day.values, strict=True))
        tally: list[Tally] = [_presence(columns, centre, day)]
        if day.group not in with_contacts:
            tally.append(_contacts(columns, centre, day.group))
        place = centre.of_group(day.group)
        found[place] = add_up([found.get(place, {}), *tally])
    return {place: tally for place, tally in found.items() if tally}


def _presence(columns: Columns, centre: Centre, day: StoredDay) -> dict[str, float]:
    """Return the agents' time; busy time follows from handling where an agent has one contact."""
    busy_s = columns["busy_s"]
    group = centre.groups.get(day.group)
    if group is not None and centre.concurrency.get(group.channel) == 1:
        work_s = _behind(columns) * np.where(_behind(columns) > 0, columns["aht_s"], 0.0)
        busy_s = np.where(np.isfinite(busy_s), busy_s, work_s)
    present_h = columns["present"] * day.interval_minutes / 60.0
    return _sums(present_h=present_h) | _sums(watched_h=present_h, busy_h=busy_s / 3600.0)


def _contacts(columns: Columns, centre: Centre, group: str) -> Tally:
    offered, answered = columns["offered"], columns["answered"]
    handled = _behind(columns)
    handled_s = np.where(handled > 0, handled * columns["aht_s"], 0.0)
    parts: list[Tally] = [
        _sums(contacts=offered),
        _sums(handled=handled, handled_s=handled_s, handled_h=handled_s / 3600.0),
    ]
    if not centre.deferred(group):
        parts.append(_sums(outcomes=offered, abandoned=columns["abandoned"]))
    if centre.immediate(group):
        parts.append(_sums(waits=answered, waited_s=columns["waited_s"]))
        parts.append(_goal(columns, centre.groups[group].goal))
    return add_up(parts)


def _goal(columns: Columns, goal: ServiceGoal) -> Tally:
    """Return the service level by the denominator of a goal, if rows can tell it."""
    if goal.within_seconds is None:
        return {}
    good = columns["answered_in_goal"]
    match goal.denominator:
        case Denominator.OFFERED:
            counted = columns["offered"]
        case Denominator.ANSWERED:
            counted = columns["answered"]
        case Denominator.EXCLUDING_SHORT_ABANDONS:
            counted = columns["offered"] - columns["abandoned_in_goal"]
        case Denominator.VIRTUAL:
            return {}
    return _sums(goal_counted=counted, in_goal=good)


def _behind(columns: Columns) -> NDArray[np.float64]:
    """Return the contacts behind the handling times: nobody handles those who gave up."""
    behind = columns["handled"]
    for less in ("answered", "offered"):
        behind = np.where(np.isfinite(behind), behind, columns[less])
    return behind


def _sums(**columns: NDArray[np.float64]) -> dict[str, float]:
    """Return sums over the intervals in which every column is known; nothing if there are none."""
    known = np.all([np.isfinite(column) for column in columns.values()], axis=0)
    if not known.any():
        return {}
    return {name: float(column[known].sum()) for name, column in columns.items()}
