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

DAY_SECONDS, LONGEST_SHARE = 4.0, 0.3
"""Time for a day: at first, doubled while it is not enough, up to a share of what is left."""

DAY_GAP = 2e-4
"""What a day may be from its best, as a share of the whole plan's cost."""

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

    Each round takes handfuls of people out together, draws every day anew, in random order, lets
    everybody respond, and searches some neighbourhoods by CP-SAT. Days that gained nothing are
    left alone until something else changed.

    Parameters
    ----------
    better
        Is told of improved plans, and may read the state.
    """
    rng = np.random.default_rng(seed)
    days = len(state.frame.calendar.days)
    near = near_moves(state)
    drawn: dict[int, float] = {}
    patience = dict.fromkeys(range(days), DAY_SECONDS)
    round_ = 0

    def done() -> bool:
        return deadline.passed() or state.cost <= enough

    while not done():
        round_ += 1
        if recreate(state, tours, deadline, seed + round_, steps=STEPS, enough=enough) > 0:
            better(state)
        for day in rng.permutation(days).tolist():
            if done():
                break
            if drawn.get(day) == state.cost:
                continue
            limit = deadline.within(min(patience[day], LONGEST_SHARE * deadline.remaining()))
            if _redraw(state, tours, day, limit, seed + round_) > 0:
                improve_responses(state, tours, deadline, seed + round_)
                better(state)
            elif limit.passed():
                patience[day] *= 2
                continue
            drawn[day] = state.cost
        if not done():
            search_near(
                state, near, deadline, seed=seed + round_, workers=workers, searches=SEARCHES
            )
            better(state)


def _redraw(state: State, tours: Tours, day: int, deadline: Deadline, seed: int) -> float:
    return redraw_day(state, tours, day, deadline, gap=DAY_GAP * abs(state.cost), seed=seed)
