"""Who decides: the exact best match, or one of the rules that most routers go by.

Every policy keeps to the same eligibility, room, units and levels (work of deferred channels that
does not compete yet is handed out after all other work), so that what they differ in is the order
alone. The simulation plays rules of the same names (`optimizer.simulation.RULES`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from optimizer.model import RoutingPolicy
from optimizer.routing.board import Board
from optimizer.routing.dealing import Pairs
from optimizer.routing.policies.orders import (
    best,
    bullseye,
    fifo,
    greedy,
    priority,
    round_robin,
)

__all__ = ["POLICIES"]

POLICIES: Mapping[RoutingPolicy, Callable[[Board], Pairs]] = {
    RoutingPolicy.BEST: best,
    RoutingPolicy.FIFO: fifo,
    RoutingPolicy.PRIORITY: priority,
    RoutingPolicy.GREEDY: greedy,
    RoutingPolicy.ROUND_ROBIN: round_robin,
    RoutingPolicy.BULLSEYE: bullseye,
}
"""Each returns the pairs of a board, in the order of its tickets."""
