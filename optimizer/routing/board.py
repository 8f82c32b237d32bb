"""A snapshot made ready for matching: everything in its order, equal needs merged, pairs scored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue, raise_errors
from optimizer.model import AgentState, Priority, RoutingWeights, Snapshot, Ticket
from optimizer.routing.eligibility import Eligibility, sieve
from optimizer.routing.market import Market, build_market
from optimizer.routing.needs import Classes, merge_tickets
from optimizer.routing.score import base_parts, base_weights, wait_target
from optimizer.routing.staff import Staff

__all__ = ["Board", "read_board"]

GREATEST = 1e100
"""Scores beyond this many points are refused, so that their sums stay finite."""


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """The tickets and agents of a snapshot in the order of decision, with their market.

    Tickets stand in order of falling base, then older first, then by identifier; agents in order
    of longest idle, unknown last, then by identifier. Where the snapshot lists them is forgotten,
    which is why it cannot matter.

    Parameters
    ----------
    tickets
        Place in the snapshot of each ticket, [tickets].
    staff
        The agents.
    classes
        The tickets merged by needs; `eligibility` has a row for each class.
    waits
        Seconds since the customer asked, 0 for a time to come, [tickets].
    targets
        The wait that each is measured by, in seconds, [tickets].
    parts
        What priority, customer value and wait add to the base, in points, [tickets, 3].
    """

    tickets: NDArray[np.int64]
    staff: Staff
    classes: Classes
    eligibility: Eligibility
    waits: NDArray[np.float64]
    targets: NDArray[np.float64]
    parts: NDArray[np.float64]
    market: Market


def read_board(snapshot: Snapshot) -> Board:
    """Prepare a snapshot that has passed its checks.

    Raises
    ------
    InvalidInput
        If weights, waits and values are so great that a score is beyond 1e100.
    """
    tickets = snapshot.tickets
    now = snapshot.now
    rank = {priority: priority.rank for priority in Priority}
    ranks = np.array([rank[ticket.priority] for ticket in tickets], dtype=np.int64)
    values = np.array([ticket.customer_value for ticket in tickets], dtype=np.float64)
    waits = np.array([(now - t.created).total_seconds() for t in tickets], dtype=np.float64)
    targets = np.array([_target(ticket, snapshot.weights) for ticket in tickets], dtype=np.float64)
    ones, none = np.ones(len(tickets)), np.zeros(len(tickets))
    weights = base_weights(snapshot.weights)
    parts = base_parts(ranks, values, waits, targets, ones, none, weights)
    base = parts.sum(axis=1)
    _check_scores(tickets, base)
    order = np.lexsort((_places([ticket.id for ticket in tickets]), -waits, -base))
    staff = Staff(_by_idle_time(snapshot.agents))
    classes = merge_tickets([tickets[i] for i in order.tolist()], staff.authority.tolist())
    levels = staff.levels(classes.skills)
    eligibility = sieve(classes, staff, levels)
    return Board(
        tickets=order,
        staff=staff,
        classes=classes,
        eligibility=eligibility,
        waits=np.maximum(waits, 0.0)[order],
        targets=targets[order],
        parts=parts[order],
        market=build_market(
            base[order], classes, staff, levels, eligibility, snapshot.weights.skill_fit
        ),
    )


def _target(ticket: Ticket, weights: RoutingWeights) -> float:
    due = ticket.first_response_due
    promised = None if due is None else (due - ticket.created).total_seconds()
    return wait_target(weights, ticket.priority.rank, promised)


def _check_scores(tickets: Sequence[Ticket], base: NDArray[np.float64]) -> None:
    issues = [
        Issue(
            "score_overflow",
            f"/tickets/{i}",
            f"The score of {tickets[i].id!r} is {base[i]:g} but must be at most {GREATEST:g}.",
        )
        for i in np.flatnonzero(~(base <= GREATEST)).tolist()
    ]
    raise_errors("Weights, waits and values give scores that are too great.", issues)


def _places(names: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each name in the order of names."""
    places = np.empty(len(names), dtype=np.int64)
    places[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return places


def _by_idle_time(agents: Sequence[AgentState]) -> list[AgentState]:
    def key(agent: AgentState) -> tuple[float, str]:
        since = agent.idle_since
        return (math.inf if since is None else since.timestamp(), agent.id)

    return sorted(agents, key=key)
