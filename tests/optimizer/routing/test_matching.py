"""The match is the best there is: beside brute force, two libraries and its own tie rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import Snapshot
from optimizer.routing import assign, deal, match, read_board
from tests.optimizer.routing.drawing import random_snapshot, snapshots
from tests.optimizer.routing.markets import (
    Plain,
    aims,
    draw,
    every_match,
    fits,
    market_of,
    match_of,
    rounded,
    value_by_assignment,
    value_by_flow,
    value_of,
)

T = TypeVar("T")

SEEDS = st.integers(0, 2**32 - 1)


def tiny(seed: int, **kinds: Any) -> Plain:
    rng = np.random.default_rng(seed)
    return draw(seed, int(rng.integers(1, 6)), int(rng.integers(1, 4)), **kinds)


@pytest.mark.parametrize("levels", [1, 4])
@pytest.mark.parametrize("whole", [False, True])
@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_no_other_match_is_better_in_the_order_of_the_aims(
    levels: int, whole: bool, seed: int
) -> None:
    plain = tiny(seed, levels=levels, whole=whole)
    chosen, found = match_of(plain)
    assert fits(plain, chosen)
    reached = rounded(aims(plain, chosen))
    assert reached == max(rounded(aims(plain, other)) for other in every_match(plain))
    assert found.bound == found.value == pytest.approx(reached[1], abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_best_sum_of_levels_serves_most_of_the_highest_then_most_of_the_next(seed: int) -> None:
    plain = tiny(seed, levels=4)

    def served(chosen: tuple[int | None, ...]) -> list[int]:
        by_level = Counter(
            level for level, a in zip(plain.level, chosen, strict=True) if a is not None
        )
        return [by_level[level] for level in range(3, min(plain.level), -1)]

    assert served(match_of(plain)[0]) == max(map(served, every_match(plain)))


@pytest.mark.parametrize("seed", range(200))
def test_the_value_is_that_of_a_flow_over_all_pairs(seed: int) -> None:
    plain = draw(seed, (seed * 7) % 41 + 1, (seed * 5) % 17 + 1, whole=seed % 4 == 0)
    chosen, found = match_of(plain)
    assert fits(plain, chosen)
    assert found.value == pytest.approx(value_by_flow(plain, 0.0), abs=1e-6)


@pytest.mark.parametrize("seed", range(100))
def test_so_it_is_where_levels_go_before_points(seed: int) -> None:
    plain = draw(seed, (seed * 7) % 41 + 1, (seed * 5) % 17 + 1, levels=2 + seed % 3)
    chosen, found = match_of(plain)
    least = min(plain.level)
    levels = sum(
        level - least for level, a in zip(plain.level, chosen, strict=True) if a is not None
    )
    assert found.value + 1e4 * levels == pytest.approx(value_by_flow(plain, 1e4), abs=1e-6)


@pytest.mark.parametrize("seed", range(100))
def test_without_channel_limits_the_value_is_that_of_scipys_assignment(seed: int) -> None:
    drawn = draw(seed, (seed * 7) % 31 + 1, (seed * 5) % 13 + 1)
    plain = replace(drawn, limit=((99, 99),) * len(drawn.units))
    assert match_of(plain)[1].value == pytest.approx(value_by_assignment(plain), rel=1e-9)


@pytest.mark.parametrize(("tickets", "agents", "levels"), [(400, 60, 1), (300, 150, 3)])
def test_large_markets_agree_with_the_flow_too(tickets: int, agents: int, levels: int) -> None:
    plain = draw(tickets, tickets, agents, levels=levels, kinds=90)
    chosen, found = match_of(plain)
    counted = sum(n for n, a in zip(plain.level, chosen, strict=True) if a is not None)
    assert fits(plain, chosen)
    assert found.value + 1e4 * counted == pytest.approx(value_by_flow(plain, 1e4), abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from([1, 3]))
def test_base_and_profit_say_who_is_served(seed: int, levels: int) -> None:
    plain = draw(seed, 12, 4, levels=levels)
    chosen, found = match_of(plain)
    least = min(plain.level)
    for ticket, agent in enumerate(chosen):
        kind = plain.kind[ticket]
        gain = (
            plain.level[ticket] - least + found.profit_level[kind],
            round(plain.base[ticket] + found.profit[kind], 9),
        )
        assert gain >= (0, 0.0) if agent is not None else gain <= (0, 0.0)


def test_a_ticket_whose_every_pair_costs_points_waits_though_somebody_is_free() -> None:
    plain = Plain((0,), (0,), (2.0,), (0,), ((-3.0,),), (0.0,), (0.0,), (0,), ((1,),), (1,), (1,))
    assert match_of(plain)[0] == (None,)
    assert match_of(replace(plain, base=(3.0,)))[0] == (0,)


def test_a_loss_in_points_does_not_stop_a_ticket_of_a_higher_level() -> None:
    plain = Plain(
        (0, 1),
        (1, 0),
        (2.0, 9.0),
        (0, 0),
        ((-3.0,), (1.0,)),
        (0.0,),
        (0.0,),
        (0,),
        ((1,),),
        (1,),
        (1,),
    )
    assert match_of(plain)[0] == (0, None)


def test_agents_of_most_points_go_first_whatever_they_have_open() -> None:
    plain = Plain(
        (0, 0), (0, 0), (5.0, 4.0), (0,), ((0.0, 0.0),), (0.0, 1.0), (0.0, 0.0), (0, 3),
        ((1,), (1,)), (1, 1), (1,),
    )  # fmt: skip
    market = market_of(plain)
    assert match_of(replace(plain, kind=(0,), level=(0,), base=(5.0,)))[0] == (1,)
    assert match(market).value == pytest.approx(10.0)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 3))
def test_one_more_agent_never_lowers_the_value(seed: int, gone: int) -> None:
    plain = draw(seed, 15, 5)
    value = match_of(plain)[1].value
    fewer = replace(
        plain,
        pair=tuple(row[:gone] + row[gone + 1 :] for row in plain.pair),
        points=plain.points[:gone] + plain.points[gone + 1 :],
        first=plain.first[:gone] + plain.first[gone + 1 :],
        opened=plain.opened[:gone] + plain.opened[gone + 1 :],
        limit=plain.limit[:gone] + plain.limit[gone + 1 :],
        units=plain.units[:gone] + plain.units[gone + 1 :],
    )
    assert match_of(fewer)[1].value <= value + 1e-9


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 14))
def test_one_more_ticket_never_lowers_the_value(seed: int, gone: int) -> None:
    plain = draw(seed, 15, 5)
    rest = [ticket for ticket in range(15) if ticket != gone]
    kinds, kind = np.unique([plain.kind[t] for t in rest], return_inverse=True)
    fewer = replace(
        plain,
        kind=tuple(kind.tolist()),
        level=tuple(plain.level[t] for t in rest),
        base=tuple(plain.base[t] for t in rest),
        channel=tuple(plain.channel[k] for k in kinds),
        pair=tuple(plain.pair[k] for k in kinds),
    )
    assert match_of(fewer)[1].value <= match_of(plain)[1].value + 1e-9


@pytest.mark.parametrize("points", [1e-9, 1e9, 1e90])
def test_extreme_points_neither_overflow_nor_lose_the_optimum(points: float) -> None:
    for seed in range(20):
        plain = draw(seed, 20, 8, levels=1 + seed % 2)
        scaled = replace(
            plain,
            base=tuple(points * b for b in plain.base),
            points=tuple(points * p for p in plain.points),
            first=tuple(points * f for f in plain.first),
            pair=tuple(tuple(None if p is None else points * p for p in row) for row in plain.pair),
        )
        assert match_of(scaled)[0] == match_of(plain)[0]


def test_agents_who_cost_more_than_all_tickets_bring_get_none() -> None:
    plain = draw(3, 10, 4)
    worn = replace(plain, points=(-1e15,) * 4)
    assert match_of(worn)[0] == (None,) * 10
    assert match_of(replace(worn, points=(-1e15, -1e15, 0.0, -1e15)))[0].count(None) < 10


@settings(max_examples=60, deadline=None)
@given(snapshots(tickets=8), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_listed_does_not_matter(
    snapshot: Snapshot, random: Random
) -> None:
    def shuffled(items: Iterable[T]) -> list[T]:
        listed = list(items)
        return random.sample(listed, len(listed))

    def given_to(snapshot: Snapshot) -> dict[str, str]:
        return {decision.ticket: decision.agent for decision in assign(snapshot).decisions}

    tickets = [replace(t, skills=dict(shuffled(t.skills.items()))) for t in snapshot.tickets]
    agents = [replace(a, skills=dict(shuffled(a.skills.items()))) for a in snapshot.agents]
    other = replace(snapshot, tickets=tuple(shuffled(tickets)), agents=tuple(shuffled(agents)))
    assert given_to(snapshot) == given_to(other)
    assert assign(snapshot).value == assign(other).value


def test_the_pairs_are_worth_what_the_flow_carries() -> None:
    market = read_board(random_snapshot(5, 60, 20)).market
    found = match(market)
    pairs = deal(market, found.flow)
    assert len(pairs.ticket) == found.flow.sum() > 0
    assert len(set(pairs.ticket.tolist())) == len(pairs.ticket)
    assert len(set(pairs.slot.tolist())) == len(pairs.slot)
    assert np.array_equal(np.bincount(pairs.arc, minlength=len(found.flow)), found.flow)
    assert np.array_equal(market.crews.slot_agent[pairs.slot], pairs.agent)
    assert pairs.value == found.value


def test_the_value_is_the_sum_of_the_scores() -> None:
    plain = draw(8, 30, 9)
    chosen, found = match_of(plain)
    assert found.value == pytest.approx(value_of(plain, chosen), rel=1e-12)


def test_equal_agents_take_turns_before_anybody_gets_a_second_contact() -> None:
    """What an agent is worth for having been idle counts for the first contact only."""
    plain = Plain(
        (0, 0), (0, 0), (9.0, 8.0), (0,), ((1.0, 1.0),), (0.0, 0.0), (0.5, 3.0), (0, 0),
        ((3,), (3,)), (3, 3), (1,),
    )  # fmt: skip
    assert set(match_of(plain)[0]) == {0, 1}
