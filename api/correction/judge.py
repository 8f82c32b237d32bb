"""What customers experience in each stretch of the plan, held against the goals of their group.

A stretch is a run of slots of one group with contacts enough to say something: a busy group is
judged by the half-hour, a quiet one by several days together. Where a goal has several parts,
the one that lacks most counts. Groups that answer at once are held against service level,
abandonment and mean answer time, deferred ones against their first response.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from optimizer.model import Organisation, PlanningGroup, Requirement
from optimizer.simulation import Study, level

__all__ = ["Reading", "Stretch", "stretches_of"]

Figures = NDArray[np.float64]

DUE_SHARE = 0.95
"""Share of first responses that are to be in time; of resolutions, where only these have one."""

TOLERANCE = 0.02
"""Shares may be so much below their target before more people are asked for, and so much above
it before fewer are: less than a day differs from the next."""

WAIT_TOLERANCE = 0.1
"""The same for mean waits, as a part of the target."""

_LEAST_CONTACTS = 400
"""Contacts, over all replications, by which a stretch is judged."""

_CERTAIN = 0.999
"""Shares above this are as good as all."""

_LOG_WAIT = 0.4
"""Spare agents, in roots of the load, that divide a mean wait by e (Halfin and Whitt 1981: with
one such root to spare, about 2.5 times fewer for each more)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One part of a goal beside what was experienced.

    Parameters
    ----------
    figure
        ``service_level``, ``abandonment``, ``mean_answer_s``, ``first_response`` or
        ``resolution``.
    value, target
        A share, or seconds for the mean answer time.
    need
        Spare agents that are missing, in roots of the number of agents; negative where there are
        too many.
    missed, wasted
        Whether the value is worse, or better, than the target by more than chance and a small
        tolerance explain.
    """

    figure: str
    value: float
    target: float
    need: float
    missed: bool
    wasted: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive slots of a group, and what its customers experience in them.

    Parameters
    ----------
    row, group
        Which row of the requirement, and its name.
    begin, end
        Slots, the end excluded.
    contacts
        Judged, per replication.
    deferred
        Whether the work may wait.
    reading
        The part of the goal that lacks most.
    """

    row: int
    group: str
    begin: int
    end: int
    contacts: float
    deferred: bool
    reading: Reading

    @property
    def place(self) -> tuple[int, slice]:
        """Return where the stretch is in an array of [groups, slots]."""
        return self.row, slice(self.begin, self.end)

    @property
    def short(self) -> float:
        """Return the contacts a replication by which a missed share falls short."""
        reading = self.reading
        if not reading.missed or reading.figure == "mean_answer_s":
            return 0.0
        return abs(reading.target - reading.value) * self.contacts


def stretches_of(
    organisation: Organisation, requirement: Requirement, study: Study
) -> tuple[Stretch, ...]:
    """Return every stretch that can be judged.

    Groups without a goal are left out, and slots in which nobody was counted for it.
    """
    place = {group.id: index for index, group in enumerate(organisation.groups)}
    deferred = {channel.id for channel in organisation.channels if channel.deferred}
    ends = requirement.grid.day_bounds()[1:].tolist()
    replications = study.trial.settings.replications
    found = []
    for row, name in enumerate(requirement.groups):
        group = organisation.groups[place[name]]
        late = group.channel in deferred
        counts = {figure: values[place[name]] for figure, values in study.by_slot.items()}
        # What is due only after the end of the plan cannot be judged.
        judged = counts[_due(group)] if late else counts["offered"]
        for begin, end in _cut(judged, ends):
            total = {
                figure: values[begin:end].sum(keepdims=True) for figure, values in counts.items()
            }
            readings = list(_late(group, total) if late else _at_once(group, total))
            if readings:
                contacts = float(judged[begin:end].sum()) / replications
                found.append(Stretch(row, name, begin, end, contacts, late, _binding(readings)))
    return tuple(found)


def _due(group: PlanningGroup) -> str:
    """Return the count of deferred contacts that are judged."""
    return "resolution_due" if group.goal.first_response_seconds is None else "due"


def _cut(counted: Figures, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut the plan into stretches of enough contacts, at the ends of days where that can be."""
    begin, total = 0, 0.0
    day_begin, left = 0, 0.0
    after = float(counted.sum())
    for slot, count in enumerate(counted.tolist()):
        if slot == day_begin:
            day_end = next(end for end in ends if end > slot)
            left, day_begin = float(counted[slot:day_end].sum()), day_end
        total, left, after = total + count, left - count, after - count
        closes = slot + 1 == day_end or left >= _LEAST_CONTACTS
        if total >= _LEAST_CONTACTS and after >= _LEAST_CONTACTS and closes:
            yield begin, slot + 1
            begin, total = slot + 1, 0.0
    if total > 0.0:
        yield begin, len(counted)


def _at_once(group: PlanningGroup, total: Mapping[str, Figures]) -> Iterator[Reading]:
    """Yield every part of a goal for which somebody was counted."""
    goal = group.goal
    good, counted = level(goal.denominator)(total)
    assert counted is not None
    if goal.target_share is not None and counted > 0.0:
        yield _share("service_level", good, counted, goal.target_share)
    if goal.max_abandonment is not None:
        yield _share("abandonment", total["abandoned"], total["offered"], goal.max_abandonment)
    if goal.mean_answer_seconds is not None and total["answered"] > 0.0:
        yield _wait(total["waited"], total["answered"], goal.mean_answer_seconds)


def _late(group: PlanningGroup, total: Mapping[str, Figures]) -> Iterator[Reading]:
    """Yield the clock of a deferred group, if it has one."""
    goal = group.goal
    if goal.first_response_seconds is not None:
        yield _share("first_response", total["responded"], total["due"], DUE_SHARE)
    elif goal.resolution_seconds is not None:
        in_time, due = total["resolved_in_time"], total["resolution_due"]
        yield _share("resolution", in_time, due, DUE_SHARE)


def _share(figure: str, in_part: Figures, of_all: Figures, target: float) -> Reading:
    whole = of_all.item()
    share = in_part.item() / whole
    # Waits of neighbours are alike: twice the error of independent contacts.
    error = 2.0 * math.sqrt(max(share * (1 - share), 0.25 / whole) / whole)
    # Of abandonment, those who stay are the share that is wanted.
    good, wanted = (1 - share, 1 - target) if figure == "abandonment" else (share, target)
    need = float(ndtri(wanted) - ndtri(min(max(good, 1 - _CERTAIN), _CERTAIN)))
    return Reading(
        figure,
        share,
        target,
        need,
        missed=good + error < wanted - min(TOLERANCE, (1 - wanted) / 2),
        wasted=good - error > min(wanted + min(TOLERANCE, (1 - wanted) / 2), _CERTAIN),
    )


def _wait(waited: Figures, answered: Figures, target: float) -> Reading:
    mean = (waited / answered).item()
    # Waits scatter about twice as much as their mean, and neighbours are alike.
    error = 4.0 / math.sqrt(answered.item())
    need = _LOG_WAIT * math.log(max(mean, 0.01 * target) / target)
    return Reading(
        "mean_answer_s",
        mean,
        target,
        need,
        missed=mean * (1 - error) > target * (1 + WAIT_TOLERANCE),
        wasted=mean * (1 + error) < target * (1 - WAIT_TOLERANCE),
    )


def _binding(readings: list[Reading]) -> Reading:
    """Return what decides: what is missed, then what is at its target, each by what it needs."""
    return max(readings, key=lambda one: (one.missed, not one.wasted, one.need))
