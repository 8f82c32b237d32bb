"""The flow behind a market, in whole numbers, and what proves that a match of it is the best."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "Network", "Solution"]

Ints = NDArray[np.int64]
Numbers = NDArray[np.uint32]
Places = NDArray[np.uint64]

LARGEST = 2.0**59
"""Bound on what a pair may be worth, so that no distance overflows."""


class Network(NamedTuple):
    """A market in whole numbers.

    Classes, crews and doors are numbered; ``first_x[i]`` is where the x of i begin in their list.
    Gains fall within a class; costs are 0 or more and rise within a crew, whose slots from
    ``last_slot`` on are closed. `fit` may be negative. What the innermost loops go by has no sign:
    compiled code need not ask then whether an index counts from the end.
    """

    queue: Numbers
    first_ticket: Ints
    gain: Ints
    first_arc: Places
    arc_class: Numbers
    arc_door: Numbers
    fit: Ints
    first_door: Ints
    door_crew: Numbers
    door_limit: Ints
    first_slot: Ints
    last_slot: Ints
    cost: Ints


class Solution(NamedTuple):
    """The best match of a network, with the prices that prove it.

    Parameters
    ----------
    flow
        Tickets carried by each arc, [arcs].
    profit
        What the best arc of each class leaves after the price of its door; where the class has no
        arc, less than any pair is worth, [classes]. A ticket waits only if its gain and this add up
        to 0 or less, and is served only if they add up to 0 or more.
    price
        What room at each door is worth to others, the cost of the slot included, 0 or more,
        [doors].
    served, load, used
        Tickets served of each class, [classes]; contacts that came by each door, [doors]; slots
        taken of each crew, [crews].
    """

    flow: Ints
    profit: Ints
    price: Ints
    served: Ints
    load: Ints
    used: Ints
