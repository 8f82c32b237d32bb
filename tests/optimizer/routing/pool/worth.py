"""What a match is worth, counted pair by pair."""

from __future__ import annotations

from dataclasses import replace

from optimizer.model import Snapshot, Ticket
from optimizer.routing import read_board


def value(snapshot: Snapshot, partners: dict[str, str]) -> float:
    """Return what a match is worth, pair by pair; no pair may be one that must not be."""
    tickets: dict[str, Ticket] = {ticket.id: ticket for ticket in snapshot.tickets}
    staff = {agent.id: agent for agent in snapshot.agents}
    total = 0.0
    idle: dict[str, float] = {}  # it counts for the first contact only
    for ticket, agent in partners.items():
        pair = replace(snapshot, tickets=(tickets[ticket],), agents=(staff[agent],))
        board = read_board(pair)
        assert len(board.market.arc_fit) == 1, (ticket, agent)
        total += board.market.base[0] + board.market.arc_fit[0] + board.staff.worked_points[0]
        idle[agent] = board.staff.idle_points[0]
    return total + sum(idle.values())
