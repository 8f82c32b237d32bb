"""The match is the best there is: beside brute force, two libraries and its own tie rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from optimizer.model import RoutingWeights, Snapshot
from optimizer.routing import assign, deal, match, read_board
from tests.optimizer.routing.plain import (
    every_match,
    first_rule,
    is_allowed,
    match_of,
    random_snapshot,
    rank_sum,
    score,
    snapshots,
    value,
    value_by_flow,
)

T = TypeVar("T")


def value_by_expansion(snapshot: Snapshot) -> float:
    """Return the greatest value by scipy, with a column for each contact that agents have room for.

    A pair that is not allowed counts 0, which is what waiting counts; channel limits are ignored.
    """
    columns = [
        agent
        for agent in snapshot.agents
        for _ in range(agent.capacity - sum(agent.open_work.values()))
    ]
    worth = np.array(
        [
            [0.0 if first_rule(ticket, a) else score(snapshot, ticket, a) for a in columns]
            for ticket in snapshot.tickets
        ]
    ).reshape(len(snapshot.tickets), len(columns))
    return float(worth[linear_sum_assignment(worth, maximize=True)].sum())


@settings(max_examples=300, deadline=None)
@given(snapshots())
def test_no_other_match_is_worth_more(snapshot: Snapshot) -> None:
    found = match_of(assign(snapshot))
    assert is_allowed(snapshot, found)
    best = max(value(snapshot, other) for other in every_match(snapshot))
    assert value(snapshot, found) == pytest.approx(best, rel=1e-9)


@settings(max_examples=300, deadline=None)
@given(snapshots(), st.sampled_from([0.0, 1.0]))
def test_of_equal_values_the_most_tickets_are_served_by_the_first_slots(
    drawn: Snapshot, weight: float
) -> None:
    """Without fit and wait scores are whole numbers, so what is equal stays so when rounded."""
    snapshot = Snapshot(
        drawn.now,
        drawn.tickets,
        drawn.agents,
        RoutingWeights(weight, weight, 0.0, skill_fit=0.0),
    )

    def aims(matched: dict[str, str]) -> tuple[float, int, int]:
        return value(snapshot, matched), len(matched), -rank_sum(snapshot, matched)

    assert aims(match_of(assign(snapshot))) == max(map(aims, every_match(snapshot)))


@pytest.mark.parametrize("seed", range(100))
def test_the_value_is_that_of_scipys_assignment_with_expanded_capacity(seed: int) -> None:
    tickets, agents = (seed * 7) % 31 + 1, (seed * 5) % 13 + 1
    snapshot = random_snapshot(seed, tickets, agents, limits=False)
    assert assign(snapshot).value == pytest.approx(value_by_expansion(snapshot), rel=1e-9)


@pytest.mark.parametrize("seed", range(250))
def test_the_value_is_that_of_a_flow_over_all_pairs_with_channel_limits(seed: int) -> None:
    tickets, agents = (seed * 7) % 41 + 1, (seed * 5) % 17 + 1
    snapshot = random_snapshot(1000 + seed, tickets, agents)
    assignment = assign(snapshot)
    assert is_allowed(snapshot, match_of(assignment))
    assert assignment.value == pytest.approx(value_by_flow(snapshot), abs=1e-5)


@pytest.mark.parametrize(("tickets", "agents"), [(400, 40), (400, 150), (150, 200)])
def test_large_snapshots_agree_with_the_flow_too(tickets: int, agents: int) -> None:
    snapshot = random_snapshot(tickets + agents, tickets, agents)
    assignment = assign(snapshot)
    assert is_allowed(snapshot, match_of(assignment))
    assert assignment.value == pytest.approx(value_by_flow(snapshot), rel=1e-8)


@settings(max_examples=100, deadline=None)
@given(snapshots(tickets=8), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_listed_does_not_matter(
    snapshot: Snapshot, random: Random
) -> None:
    def shuffled(items: Iterable[T]) -> list[T]:
        listed = list(items)
        return random.sample(listed, len(listed))

    tickets = [replace(t, skills=dict(shuffled(t.skills.items()))) for t in snapshot.tickets]
    agents = [replace(a, skills=dict(shuffled(a.skills.items()))) for a in snapshot.agents]
    other = replace(snapshot, tickets=tuple(shuffled(tickets)), agents=tuple(shuffled(agents)))
    one, two = assign(snapshot), assign(other)
    assert match_of(one) == match_of(two)
    assert one.value == two.value


@pytest.mark.parametrize("points", [1e-9, 1e9])
def test_extreme_weights_neither_overflow_nor_lose_the_optimum(points: float) -> None:
    for seed in range(30):
        drawn = random_snapshot(seed, 20, 8)
        weights = RoutingWeights(points, points, points, skill_fit=points)
        snapshot = Snapshot(drawn.now, drawn.tickets, drawn.agents, weights)
        expected = value_by_flow(snapshot, scale=1e7 / points)
        assert assign(snapshot).value == pytest.approx(expected, rel=1e-6)


def test_the_pairs_are_worth_what_the_flow_carries() -> None:
    board = read_board(random_snapshot(5, 60, 20))
    flow = match(board.market)
    pairs = deal(board.market, flow)
    assert len(pairs.ticket) == flow.sum() > 0
    assert len(set(pairs.ticket.tolist())) == len(pairs.ticket)
    assert np.array_equal(np.bincount(pairs.arc, minlength=len(flow)), flow)
