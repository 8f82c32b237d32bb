"""The listing of pairs, by hand: one rule and one term of the score at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.routing.pairs import list_pairs
from optimizer.model import (
    AgentState,
    AgentStatus,
    ChannelRules,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TICKET = Ticket("t", "chat", NOW - timedelta(seconds=150), {"billing": 3})
AGENT = AgentState("a", {"billing": 4, "french": 1})
NOBODY_ELSE = AgentState("b", {})
PLAIN = RoutingWeights(
    skill_fit=10.0,
    handling_reference_seconds=None,
    promote_after=None,
    compete_from=None,
    idle=2.0,
)


def scores(ticket: Ticket, agent: AgentState, **weights: Any) -> list[float]:
    snapshot = Snapshot(
        NOW,
        (ticket,),
        (agent, NOBODY_ELSE),
        replace(PLAIN, **weights),
        channels={"voice": ChannelRules(interrupts=("chat",))},
    )
    return [float(score) for score in list_pairs(snapshot).score]


def test_a_pair_scores_what_the_formulas_say() -> None:
    # 100 a step, 10 a unit of value, half its target waited, level 4 of 5 and one skill of two.
    assert scores(TICKET, AGENT) == [pytest.approx(100.0 + 10.0 + 10.0 + 10.0 * 0.65)]


@pytest.mark.parametrize(
    "stopped",
    [
        {"channels": ("voice",)},
        {"tier": Tier.RISK, "skills": {}},
        {"skills": {"billing": 2}},
        {"status": AgentStatus.AWAY},
        {"accepts_offers": False},
        {"after_call_until": NOW + timedelta(seconds=1)},
        {"open_work": {"voice": 1}},
        {"capacity": 5, "channel_limits": {"chat": 1}, "open_work": {"chat": 1}},
    ],
)
def test_an_agent_whom_a_rule_stops_is_no_pair(stopped: dict[str, Any]) -> None:
    assert scores(TICKET, replace(AGENT, **stopped)) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"tier": Tier.RISK},
        {"site": "north"},
        {"amount": 1.0},
        {"excluded_agents": ("a",)},
        {"rejected_by": ("a",)},
        {"preferred_agents": ("b",), "preferred_seconds": 151.0},
    ],
)
def test_a_ticket_that_asks_for_another_is_no_pair(asked: dict[str, Any]) -> None:
    assert scores(replace(TICKET, **asked), AGENT) == []


def test_nothing_is_reserved_for_nobody() -> None:
    assert len(scores(replace(TICKET, preferred_seconds=151.0), AGENT)) == 1


def test_languages_and_machines_are_told_apart() -> None:
    french, machine = replace(AGENT, languages=("fr",)), replace(AGENT, automated=True)
    assert scores(replace(TICKET, language="de"), french) == []
    assert len(scores(replace(TICKET, language="de"), AGENT)) == 1
    assert scores(replace(TICKET, human_required=True), machine) == []


def test_steps_open_the_way_but_the_fit_is_that_of_the_first_wish() -> None:
    hard = replace(TICKET, skills={"billing": 5, "windows": 1})
    steps = (
        RelaxationStep(100.0, drop_skills=("windows",)),
        RelaxationStep(150.0, levels={"billing": 2}),
    )
    assert scores(replace(hard, relaxation=steps[:1]), AGENT) == []
    # Level 4 and none over two skills; one of the two that are held is asked for.
    fit = 10.0 * (4 / 10 + 1 / 2) / 2
    assert scores(replace(hard, relaxation=steps), AGENT) == [pytest.approx(120.0 + fit)]


def test_continuity_work_done_and_reserve_add_their_points() -> None:
    known = replace(TICKET, prior_agent="a")
    rested = replace(AGENT, idle_since=NOW - timedelta(minutes=5), worked_seconds=3600.0)
    base = 126.5
    assert scores(known, AGENT, continuity_seconds=151.0) == [pytest.approx(base + 30.0)]
    assert scores(known, AGENT, continuity_seconds=150.0) == [pytest.approx(base)]
    assert scores(TICKET, rested, worked=3.0) == [pytest.approx(base - 3.0)]
    prices = {"french": 7.0, "billing": 2.0}
    assert scores(TICKET, AGENT, skill_prices=prices) == [pytest.approx(base - 5.0)]


def test_idle_time_counts_for_the_first_contact_of_who_has_nothing_open() -> None:
    rested = AgentState("a", {"billing": 4}, capacity=3, idle_since=NOW - timedelta(minutes=5))
    busy = replace(rested, id="b", open_work={"chat": 1})
    pairs = list_pairs(Snapshot(NOW, (TICKET,), (rested, busy, NOBODY_ELSE), PLAIN))
    assert pairs.first.tolist() == [1.0, 0.0, 0.0]


def test_a_call_may_lay_chats_aside_but_a_chat_may_not() -> None:
    busy = replace(AGENT, open_work={"chat": 1})
    assert scores(TICKET, busy) == []
    assert len(scores(replace(TICKET, channel="voice"), busy)) == 1
