"""The live decision: which waiting ticket goes to which agent now, and why."""

from __future__ import annotations

import logging
import time

from optimizer.model import Assignment, RoutingPolicy, Snapshot
from optimizer.routing.answer import Kinds, decisions, records, waiting
from optimizer.routing.board import read_board
from optimizer.routing.dealing import deal
from optimizer.routing.matching import match
from optimizer.routing.policies import POLICIES
from optimizer.routing.prices import skill_prices
from optimizer.routing.runners import runners_up

__all__ = ["assign"]

log = logging.getLogger(__name__)


def assign(snapshot: Snapshot, *, checked: bool = False, kinds: Kinds = records) -> Assignment:
    """Give tickets to agents as the policy of the snapshot says: by default, as best they can be.

    The best match is the one of greatest total score, levels first. Tickets may wait, and agents
    take several up to their capacity and the limits of their channels. Among equal totals the
    most tickets are served, then agents with the fewest contacts open and among these the longest
    idle are used. The order in which the snapshot lists tickets, agents and skills does not
    matter.

    Parameters
    ----------
    checked
        The snapshot has passed `check_snapshot` before, as one read by `optimizer.io` has.
    kinds
        What the records of the answer are made of; `optimizer.wire.twin` makes answers that are
        written faster.

    Raises
    ------
    InvalidInput
        If the snapshot makes no sense or its scores are beyond 1e100; every problem is listed.
    """
    started = time.perf_counter()
    board = read_board(snapshot, checked=checked)
    best = match(board.market)
    if snapshot.policy == RoutingPolicy.BEST:
        pairs = deal(board.market, best.flow)
    else:
        pairs = POLICIES[snapshot.policy](board)
    runners = runners_up(board.market, pairs)
    made = decisions(snapshot, board, pairs, runners, kinds)
    left = waiting(snapshot, board, pairs, kinds)
    log.debug("%d of %d tickets assigned", len(made), len(snapshot.tickets))
    return kinds(Assignment)(
        decisions=made,
        waiting=left,
        value=pairs.value,
        bound=max(best.bound, pairs.value),
        skill_prices=skill_prices(board.market, best, board.classes),
        seconds=time.perf_counter() - started,
        policy=snapshot.policy,
    )
