"""Tickets with equal needs become one class, those that differ in what a rule reads do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from optimizer.model import AgentState, RelaxationStep, RoutingWeights, Ticket, Tier
from optimizer.routing.asks import Moments
from optimizer.routing.columns import TIERS, read_agents, read_tickets
from optimizer.routing.needs import Classes, Terms, merge_tickets
from optimizer.routing.staff import Staff
from tests.optimizer.routing.drawing import NOW

TICKET = Ticket("t", "chat", NOW, {"a": 1, "b": 2}, site="north", language="de")
STEP = RelaxationStep(60.0, ("a",), {"b": 1, "c": 1}, (Tier.RISK,), ("south",))


def merged(
    *tickets: Ticket,
    waits: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    authority: tuple[float, ...] = (0.0,),
    escalated: Tier | None = None,
    weights: RoutingWeights | None = None,
) -> Classes:
    weights = weights or RoutingWeights()
    agents = [AgentState(f"a{i}", {}, authority=grants) for i, grants in enumerate(authority)]
    count = len(tickets)
    tier = -1 if escalated is None else TIERS.index(escalated)
    moments = Moments(np.arange(count), np.array(waits[:count]), np.full(count, tier))
    staff = Staff(read_agents(agents, NOW), {}, weights)
    return merge_tickets(read_tickets(tickets, NOW), moments, staff, weights)


def test_tickets_that_differ_in_their_score_only_are_one_class() -> None:
    other = replace(
        TICKET,
        id="u",
        customer_value=9.0,
        created=NOW - timedelta(days=1),
        skills={"b": 2, "a": 1},
        tags=("vip",),
        risk=0.5,
    )
    classes = merged(TICKET, other)
    assert classes.of_ticket.tolist() == [0, 0]
    assert classes.terms == (Terms("chat", tuple(Tier), ("north",), "de", 0.0, False),)
    assert classes.asks(0) == [("a", 1), ("b", 2)]
    assert (classes.close_to, classes.barred, classes.only) == ({}, {}, {})


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "voice"},
        {"tier": Tier.RISK},
        {"site": "south"},
        {"site": None},
        {"language": None},
        {"human_required": True},
        {"skills": {"a": 1}},
        {"skills": {"a": 1, "b": 3}},
        {"amount": 1.0},
        {"prior_agent": "a1"},
        {"preferred_agents": ("a0",)},
        {"excluded_agents": ("a0",)},
        {"rejected_by": ("a1",)},
        {"relaxation": (replace(STEP, after_seconds=0.0),)},
    ],
)
def test_tickets_that_differ_in_anything_that_a_rule_reads_are_not(change: dict[str, Any]) -> None:
    classes = merged(TICKET, replace(TICKET, id="u", **change), authority=(0.0, 5.0))
    assert classes.of_ticket.tolist() == [0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"excluded_agents": ("gone",)},
        {"prior_agent": "gone"},
        {"preferred_seconds": 60.0},
        {"relaxation": (STEP,)},
    ],
)
def test_what_concerns_nobody_here_or_nothing_yet_is_no_difference(change: dict[str, Any]) -> None:
    assert merged(TICKET, replace(TICKET, id="u", **change)).of_ticket.tolist() == [0, 0]


def test_classes_are_numbered_as_they_first_appear() -> None:
    other = replace(TICKET, channel="voice", skills={"z": 1})
    classes = merged(other, TICKET, other, replace(TICKET, channel="abc"), TICKET)
    assert classes.of_ticket.tolist() == [0, 1, 0, 2, 1]
    assert [classes.terms[number].channel for number in classes.of_class] == [
        "voice",
        "chat",
        "abc",
    ]


def test_amounts_between_two_authorities_are_one_need() -> None:
    amounts = [0.0, 3.0, 10.0, 10.5, 49.0, 51.0, 1e9]
    tickets = [replace(TICKET, amount=amount) for amount in amounts]
    classes = merged(*tickets, authority=(50.0, 10.0, 10.0))
    assert classes.of_ticket.tolist() == [0, 1, 1, 2, 2, 3, 3]
    assert [terms.authority for terms in classes.terms] == [0.0, 10.0, 50.0, np.inf]


def test_relaxation_changes_what_is_asked_but_not_what_the_fit_is_measured_against() -> None:
    relaxed = replace(TICKET, relaxation=(STEP, RelaxationStep(90.0, any_site=True)))
    classes = merged(relaxed, relaxed, relaxed, waits=(59.0, 60.0, 90.0))
    assert [classes.asks(c) for c in range(3)] == [[("a", 1), ("b", 2)], [("b", 1)], [("b", 1)]]
    needs = np.split(classes.need_skill, classes.first_need[1:-1])
    assert [[classes.skills[skill] for skill in need] for need in needs] == [["a", "b"]] * 3
    assert [classes.terms[n].sites for n in classes.of_class] == [
        ("north",),
        ("north", "south"),
        None,
    ]


def test_levels_are_lowered_never_raised() -> None:
    step = RelaxationStep(0.0, levels={"a": 4, "b": 1})
    assert merged(replace(TICKET, relaxation=(step,))).asks(0) == [("a", 1), ("b", 1)]


def test_further_tiers_help_until_an_escalation_has_the_last_word() -> None:
    expert = replace(TICKET, tier=Tier.TECHNICAL, relaxation=(replace(STEP, after_seconds=0.0),))
    assert merged(expert).terms[0].tiers == (Tier.TECHNICAL, Tier.RISK)
    assert merged(expert, escalated=Tier.BUSINESS).terms[0].tiers == (Tier.BUSINESS,)


def test_personal_terms_name_positions_and_run_out() -> None:
    ticket = replace(
        TICKET,
        prior_agent="a2",
        preferred_agents=("a0", "gone"),
        preferred_seconds=50.0,
        excluded_agents=("a1",),
        rejected_by=("a0",),
    )
    classes = merged(ticket, ticket, ticket, waits=(49.0, 50.0, 120.0), authority=(0.0,) * 3)
    assert classes.of_ticket.tolist() == [0, 1, 2]
    assert classes.close_to == {0: (0, 2), 1: (0, 2)}
    assert classes.barred == {0: (0, 1), 1: (0, 1), 2: (0, 1)}
    assert classes.only == {0: (0, 2)}
    assert classes.named() == [0, 1, 2]


def test_without_points_for_continuity_nobody_is_close() -> None:
    classes = merged(replace(TICKET, prior_agent="a0"), weights=RoutingWeights(continuity=0.0))
    assert classes.close_to == {}


def test_a_reservation_for_somebody_who_is_not_here_is_one_for_nobody() -> None:
    ticket = replace(TICKET, prior_agent="gone", preferred_seconds=50.0)
    assert merged(ticket).only == {0: ()}
