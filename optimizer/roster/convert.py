"""From plans to rosters and back: patterns by number, shifts by name and slot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimizer.model import PlannedActivity, Relaxation, Roster, Shift
from optimizer.roster.frame import Frame
from optimizer.roster.patterns import FREE, Patterns, fits

__all__ = ["plan_of", "roster_of"]

Integers = NDArray[np.int64]
Sessions = Mapping[int, Sequence[PlannedActivity]]


def roster_of(
    frame: Frame,
    worked: Integers,
    begins: Integers,
    sessions: Sessions,
    relaxed: Iterable[Relaxation] = (),
) -> Roster:
    """Return a plan as a roster, sorted by agent and start.

    Parameters
    ----------
    worked
        Pattern of each agent and day, or -1, [agents, days].
    begins
        Slot at which each activity begins, [agents, days, activities].
    sessions
        Training of each agent.
    """
    organisation, patterns = frame.problem.organisation, frame.patterns
    shifts = []
    agents, days = np.nonzero(worked != FREE)
    for agent, day in zip(agents.tolist(), days.tolist(), strict=True):
        pattern = int(worked[agent, day])
        number = int(patterns.template[pattern])
        template, sizes = organisation.templates[number], patterns.activities[number]
        start, end = int(patterns.start[pattern]), int(patterns.end[pattern])
        places = begins[agent, day, : len(sizes)].tolist()
        activities = [
            PlannedActivity(what.kind, begin, begin + size.slots, what.paid)
            for what, size, begin in zip(template.activities, sizes, places, strict=True)
        ]
        activities += [s for s in sessions.get(agent, ()) if start <= s.start < end]
        activities.sort(key=lambda activity: activity.start)
        shifts.append(
            Shift(organisation.agents[agent].id, template.id, start, end, tuple(activities))
        )
    shifts.sort(key=lambda shift: (shift.agent, shift.start))
    return Roster(frame.problem.requirement.grid, tuple(shifts), tuple(relaxed))


def plan_of(frame: Frame, roster: Roster) -> tuple[Integers, Integers]:
    """Return the patterns and begins of a roster's shifts, as far as patterns stand for them.

    A shift that no template of today makes, whose agent is unknown, or that comes second on a
    day is left out; so are sessions of training.

    Returns
    -------
    worked, begins
        As `roster_of` takes them, but for begins of -1 where a shift's activities are not where
        its template lets them be.
    """
    patterns, organisation = frame.patterns, frame.problem.organisation
    most = max((len(activities) for activities in patterns.activities), default=0)
    worked = np.full((len(frame.people), len(frame.calendar.days)), FREE, dtype=np.int64)
    begins = np.zeros((*worked.shape, most), dtype=np.int64)
    moved = frame.problem.requirement.grid.slot_at(roster.grid.start)
    numbers = {agent.id: i for i, agent in enumerate(organisation.agents)}
    key = zip(
        patterns.clock.tolist(),
        patterns.template.tolist(),
        patterns.start.tolist(),
        patterns.end.tolist(),
        strict=True,
    )
    pattern_of = {shape: number for number, shape in enumerate(key)}
    zones = {site.id: frame.calendar.zones.get(site.zone) for site in organisation.sites}
    for shift in roster.shifts:
        agent = numbers.get(shift.agent)
        template = frame.whole.template_ids.get(shift.template)
        if agent is None or template is None:
            continue
        clock = zones[organisation.agents[agent].site]
        pattern = pattern_of.get((clock, template, shift.start + moved, shift.end + moved))
        if pattern is None or worked[agent, patterns.day[pattern]] != FREE:
            continue
        day, start = patterns.day[pattern], shift.start
        worked[agent, day] = pattern
        places = [a.start - start for a in shift.activities if a.training is None]
        known = begins[agent, day, : len(patterns.activities[template])]
        known[:] = -1
        if _have_place(places, patterns, template, shift.end - start):
            known[:] = np.array(places) + start + moved
    return worked, begins


def _have_place(places: Sequence[int], patterns: Patterns, template: int, length: int) -> bool:
    """Tell whether a template's activities may begin so many slots after the start."""
    activities = patterns.activities[template]
    if len(places) != len(activities):
        return False
    there = [
        replace(activity, earliest=place, latest=place)
        for activity, place in zip(activities, places, strict=True)
        if place in range(activity.earliest, activity.last_start(length) + 1, activity.step)
    ]
    return len(there) == len(places) and fits(there, patterns.stretches[template], length)
