"""A snapshot made ready for matching: everything in its order, equal needs merged, pairs scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue, raise_errors
from optimizer.model import Ring, RoutingWeights, Snapshot, check_snapshot
from optimizer.model.findings import Findings
from optimizer.model.live_checks import check_rules
from optimizer.routing.asks import Moments
from optimizer.routing.clocks import Clocks, read_clocks
from optimizer.routing.columns import (
    AgentColumns,
    TicketColumns,
    agents_are_sound,
    read_agents,
    read_tickets,
    tickets_are_sound,
)
from optimizer.routing.eligibility import Eligibility, sieve
from optimizer.routing.market import Market, build_market
from optimizer.routing.needs import Classes, merge_tickets
from optimizer.routing.score import base_parts, base_weights, levels_of, tag_points
from optimizer.routing.staff import Staff
from optimizer.routing.ties import ordered

__all__ = ["Board", "points_for_tags", "read_board"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GREATEST = 1e100
"""Scores beyond this many points are refused, so that their sums stay finite."""


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """The tickets and agents of a snapshot in the order of decision, with their market.

    Tickets stand in order of falling level, then falling base, then older first, then by
    identifier or the order drawn from the seed; agents in order of longest idle, unknown last,
    then likewise. Where the snapshot lists them is forgotten, which is why it cannot matter.

    Parameters
    ----------
    tickets
        Place in the snapshot of each ticket, [tickets].
    columns
        The tickets field by field, in the order of the snapshot.
    staff
        The agents.
    classes
        The tickets merged by needs; `eligibility` has a row for each class.
    clocks
        Of the tickets, in the order of decision.
    parts
        What priority, customer value, wait, and tags and risk together add to the base, in
        points, [tickets, 4].
    level
        Tickets of a higher level go before those of a lower one whatever the points, [tickets].
    weights, rings
        Of the snapshot.
    """

    tickets: Ints
    columns: TicketColumns
    staff: Staff
    classes: Classes
    eligibility: Eligibility
    clocks: Clocks
    parts: Floats
    level: Ints
    market: Market
    weights: RoutingWeights
    rings: tuple[Ring, ...]


def read_board(snapshot: Snapshot, *, checked: bool = True) -> Board:
    """Prepare a snapshot.

    Parameters
    ----------
    checked
        Whether it has passed `check_snapshot`; if not, a quick look says if it would.

    Raises
    ------
    InvalidInput
        If the snapshot makes no sense, or if weights, waits and values are so great that a score
        is beyond 1e100; every problem is listed.
    """
    tickets, agents = _read(snapshot, checked=checked)
    weights = snapshot.weights
    clocks = read_clocks(snapshot, tickets)
    parts = _parts(weights, tickets, clocks)
    base = parts.sum(axis=1)
    staff = Staff(agents, snapshot.channels, weights)
    _check_scores(snapshot, base, staff)
    level = _levels(snapshot, tickets, clocks)
    order = ordered((-level, -base, -tickets.age), tickets.ids, weights.tie_seed)
    level, base, parts, clocks = level[order], base[order], parts[order], clocks.take(order)
    classes = merge_tickets(tickets, Moments(order, clocks.waits, clocks.escalated), staff, weights)
    staff.alone[classes.named()] = True
    levels = staff.levels(classes.skills)
    eligibility = sieve(classes, staff, levels)
    return Board(
        tickets=order,
        columns=tickets,
        staff=staff,
        classes=classes,
        eligibility=eligibility,
        clocks=clocks,
        parts=parts,
        level=level,
        market=build_market(base, level, classes, staff, levels, eligibility, weights),
        weights=weights,
        rings=snapshot.rings,
    )


def _read(snapshot: Snapshot, *, checked: bool) -> tuple[TicketColumns, AgentColumns]:
    try:
        tickets = read_tickets(snapshot.tickets, snapshot.now)
        agents = read_agents(snapshot.agents, snapshot.now, snapshot.weights.tie_seed)
    except (TypeError, ValueError, OverflowError):
        raise_errors("The snapshot has problems.", check_snapshot(snapshot))
        raise
    if not (checked or _is_sound(snapshot, tickets, agents)):
        raise_errors("The snapshot has problems.", check_snapshot(snapshot))
    return tickets, agents


def _is_sound(snapshot: Snapshot, tickets: TicketColumns, agents: AgentColumns) -> bool:
    rules = Findings()
    check_rules(snapshot, rules)
    return (
        snapshot.now.tzinfo is not None
        and not rules.issues
        and tickets_are_sound(tickets, snapshot.calendars)
        and agents_are_sound(agents)
    )


def _parts(weights: RoutingWeights, tickets: TicketColumns, clocks: Clocks) -> Floats:
    count = len(tickets)
    speeds = np.ones(count)
    if weights.handling_reference_seconds is not None and tickets.handling is not None:
        with np.errstate(over="ignore"):  # too great a score is refused when it is known
            speeds = weights.handling_reference_seconds / tickets.handling
        speeds = np.where(np.isnan(speeds), 1.0, speeds)
    extras = points_for_tags(weights, tickets) + weights.risk * tickets.risk
    parts: Floats = base_parts(
        tickets.rank,
        tickets.value,
        clocks.waits,
        clocks.targets,
        speeds,
        extras,
        base_weights(weights),
    )
    return parts


def points_for_tags(weights: RoutingWeights, tickets: TicketColumns) -> Floats:
    """Return the points for the tags of each ticket, in the order of the snapshot, [tickets]."""
    if not weights.tags or tickets.tags is None:
        return np.zeros(len(tickets))
    return np.array([tag_points(weights, tags) for tags in tickets.tags])


def _levels(snapshot: Snapshot, tickets: TicketColumns, clocks: Clocks) -> Ints:
    channels = {name for name, rules in snapshot.channels.items() if rules.deferred}
    deferred = np.zeros(len(tickets), dtype=np.bool_)
    if channels:
        deferred = np.array([channel in channels for channel in tickets.channels], np.bool_)
    return levels_of(tickets.rank, clocks.waits, clocks.targets, deferred, snapshot.weights)


def _check_scores(snapshot: Snapshot, base: Floats, staff: Staff) -> None:
    """Refuse points whose sums might not be finite."""
    if base.max(initial=0.0) <= GREATEST and staff.idle_points.max(initial=0.0) <= GREATEST:
        return
    idle = dict(zip(staff.columns.ids, staff.idle_points.tolist(), strict=True))
    scored = [
        *((f"/tickets/{i}", t.id, base[i]) for i, t in enumerate(snapshot.tickets)),
        *((f"/agents/{i}", a.id, idle[a.id]) for i, a in enumerate(snapshot.agents)),
    ]
    issues = [
        Issue(
            "score_overflow",
            pointer,
            f"The score of {name!r} is {points:g} but must be at most {GREATEST:g}.",
        )
        for pointer, name, points in scored
        if not points <= GREATEST
    ]
    raise_errors("Weights, waits and values give scores that are too great.", issues)
