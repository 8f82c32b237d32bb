"""The policies: each is an order of tickets and an order of agents.

Known traps, which are those of the rules and not mended here:

* first come first served lets a P0 stand behind every newsletter, and by severity alone a P3 waits
  for ever;
* the longest idle agent is called whatever else that agent is the only one to know;
* a *bullseye* calls nobody of the next ring as long as the wait lasts, even if all of the inner one
  have gone home; as soon as the next ring opens, the inner one has no advantage any more; and a
  ring that is shorter than the time to the next decision is passed over;
* *greedy* gives the last agent who could have taken another ticket to the pair that scores best.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.board import Board
from optimizer.routing.dealing import Pairs, deal
from optimizer.routing.matching import match
from optimizer.routing.policies.handing import hand_out, take_best
from optimizer.routing.score import base_parts, base_weights

__all__ = ["best", "bullseye", "fifo", "greedy", "priority", "round_robin"]

Ints = NDArray[np.int64]


def best(board: Board) -> Pairs:
    """Return the match of greatest total score."""
    return deal(board.market, match(board.market).flow)


def greedy(board: Board) -> Pairs:
    """Take the pair of greatest score that is left, again and again."""
    return take_best(board)


def fifo(board: Board) -> Pairs:
    """Give the oldest ticket to the longest idle agent.

    Whoever has contacts open is not idle; of these, too, it is who was free first.
    """
    return hand_out(board, _oldest(board), _not_idle(board))


def priority(board: Board) -> Pairs:
    """Give the most severe ticket, after promotions, and of these the oldest, likewise."""
    return hand_out(board, _oldest(board, _ranks(board)), _not_idle(board))


def round_robin(board: Board) -> Pairs:
    """Give the oldest ticket to the agent whose turn it is.

    A snapshot does not tell who was given what before. Agents have had their turn as often as
    they have contacts open: it is the turn of whoever has fewest, those counted that are handed
    out now, and among these of whoever became free first and so has had nothing for longest.
    """
    return hand_out(board, _oldest(board), board.staff.opened)


def bullseye(board: Board) -> Pairs:
    """Give the oldest ticket to the longest idle agent within the rings that are open to it.

    A ring asks for levels that are changed by its `level_change`; the easiest of those that have
    opened counts. Nobody gets in whom a ticket's own terms keep out: a ring below these levels,
    or of other sites, is as wide as they are, and what widens them is the ticket's relaxation.
    Until the first ring opens nobody is called; without any ring everybody is.
    """
    order = _oldest(board)
    if not board.rings:
        return hand_out(board, order, _not_idle(board))
    after = np.array([ring.after_seconds for ring in board.rings])
    change = np.array([ring.level_change for ring in board.rings])
    is_open = board.clocks.waits[:, np.newaxis] >= after
    easiest = np.where(is_open, change, change.max(initial=0)).min(axis=1)
    return hand_out(board, order[is_open[order].any(axis=1)], _not_idle(board), easiest)


def _oldest(board: Board, *first: Ints) -> Ints:
    """Return the tickets by level, then by what comes first, then the longest wait."""
    later = board.level == 0
    order: Ints = np.lexsort((-board.clocks.waits, *first, later))
    return order


def _ranks(board: Board) -> Ints:
    """Return the ranks after promotions, 0 to 3, [tickets]."""
    ones = np.ones(len(board.tickets))
    steps = base_parts(
        board.columns.rank[board.tickets],
        ones,
        board.clocks.waits,
        board.clocks.targets,
        ones,
        ones,
        base_weights(board.weights)._replace(priority=1.0),
    )[:, 0]
    return 3 - np.rint(steps).astype(np.int64)


def _not_idle(board: Board) -> Ints:
    """Return 1 for agents who have contacts open, 0 for those who are idle, [agents]."""
    return np.minimum(board.staff.opened, 1)
