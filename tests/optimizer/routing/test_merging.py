"""Equal needs become one class and equal agents one crew; what differs stays apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from optimizer.model import (
    AgentState,
    ChannelRules,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)
from optimizer.routing import match, read_board
from optimizer.routing.market import build_market
from optimizer.routing.needs import Classes
from tests.optimizer.routing.drawing import NOW, random_snapshot

TICKET = Ticket("t", "chat", NOW, {"a": 1, "b": 2})
AGENT = AgentState("x", {"a": 2, "b": 2}, capacity=3)


def classes_of(*tickets: Ticket, authority: tuple[float, ...] = (0.0,)) -> Classes:
    named = tuple(replace(ticket, id=f"t{i}") for i, ticket in enumerate(tickets))
    agents = tuple(
        replace(AGENT, id=f"a{i}", authority=amount) for i, amount in enumerate(authority)
    )
    return read_board(Snapshot(NOW, named, agents)).classes


def board_of(*agents: AgentState, ticket: Ticket = TICKET, tickets: int = 5, **more: Any) -> Any:
    copies = tuple(replace(ticket, id=f"t{i}") for i in range(tickets))
    return read_board(Snapshot(NOW, copies, agents, **more))


def test_tickets_that_differ_in_their_score_only_are_one_class() -> None:
    other = replace(
        TICKET, customer_value=9.0, created=NOW - timedelta(days=1), skills={"b": 2, "a": 1}
    )
    classes = classes_of(TICKET, other)
    assert classes.of_ticket.tolist() == [0, 0]
    assert len(classes.terms) == 1
    assert classes.asks(0) == [("a", 1), ("b", 2)]


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "voice"},
        {"tier": Tier.RISK},
        {"site": "north"},
        {"language": "fr"},
        {"human_required": True},
        {"skills": {"a": 1}},
        {"skills": {"a": 1, "b": 3}},
        {"amount": 1.0},
        {"prior_agent": "a0"},
        {"excluded_agents": ("a0",)},
        {"rejected_by": ("a0",)},
        {"preferred_agents": ("a0",)},
        {"relaxation": (RelaxationStep(0.0, drop_skills=("a",)),)},
    ],
)
def test_tickets_that_differ_in_anything_that_a_rule_reads_are_not(change: dict[str, Any]) -> None:
    classes = classes_of(TICKET, replace(TICKET, **change), authority=(0.0, 5.0))
    assert len(classes) == 2


def test_amounts_between_two_authorities_are_one_need() -> None:
    amounts = [0.0, 3.0, 10.0, 10.5, 49.0, 51.0, 1e9]
    tickets = [replace(TICKET, amount=amount) for amount in amounts]
    classes = classes_of(*tickets, authority=(50.0, 10.0, 10.0))
    assert classes.of_ticket.tolist() == [0, 1, 1, 2, 2, 3, 3]
    assert [terms.authority for terms in classes.terms] == [0.0, 10.0, 50.0, np.inf]


def test_equal_agents_are_one_crew_whose_slots_go_round_before_they_go_deep() -> None:
    busy = replace(AGENT, id="busy", open_work={"voice": 1}, idle_since=NOW - timedelta(hours=1))
    idle = replace(AGENT, id="idle", idle_since=NOW - timedelta(minutes=2))
    fresh = replace(AGENT, id="fresh", skills={"b": 2, "a": 2}, idle_since=NOW)
    board = board_of(fresh, busy, idle, weights=RoutingWeights(idle=0.0))
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
        {"languages": ("fr",)},
        {"automated": True},
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


def test_agents_of_different_points_are_one_crew_whose_best_slots_go_first() -> None:
    tired = replace(AGENT, id="tired", worked_seconds=7200.0, capacity=1)
    board = board_of(tired, replace(AGENT, capacity=1), weights=RoutingWeights(worked=3.0))
    crews = board.market.crews
    assert len(crews.leader) == 1
    assert [board.staff.agents[agent].id for agent in crews.slot_agent] == ["x", "tired"]
    assert crews.slot_points.tolist() == [0.0, -6.0]


def two_channels(*agents: AgentState, **more: Any) -> Any:
    tickets = (*(replace(TICKET, id=f"t{i}") for i in range(5)), replace(TICKET, channel="voice"))
    return read_board(Snapshot(NOW, tickets, agents, **more)).market.crews


def test_a_limit_that_is_tighter_than_the_room_is_a_door_of_its_own() -> None:
    limited = replace(AGENT, channel_limits={"chat": 3}, open_work={"chat": 1, "mail": 0})
    crews = two_channels(replace(limited, capacity=5), replace(limited, id="y", capacity=5))
    assert crews.door_limit.tolist() == [6, 2, 6, 2]
    assert crews.door_of.tolist() == [[1, 0], [3, 2]]


def test_where_there_is_one_channel_its_limit_is_just_less_room() -> None:
    crews = board_of(AGENT, replace(AGENT, id="y", channel_limits={"chat": 2})).market.crews
    assert len(crews.leader) == len(crews.door_limit) == 1
    assert len(crews.slot_agent) == 5


def test_contacts_of_different_sizes_keep_alone_whom_they_could_overfill() -> None:
    sizes = {"voice": ChannelRules(units=3)}
    crews = two_channels(AGENT, replace(AGENT, id="y"), channels=sizes)
    assert crews.units.tolist() == [3, 3]
    assert crews.door_limit.tolist() == [6, 3, 1, 6, 3, 1]
    assert crews.door_units.tolist() == [1, 1, 3, 1, 1, 3]
    chat_only = replace(AGENT, channels=("chat",))
    crews = two_channels(chat_only, replace(chat_only, id="y"), channels=sizes)
    assert crews.units.tolist() == [-1]


def test_who_is_named_by_a_ticket_is_alone_and_gets_the_points_for_continuity() -> None:
    board = board_of(AGENT, replace(AGENT, id="y"), ticket=replace(TICKET, prior_agent="y"))
    market = board.market
    assert len(market.crews.leader) == 2
    named = [board.staff.agents[agent].id == "y" for agent in market.crews.leader]
    assert (market.arc_continuity[market.arc_class == 0] / 30.0).tolist() == named


def test_a_scarce_skill_is_kept_from_work_that_does_not_need_it() -> None:
    rich = replace(AGENT, id="y", skills={"a": 2, "c": 5})
    plain = replace(AGENT, id="z", skills={"a": 2, "d": 5})
    weights = RoutingWeights(reserve=0.5, skill_prices={"a": 10.0, "c": 30.0})
    market = board_of(rich, plain, ticket=replace(TICKET, skills={"a": 1}), weights=weights).market
    assert market.arc_reserve.tolist() == [-10.0, 0.0]
    assert market.arc_fit.tolist() == pytest.approx([10.0 * s + r for s, r in zip(
        market.arc_share, market.arc_reserve, strict=True
    )])  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_merging_agents_changes_nothing_about_the_match(seed: int) -> None:
    drawn = random_snapshot(seed, 30, 8, limits=False)
    again = tuple(replace(a, id=f"{a.id}{n}") for a in drawn.agents for n in range(3))
    board = read_board(replace(drawn, agents=again))
    merged = match(board.market)
    board.staff.alone[:] = True
    apart = build_market(
        board.market.base,
        board.level,
        board.classes,
        board.staff,
        board.staff.levels(board.classes.skills),
        board.eligibility,
        drawn.weights,
    )
    assert len(apart.crews.leader) > len(board.market.crews.leader)
    assert match(apart).value == pytest.approx(merged.value, rel=1e-12)


def test_agents_without_room_are_no_part_of_the_market() -> None:
    full = replace(AGENT, id="y", open_work={"chat": 3})
    away = replace(AGENT, id="z", accepts_offers=False)
    board = board_of(full, away)
    assert len(board.market.crews.leader) == len(board.market.arc_fit) == 0


def test_who_is_full_on_a_channel_does_not_speak_for_a_crew_that_is_not() -> None:
    """A pool found this: the first agent was full of chats, and nobody got the chat."""
    full = replace(AGENT, id="x1", channel_limits={"chat": 1}, open_work={"chat": 1})
    free = replace(AGENT, id="x2")
    tickets = (replace(TICKET, id="call", channel="voice"), replace(TICKET, id="chat"))
    board = read_board(Snapshot(NOW, tickets, (full, replace(free, capacity=1))))
    assert len(board.market.crews.leader) == 2
    assert match(board.market).flow.sum() == 2
