"""Improve a plan until the time is up: whole days, single people, and handfuls in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.roster.near.search import improve as search_near
from optimizer.roster.near.search import near_moves
from optimizer.roster.recreate import recreate
from optimizer.roster.redraw import redraw_day
from optimizer.roster.respond import improve_responses
from optimizer.roster.state import State
from optimizer.roster.tours import Tours
from optimizer.stop import Deadline

__all__ = ["improve"]

DAY_SECONDS = 4.0
"""Longest time for one day."""

DAY_GAP = 2e-3

STEPS, SEARCHES = 150, 4
"""Of recreating, and of searches by CP-SAT, in each round."""


def improve(
    state: State,
    tours: Tours,
    deadline: Deadline,
    *,
    enough: float,
    better: Callable[[State], object],
    seed: int = 0,
    workers: int = 2,
) -> None:
    """Improve a plan in place until the deadline, or until its cost is `enough`.

    Each round draws every day anew, in random order, lets everybody respond, and takes handfuls
    of people out together. Days that gained nothing are left alone until something else changed.

    Parameters
    ----------
    better
        Is told of improved plans, and may read the state.
    """
    rng = np.random.default_rng(seed)
    days = len(state.frame.calendar.days)
    near = near_moves(state)
    drawn: dict[int, float] = {}
    round_ = 0

    def done() -> bool:
        return deadline.passed() or state.cost <= enough

    while not done():
        round_ += 1
        for day in rng.permutation(days).tolist():
            if done():
                break
            if drawn.get(day) == state.cost:
                continue
            limit = deadline.within(DAY_SECONDS)
            if redraw_day(state, tours, day, limit, gap=DAY_GAP, seed=seed + round_) > 0:
                improve_responses(state, tours, deadline, seed + round_)
                better(state)
            drawn[day] = state.cost
        if not done():
            recreate(state, tours, deadline, seed + round_, enough=enough, steps=STEPS)
            better(state)
        if not done():
            search_near(
                state, near, deadline, seed=seed + round_, workers=workers, searches=SEARCHES
            )
            better(state)
