"""Who could attend which session of a training, the shifts and their meals being as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import TimeGrid, Training
from optimizer.roster.placement import FREE
from optimizer.roster.state import State

__all__ = ["Option", "Room", "clash", "least_stretch", "options_of", "rooms_of"]

Flags = NDArray[np.bool_]
Room = tuple[int, str, int]
"""Number of a training, site and first slot: those who meet there attend one session."""


@dataclass(frozen=True, slots=True)
class Option:
    """One agent in one session.

    Parameters
    ----------
    training
        Position in the directives.
    stretch
        First slot of the work without interruption in which it would lie.
    """

    agent: int
    training: int
    site: str
    start: int
    end: int
    stretch: int

    @property
    def room(self) -> Room:
        """Return whom it is attended with."""
        return self.training, self.site, self.start


def options_of(state: State) -> list[Option]:
    """Return every possible session of every agent who is at work and due for a training.

    A session lies in one stretch of work, by itself leaves no piece of it that is too short, and
    begins and ends in the period. Shifts that have to stay as they were get none.
    """
    frame = state.frame
    organisation, calendar = frame.problem.organisation, frame.calendar
    zone_of = {site.id: site.zone for site in organisation.sites}
    numbers = {agent.id: number for number, agent in enumerate(organisation.agents)}
    stretches: dict[int, list[tuple[int, int, int]]] = {}
    found = []
    for position, training in enumerate(frame.problem.directives.trainings):
        size = training.minutes // frame.step
        allowed = [_starts(training, clock, size) for clock in calendar.clocks]
        for agent in sorted({numbers[name] for name in training.agents}):
            if any(session.training == training.id for session in state.training(agent)):
                continue
            if agent not in stretches:
                stretches[agent] = list(_stretches(state, agent))
            site = organisation.agents[agent].site
            fits = allowed[calendar.zones[zone_of[site]]]
            found += [
                Option(agent, position, site, start, start + size, first)
                for first, last, least in stretches[agent]
                for start in range(first, min(last, frame.demand.slots) - size + 1)
                if fits[start]
                and (start == first or start - first >= least)
                and (start + size == last or last - start - size >= least)
            ]
    return found


def _starts(training: Training, clock: TimeGrid, size: int) -> Flags:
    """Return where a session of `size` slots may begin on a site's clock, [slots]."""
    allowed = np.zeros(clock.count, dtype=np.bool_)
    days = clock.days()
    first, last = training.first_day or days[0], training.last_day or days[-1]
    for day in days:
        if first <= day <= last:
            begin = clock.slot_of(day, training.earliest_minute)
            end = clock.slot_of(day, training.latest_end_minute) - size
            allowed[max(0, begin) : max(0, end + 1)] = True
    return allowed


def _stretches(state: State, agent: int) -> Iterator[tuple[int, int, int]]:
    """Yield the first slot, the end and the least length of every stretch of work."""
    shapes = state.shapes
    for day, pattern in enumerate(state.worked[agent].tolist()):
        if pattern == FREE or pattern in state.kept.get(agent, {}):
            continue
        template = shapes.template[pattern]
        free = int(shapes.start[pattern])
        least = int(shapes.stretch[template, 0])
        for begin, size in zip(
            state.begins[agent, day].tolist(),
            shapes.activities[template, :, 0].tolist(),
            strict=True,
        ):
            if size > 0:
                yield free, begin, least
                free = begin + size
        yield free, int(shapes.end[pattern]), least


def rooms_of(state: State) -> dict[Room, tuple[int, int]]:
    """Return how few and how many more may join each session that somebody attends already.

    A session that stays from the previous roster may be smaller than its training wants.
    """
    directives, agents = state.frame.problem.directives, state.frame.problem.organisation.agents
    position = {training.id: number for number, training in enumerate(directives.trainings)}
    inside, stays = Counter[Room](), set[Room]()
    for agent in {*state.kept, *state.sessions}:
        chosen = state.sessions.get(agent, ())
        for session in state.training(agent):
            if session.training in position:
                room = position[session.training], agents[agent].site, session.start
                inside[room] += 1
                if session not in chosen:
                    stays.add(room)
    found = {}
    for room, number in inside.items():
        training = directives.trainings[room[0]]
        low = 0 if room in stays else max(0, training.group_min - number)
        found[room] = low, max(0, training.group_max - number)
    return found


def clash(state: State, one: Option, other: Option) -> bool:
    """Tell whether one agent cannot attend both."""
    if one.agent != other.agent:
        return False
    if one.training == other.training:
        return True
    gap = max(one.start, other.start) - min(one.end, other.end)
    return gap < 0 or (one.stretch == other.stretch and 0 < gap < least_stretch(state, one))


def least_stretch(state: State, option: Option) -> int:
    """Return the least stretch of work in the shift of an option."""
    shapes, worked = state.shapes, state.worked[option.agent]
    shifts = worked[worked != FREE]
    inside = (shapes.start[shifts] <= option.start) & (option.start < shapes.end[shifts])
    return int(shapes.stretch[shapes.template[shifts[inside]], 0].max(initial=0))
