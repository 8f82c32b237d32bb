"""Rows over several people that contracts leave no room for: whose rules give way to them.

A vendor's cap below what its agents' contracts ask for, or elastic staff with least hours beyond
its share, is broken by every roster that keeps the rules of each person. Such a row is never given
up, but rules about a person's time are: one person after the other gets the roster that breaks the
least in the order of giving up (`optimizer.roster.tours.relax`) among those that the row has room
for, until the row holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from optimizer.model import Relaxation
from optimizer.roster.frame import Frame, Person
from optimizer.roster.placement import FREE
from optimizer.roster.state import State
from optimizer.roster.tours import Tours
from optimizer.roster.tours.relax import Easing
from optimizer.stop import Deadline

__all__ = ["make_room"]

TOLERANCE = 1e-6


def make_room(
    state: State,
    relaxed: Iterable[Relaxation],
    deadline: Deadline,
    seed: int = 0,
) -> tuple[Frame, tuple[Relaxation, ...], State]:
    """Relax people until all rows hold, as far as time and the rules never given up allow.

    Parameters
    ----------
    state
        A plan that breaks rows; it is changed.
    relaxed
        What is admitted already.

    Returns
    -------
    frame, relaxed, state
        The frame with those people relaxed, everything that has to be admitted, and the plan.
    """
    frame = state.frame
    people, found, easing = list(frame.people), list(relaxed), Easing(frame)
    for agent in np.random.default_rng(seed).permutation(len(people)).tolist():
        if not state.excess or deadline.passed():
            break
        eased = _give_way(state, agent, easing)
        if eased is not None:
            people[agent], admitted = eased
            name = frame.problem.organisation.agents[agent].id
            found = [known for known in found if known.agent != name] + list(admitted)
    frame = replace(frame, people=tuple(people))
    return frame, tuple(found), State.of(frame, state.worked, state.begins)


def _give_way(
    state: State, agent: int, easing: Easing
) -> tuple[Person, tuple[Relaxation, ...]] | None:
    """Give somebody a roster that rows have room for; return who that makes of them, if anybody.

    None means that the roster stays as it is: there is room for it, or no other one at all.
    """
    frame, day = state.frame, state.frame.patterns.day
    seat = state.take_out(agent)
    before, closed = state.excess, state.closed(agent)
    worked, found = seat.worked, None
    while True:
        shifts = worked[worked != FREE]
        if not closed[shifts].any():
            state.put_in(agent, worked, state.place(agent, worked))
            if state.excess <= before + TOLERANCE:
                return found
            # Rows that sum several days have room for each of the shifts, but not for all.
            state.take_out(agent)
            closed = closed | (day == day[shifts[-1]])
        found = easing.eased(agent, closed)
        if found is None:
            state.put_back(agent, seat)
            return None
        one = Tours.of_people([found[0]], frame.patterns, len(frame.calendar.days))
        worked = one.best(agent, np.where(closed, np.inf, state.prices(agent))).worked
