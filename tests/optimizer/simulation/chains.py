"""Steady states of Markov chains, solved by linear algebra."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

State = TypeVar("State", bound=Hashable)


def steady_state(
    states: Sequence[State], rates: Callable[[State], Iterable[tuple[State, float]]]
) -> dict[State, float]:
    """Return the share of time in each state; moves to states that are not listed never happen."""
    place = {state: i for i, state in enumerate(states)}
    rows, columns, values = [], [], []
    for state, i in place.items():
        for target, rate in rates(state):
            if rate > 0.0 and target in place:
                rows += [place[target], i]
                columns += [i, i]
                values += [rate, -rate]
    balance = coo_array((values, (rows, columns)), shape=(len(states), len(states))).tolil()
    balance[0, :] = 1.0  # one balance follows from the others; the shares sum to 1
    total = np.zeros(len(states))
    total[0] = 1.0
    shares = spsolve(balance.tocsc(), total)
    # What is cut off must not matter.
    assert abs(shares.sum() - 1.0) < 1e-9
    return dict(zip(states, shares.tolist(), strict=True))
