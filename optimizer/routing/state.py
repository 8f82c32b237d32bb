"""What augmenting paths keep between two searches and within one (`optimizer.routing.paths`)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Search", "State"]

Ints = NDArray[np.int64]
Numbers = NDArray[np.uint32]
Places = NDArray[np.uint64]


class State(NamedTuple):
    """What is matched so far, with the prices that prove it.

    Parameters
    ----------
    latest
        Gain of the last ticket served of each class, [classes].
    room
        Cost of the slot that the next contact by each door takes, FAR if none may come, [doors].
    head, after, before
        The arcs in use at each door form a list linked in both directions, [doors] and [arcs].
    order
        The arcs of each class, those that may be near first, [arcs].
    near, bound
        Where in `order` the other arcs of each class begin, whose price less fit is `bound` or
        more, [classes]. As prices only rise, that stays true.
    """

    profit: Ints
    served: Ints
    latest: Ints
    price: Ints
    load: Ints
    room: Ints
    used: Ints
    flow: Ints
    head: Numbers
    after: Numbers
    before: Numbers
    order: Numbers
    near: Places
    bound: Ints


class Search(NamedTuple):
    """Working memory of one search; distances are FAR wherever it has not been.

    A door goes to the heap, or to the stack if it is as near as what is being looked at.
    """

    class_distance: Ints
    class_arc: Numbers
    classes: Numbers
    door_distance: Ints
    door_from: Ints
    doors: Numbers
    done: NDArray[np.bool_]
    stack: Numbers
    heap_key: Ints
    heap_door: Numbers
