"""Equal needs become one class and equal agents one crew; what differs stays apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from optimizer.model import AgentState, Snapshot, Ticket, Tier
from optimizer.routing import read_board
from optimizer.routing.needs import Terms, merge_tickets
from tests.optimizer.routing.plain import NOW

TICKET = Ticket("t", "chat", NOW, {"a": 1, "b": 2})
AGENT = AgentState("x", {"a": 2, "b": 2}, capacity=3)


def board_of(*agents: AgentState, ticket: Ticket = TICKET, tickets: int = 5) -> Any:
    copies = tuple(replace(ticket, id=f"t{i}") for i in range(tickets))
    return read_board(Snapshot(NOW, copies, agents))


def test_tickets_that_differ_in_their_score_only_are_one_class() -> None:
    other = replace(
        TICKET, id="u", customer_value=9.0, created=NOW - timedelta(days=1), skills={"b": 2, "a": 1}
    )
    classes = merge_tickets([TICKET, other], [0.0])
    assert classes.of_ticket.tolist() == [0, 0]
    assert classes.terms == (Terms("chat", Tier.FRONT_LINE, None, 0.0),)
    assert classes.asks(0) == [("a", 1), ("b", 2)]


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "voice"},
        {"tier": Tier.RISK},
        {"site": "north"},
        {"skills": {"a": 1}},
        {"skills": {"a": 1, "b": 3}},
        {"amount": 1.0},
    ],
)
def test_tickets_that_differ_in_anything_that_a_rule_reads_are_not(change: dict[str, Any]) -> None:
    classes = merge_tickets([TICKET, replace(TICKET, **change)], [0.0, 5.0])
    assert classes.of_ticket.tolist() == [0, 1]


def test_amounts_between_two_authorities_are_one_need() -> None:
    amounts = [0.0, 3.0, 10.0, 10.5, 49.0, 51.0, 1e9]
    tickets = [replace(TICKET, amount=amount) for amount in amounts]
    classes = merge_tickets(tickets, [50.0, 10.0, 10.0])
    assert classes.of_ticket.tolist() == [0, 1, 1, 2, 2, 3, 3]
    assert [terms.authority for terms in classes.terms] == [0.0, 10.0, 50.0, np.inf]


def test_equal_agents_are_one_crew_whose_slots_go_round_before_they_go_deep() -> None:
    busy = replace(AGENT, id="busy", open_work={"voice": 1}, idle_since=NOW - timedelta(hours=1))
    idle = replace(AGENT, id="idle", idle_since=NOW - timedelta(minutes=2))
    fresh = replace(AGENT, id="fresh", skills={"b": 2, "a": 2}, idle_since=NOW)
    board = board_of(fresh, busy, idle)
    crews = board.market.crews
    assert len(crews.leader) == len(board.market.arc_fit) == 1
    names = [board.staff.agents[agent].id for agent in crews.slot_agent]
    assert names == ["idle", "fresh", "busy", "idle", "fresh", "busy", "idle", "fresh"]
    assert crews.slot_rank.tolist() == list(range(8))


@pytest.mark.parametrize(
    "change",
    [
        {"skills": {"a": 2, "b": 3}},
        {"skills": {"a": 2, "b": 2, "c": 1}},
        {"tier": Tier.RISK},
        {"site": "north"},
        {"channels": ("chat",)},
        {"authority": 5.0},
        {"channel_limits": {"chat": 2}},
    ],
)
def test_agents_who_differ_are_two_crews(change: dict[str, Any]) -> None:
    board = board_of(AGENT, replace(AGENT, id="y", **change))
    assert len(board.market.crews.leader) == 2


@pytest.mark.parametrize("limits", [{"chat": 3}, {"chat": 9, "voice": 4}, {"voice": 0}])
def test_a_limit_that_cannot_bind_here_keeps_nobody_apart(limits: dict[str, int]) -> None:
    board = board_of(AGENT, replace(AGENT, id="y", channel_limits=limits))
    crews = board.market.crews
    assert len(crews.leader) == len(crews.door_limit) == 1


def test_skills_that_no_ticket_asks_for_keep_apart_by_their_number_only() -> None:
    """The fit looks at how many skills are held, not at which."""
    one, two = ({**AGENT.skills, name: 3} for name in ("c", "d"))
    board = board_of(AGENT, replace(AGENT, id="y", skills=one), replace(AGENT, id="z", skills=two))
    assert len(board.market.crews.leader) == 2


def test_a_tight_limit_is_a_door_of_its_own() -> None:
    limited = replace(AGENT, channel_limits={"chat": 3}, open_work={"chat": 1, "mail": 0})
    limited = replace(limited, capacity=5)
    crews = board_of(limited).market.crews
    assert crews.door_limit.tolist() == [5, 2]
    assert crews.door_of.tolist() == [[1]]


def test_agents_without_room_are_no_part_of_the_market() -> None:
    full = replace(AGENT, id="y", open_work={"chat": 3})
    away = replace(AGENT, id="z", accepts_offers=False)
    board = board_of(full, away)
    assert len(board.market.crews.leader) == len(board.market.arc_fit) == 0
