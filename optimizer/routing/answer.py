"""From pairs to the records of the answer: decisions with their parts, and who waits and why.

Figures are computed as columns; a loop over the tickets only puts them into records.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import Clock, Decision, Obstacle, RunnerUp, Snapshot, Waiting
from optimizer.routing.board import Board, points_for_tags
from optimizer.routing.clocks import moments
from optimizer.routing.codes import gather, number_by_appearance
from optimizer.routing.dealing import Pairs
from optimizer.routing.explain import (
    decision_reason,
    obstacles,
    reason_beside_free,
    waiting_reason,
)
from optimizer.routing.soonest import soonest

__all__ = ["Kinds", "decisions", "records", "waiting"]

T = TypeVar("T")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS = (
    "priority",
    "customer_value",
    "wait",
    "tags",
    "risk",
    "skill_fit",
    "continuity",
    "idle",
    "worked",
    "reserve",
)
"""The terms of a score, in the order in which they are added up."""


class Kinds(Protocol):
    """What records are made of: the record itself, or a class with the same fields."""

    def __call__(self, record: type[T], /) -> type[T]:
        """Return the class to call in the place of `record`."""


def records(record: type[T], /) -> type[T]:
    """Return the record itself: answers are made of the records of `optimizer.model`."""
    return record


def decisions(
    snapshot: Snapshot,
    board: Board,
    pairs: Pairs,
    runners: tuple[Ints, Floats] | None,
    kinds: Kinds,
) -> tuple[Decision, ...]:
    """Return the decisions, in the order of the snapshot.

    Parameters
    ----------
    runners
        Agent (-1 for nobody) and score of the next best of each pair; None where nobody asked.
    """
    columns = board.columns
    place = board.tickets[pairs.ticket]
    order = place.argsort()
    place, ticket, agent, arc, slot = (
        column[order] for column in (place, pairs.ticket, pairs.agent, pairs.arc, pairs.slot)
    )
    parts = _parts(snapshot, board, ticket, agent, arc, slot)
    score, adding = _added(parts)
    waits = np.rint(board.clocks.waits[ticket]).astype(np.int64).tolist()
    targets = np.rint(board.clocks.targets[ticket]).astype(np.int64).tolist()
    percents = np.rint(100 * board.market.arc_share[arc]).astype(np.int64).tolist()
    return tuple(
        map(
            kinds(Decision),
            map(columns.ids.__getitem__, place.tolist()),
            map(board.staff.columns.ids.__getitem__, agent.tolist()),
            score.tolist(),
            _by_name(parts, adding.tolist()),
            map(decision_reason, columns.rank[place].tolist(), waits, targets, percents),
            board.clocks.records(ticket, snapshot.now, kinds(Clock)),
            _runners_up(board, runners, order, kinds),
        )
    )


def waiting(snapshot: Snapshot, board: Board, pairs: Pairs, kinds: Kinds) -> tuple[Waiting, ...]:
    """Return the tickets that wait, in the order of the snapshot; a class shares its reasons."""
    left = np.ones(len(board.tickets), dtype=np.bool_)
    left[pairs.ticket] = False
    position = np.flatnonzero(left)
    if not len(position):
        return ()
    position = position[board.tickets[position].argsort()]
    kinds_left = board.classes.of_ticket[position]
    number_of, first = number_by_appearance(kinds_left)
    numbers = kinds_left[first]
    at = soonest(snapshot, board, pairs, position)
    # Whoever may take a ticket this very moment is free for it.
    why, reasons = _reasons(snapshot, board, numbers, at[first] <= 0.0, kinds)
    waits, targets = board.clocks.waits[position], board.clocks.targets[position]
    due = board.clocks.until(position, targets)
    breached = waits > targets
    at_risk = ~breached & (np.isinf(at) | (at > due))
    ids, make = board.columns.ids, kinds(Waiting)
    return tuple(
        [
            make(ids[index], why[number], reasons[number], clock, moment, passed, risky)
            for index, number, clock, moment, passed, risky in zip(
                board.tickets[position].tolist(),
                number_of.tolist(),
                board.clocks.records(position, snapshot.now, kinds(Clock)),
                moments(snapshot.now, at),
                breached.tolist(),
                at_risk.tolist(),
                strict=True,
            )
        ]
    )


def _reasons(
    snapshot: Snapshot, board: Board, numbers: Ints, free: NDArray[np.bool_], kinds: Kinds
) -> tuple[list[tuple[Obstacle, ...]], list[str]]:
    """Return obstacles and a sentence for some classes, [numbers] both.

    Parameters
    ----------
    free
        For which of them somebody is free, [numbers].
    """
    classes = board.classes
    same: dict[bytes, tuple[list[int], tuple[Obstacle, ...]]] = {}
    make = kinds(Obstacle)
    in_all, why = [], []
    for row in board.eligibility.stopped(numbers):
        key = row.tobytes()
        if key not in same:
            stopped = row.sum(axis=1).tolist()
            same[key] = stopped, obstacles(stopped, row.tolist(), make)
        in_all.append(same[key][0])
        why.append(same[key][1])
    begins, places = gather(classes.first_ask, numbers)
    names = [classes.skills[skill] for skill in classes.ask_skill[places].tolist()]
    levels = classes.ask_level[places].tolist()
    first = begins.tolist()
    reasons = [
        reason_beside_free(snapshot.policy)
        if is_free and stopped[-1]  # work in hand that is overdue may end now: nobody is free yet
        else waiting_reason(stopped, classes.terms[term], names[begin:end], levels[begin:end])
        for is_free, stopped, term, begin, end in zip(
            free.tolist(),
            in_all,
            classes.of_class[numbers].tolist(),
            first[:-1],
            first[1:],
            strict=True,
        )
    ]
    return why, reasons


def _parts(
    snapshot: Snapshot, board: Board, ticket: Ints, agent: Ints, arc: Ints, slot: Ints
) -> Floats:
    """Return what each of `PARTS` adds to the score of every decision, [parts, decisions]."""
    columns, staff, market, weights = board.columns, board.staff, board.market, snapshot.weights
    place, base = board.tickets[ticket], board.parts[ticket]
    worked = staff.worked_points[agent]
    # Idle time counts for an agent's first contact only: later slots are worth no more than that.
    is_first = market.crews.slot_points[slot] != worked
    return np.array(
        [
            base[:, 0],
            base[:, 1],
            base[:, 2],
            points_for_tags(weights, columns)[place],
            weights.risk * columns.risk[place],
            weights.skill_fit * market.arc_share[arc],
            market.arc_continuity[arc],
            np.where(is_first, staff.idle_points[agent], 0.0),
            worked,
            market.arc_reserve[arc],
        ]
    )


@njit(cache=True)
def _added(parts: Floats) -> tuple[Floats, Ints]:
    """Return the sum of the parts of each decision, in their order, and as bits which are not 0."""
    score = np.zeros(parts.shape[1])
    adding = np.zeros(parts.shape[1], dtype=np.int64)
    for row in range(len(parts)):
        for place in range(parts.shape[1]):
            score[place] += parts[row, place]
            if parts[row, place] != 0.0:
                adding[place] |= 1 << row
    return score, adding


def _by_name(parts: Floats, adding: Sequence[int]) -> list[dict[str, float]]:
    """Return the parts of each decision that are not 0 by name; `adding` says which, as bits."""
    names = {
        bits: [name for row, name in enumerate(PARTS) if bits >> row & 1] for bits in {*adding}
    }
    by_decision = parts.T
    left = iter(by_decision[by_decision != 0.0].tolist())
    # Each dictionary takes as many of the values that are left as it has names.
    return [dict(zip(names[bits], left, strict=False)) for bits in adding]


def _runners_up(
    board: Board, runners: tuple[Ints, Floats] | None, order: Ints, kinds: Kinds
) -> Sequence[RunnerUp | None]:
    if runners is None:
        return [None] * len(order)
    ids, make = board.staff.columns.ids, kinds(RunnerUp)
    agent, score = runners
    return [
        None if who < 0 else make(ids[who], points)
        for who, points in zip(agent[order].tolist(), score[order].tolist(), strict=True)
    ]
