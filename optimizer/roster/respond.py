"""Best responses: one person after the other gets the best roster against everybody else's.

A response is exact: the person is taken out of the plan, every pattern is priced by what it would
change (`State.prices`), and the cheapest tour at these prices is put in. Rounds of responses end
in a plan that nobody can improve alone, in a second or two for a thousand people and a week. They
make the first plan, complete one that was dealt from counts, and repair one that lost people.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

import numpy as np

from optimizer.model import Roster, StaffClass
from optimizer.roster.convert import plan_of
from optimizer.roster.frame import Frame
from optimizer.roster.placement import FREE
from optimizer.roster.state import State
from optimizer.roster.totals import HARD
from optimizer.roster.tours import Tour, Tours
from optimizer.stop import Deadline

__all__ = ["first_plan", "improve_responses", "plan_from", "respond"]

log = logging.getLogger(__name__)

LEAST_GAIN = 1e-6
"""Changes that save less are rounding."""

PATIENCE = 0.7
"""A first plan may take so long in any case."""

IDLE = 1e-8
"""Price of a shift on top of everything: of two rosters that cost the same, the shorter one."""


def first_plan(
    frame: Frame,
    tours: Tours,
    deadline: Deadline,
    seed: int = 0,
    *,
    patience: float = PATIENCE,
) -> State:
    """Return a plan in which everybody has responded, and responded again while there is time.

    Core staff is placed before elastic staff, which is called for what is left; those with the
    fewest possible shifts come first. After the deadline only those who must work still get
    shifts, so that there is a plan in any case.

    Parameters
    ----------
    patience
        Seconds for everybody's first response, even where the deadline is over before: whoever
        waits for a roster waits so long rather than get an empty one.
    """
    state = State(frame)
    order = _hardest_first(frame, seed)
    until = time.monotonic() + patience
    while order and not (deadline.passed() and time.monotonic() > until):
        agent = order.pop(0)
        _put(state, tours, agent, tours.best(agent, state.prices(agent) + IDLE))
        if state.spanning(agent) is not None:
            respond(state, tours, agent)
    if order:
        _put_those_left(state, tours, order)
    improve_responses(state, tours, deadline, seed)
    return state


def _put_those_left(state: State, tours: Tours, agents: list[int]) -> None:
    """Give everybody else the roster with the fewest shifts, whatever it is worth."""
    work = np.ones((len(state.frame.teams), len(state.frame.patterns)))
    costs, owns, rosters = tours.best_all(HARD * work, agents)
    for agent, cost, own, worked in zip(agents, costs, owns, rosters, strict=True):
        _put(state, tours, agent, Tour(float(cost), float(own), worked))


def plan_from(frame: Frame, roster: Roster) -> State:
    """Return the state of a roster as far as it fits, activities placed anew where they do not."""
    state = State(frame)
    worked, begins = plan_of(frame, roster)
    for agent, row in enumerate(worked):
        placed = state.place(agent, row)
        known = (begins[agent] >= 0).all(axis=1) & ~np.isin(row, list(state.kept.get(agent, ())))
        state.put_in(agent, row, np.where(known[:, None], begins[agent], placed))
    return state


def improve_responses(
    state: State,
    tours: Tours,
    deadline: Deadline,
    seed: int = 0,
    agents: Iterable[int] | None = None,
) -> float:
    """Let people respond, in random order, until nobody can improve alone; return what it saved.

    Whoever has been given training keeps the roster it lies in.

    Parameters
    ----------
    agents
        Who may be changed; None means everybody.
    """
    chosen = range(len(state.worked)) if agents is None else sorted(set(agents))
    order = np.array([agent for agent in chosen if agent not in state.sessions], dtype=np.int64)
    rng = np.random.default_rng(seed)
    saved, idle = 0.0, 0
    while idle < len(order):
        for agent in rng.permutation(order).tolist():
            if deadline.passed():
                return saved
            gain = respond(state, tours, agent)
            saved += gain
            idle = idle + 1 if gain == 0.0 else 0
            if idle >= len(order):
                break
        log.debug("responses saved %.2f so far", saved)
    return saved


def respond(state: State, tours: Tours, agent: int) -> float:
    """Give one agent the best roster against everybody else's; return what it saves, 0 or more.

    Rows that sum several days may cost more than the prices of single shifts say. Then the least
    useful shift is given up, day by day, until the prices hold; the best roster on the way counts.
    """
    before = float(state.own[agent]) + state.common
    seat = state.take_out(agent)
    alone, spanning = state.common, state.spanning(agent)
    best = before, seat
    prices, day = state.prices(agent), state.frame.patterns.day
    for _ in state.frame.calendar.days:
        tour = tours.best(agent, prices)
        if not np.isfinite(tour.cost):
            break
        _put(state, tours, agent, tour)
        common = state.common
        after = float(state.own[agent]) + common
        found = state.take_out(agent)
        if after < best[0] - LEAST_GAIN:
            best = after, found
        if spanning is None or common - alone <= tour.cost - tour.own + LEAST_GAIN:
            break
        shifts = tour.worked[tour.worked != FREE]
        shifts = shifts[spanning[shifts]]
        least = shifts[np.argmax(prices[shifts])]
        prices[spanning & (day == day[least])] += HARD
    state.put_back(agent, best[1])
    return before - best[0] if best[1] is not seat else 0.0


def _put(state: State, tours: Tours, agent: int, tour: Tour) -> None:
    own = tour.own if tours.exact(agent) or not np.isfinite(tour.own) else None
    state.put_in(agent, tour.worked, state.place(agent, tour.worked), own)


def _hardest_first(frame: Frame, seed: int) -> list[int]:
    """Return all agents: core before elastic, then by the number of shifts they may work."""
    organisation = frame.problem.organisation
    classes = {contract.id: contract.staff_class for contract in organisation.contracts}
    elastic = [classes[agent.contract] is StaffClass.ELASTIC for agent in organisation.agents]
    shifts = [len(person.patterns) for person in frame.people]
    ties = np.random.default_rng(seed).random(len(shifts))
    return sorted(
        range(len(shifts)), key=lambda agent: (elastic[agent], shifts[agent], ties[agent])
    )
