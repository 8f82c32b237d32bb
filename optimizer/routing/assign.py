"""The live decision: which waiting ticket goes to which agent now, and why."""

from __future__ import annotations

import logging
import time

import numpy as np

from optimizer.errors import raise_errors
from optimizer.model import Assignment, Clock, Decision, Snapshot, Waiting, check_snapshot
from optimizer.routing.board import Board, read_board
from optimizer.routing.dealing import Pairs, deal
from optimizer.routing.explain import decision_reason, obstacles, waiting_reason
from optimizer.routing.matching import match

__all__ = ["assign"]

log = logging.getLogger(__name__)


def assign(snapshot: Snapshot, *, checked: bool = False) -> Assignment:
    """Give tickets to agents so that the total score is the greatest possible.

    Tickets may wait, and agents take several up to their capacity and the limits of their
    channels. Among equal totals the most tickets are served, then agents with the fewest contacts
    open and among these the longest idle are used. The order in which the snapshot lists tickets,
    agents and skills does not matter.

    Parameters
    ----------
    checked
        The snapshot has passed `check_snapshot` before, as one read by `optimizer.io` has; the
        checks take about as long as the match.

    Raises
    ------
    InvalidInput
        If the snapshot makes no sense or its scores are beyond 1e100; every problem is listed.
    """
    started = time.perf_counter()
    if not checked:
        raise_errors("The snapshot has problems.", check_snapshot(snapshot))
    board = read_board(snapshot)
    pairs = deal(board.market, match(board.market))
    assignment = Assignment(
        decisions=_decisions(snapshot, board, pairs),
        waiting=_waiting(snapshot, board, pairs),
        value=pairs.value,
        bound=pairs.value,
        skill_prices={},
        seconds=time.perf_counter() - started,
    )
    log.debug("%d of %d tickets assigned", len(assignment.decisions), len(snapshot.tickets))
    return assignment


def _decisions(snapshot: Snapshot, board: Board, pairs: Pairs) -> tuple[Decision, ...]:
    """Return the decisions, in the order of the snapshot."""
    weight = snapshot.weights.skill_fit
    place = board.tickets[pairs.ticket]
    order = place.argsort()
    ticket, arc = pairs.ticket[order], pairs.arc[order]
    rows = zip(
        place[order].tolist(),
        pairs.agent[order].tolist(),
        *board.parts[ticket, :3].T.tolist(),
        board.market.arc_share[arc].tolist(),
        np.rint(board.waits[ticket]).astype(np.int64).tolist(),
        np.rint(board.targets[ticket]).astype(np.int64).tolist(),
        np.rint(100 * board.market.arc_share[arc]).astype(np.int64).tolist(),
        strict=True,
    )
    decisions = []
    for index, agent, priority, value, waited, share, wait, target, percent in rows:
        found = snapshot.tickets[index]
        fit = weight * share
        decisions.append(
            Decision(
                found.id,
                board.staff.agents[agent].id,
                priority + value + waited + fit,
                {"priority": priority, "customer_value": value, "wait": waited, "skill_fit": fit},
                decision_reason(found.priority, wait, target, percent),
                Clock(wait, target),
            )
        )
    return tuple(decisions)


def _waiting(snapshot: Snapshot, board: Board, pairs: Pairs) -> tuple[Waiting, ...]:
    """Return the tickets that wait, in the order of the snapshot; a class shares its reasons."""
    waits = np.ones(len(board.tickets), dtype=np.bool_)
    waits[pairs.ticket] = False
    position = np.flatnonzero(waits)
    position = position[board.tickets[position].argsort()]
    kinds, kind_of = np.unique(board.classes.of_ticket[position], return_inverse=True)
    agents = len(board.staff)
    reasons = [
        (obstacles(stopped, agents), waiting_reason(board.classes, kind, stopped, agents))
        for kind, stopped in zip(
            kinds.tolist(), board.eligibility.stopped[kinds].tolist(), strict=True
        )
    ]
    return tuple(
        Waiting(snapshot.tickets[index].id, reasons[kind][0], reasons[kind][1], Clock(0.0, 1.0))
        for index, kind in zip(board.tickets[position].tolist(), kind_of.tolist(), strict=True)
    )
