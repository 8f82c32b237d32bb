"""The price of a skill is what the total score rises by with one more agent who holds it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import AgentState, RoutingWeights, Snapshot, Ticket
from optimizer.routing import match, read_board
from optimizer.routing.prices import skill_prices
from tests.optimizer.routing.drawing import NOW, SKILLS
from tests.optimizer.routing.markets import Plain, draw, match_of


def judged(plain: Plain) -> tuple[int, float]:
    chosen, found = match_of(plain)
    served = [t for t, agent in enumerate(chosen) if agent is not None]
    return sum(plain.level[t] - min(plain.level) for t in served), found.value


@pytest.mark.parametrize("levels", [1, 3])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), fit=st.sampled_from([0.0, 2.0, 50.0]))
def test_profits_say_what_one_more_agent_for_a_class_adds(
    levels: int, seed: int, fit: float
) -> None:
    plain = draw(seed, 9, 3, levels=levels, whole=seed % 3 == 0)
    found = match_of(plain)[1]
    before = judged(plain)
    for kind in range(len(plain.channel)):
        more = replace(
            plain,
            pair=tuple((*row, fit if k == kind else None) for k, row in enumerate(plain.pair)),
            points=(*plain.points, 0.0),
            first=(*plain.first, 0.0),
            opened=(*plain.opened, 0),
            limit=(*plain.limit, (1, 1)),
            units=(*plain.units, 1),
        )
        after = judged(more)
        adds = (-int(found.profit_level[kind]), fit - found.profit[kind])
        expected = adds if adds > (0, 0.0) else (0, 0.0)
        assert after[0] - before[0] == expected[0]
        assert after[1] - before[1] == pytest.approx(expected[1], abs=1e-9)


def everybody_may(seed: int) -> Snapshot:
    """Return a snapshot in which nothing but skills and room stops anybody."""
    rng = np.random.default_rng(seed)

    def skills(least: int, most: int) -> dict[str, int]:
        chosen = rng.permutation(SKILLS)[: rng.integers(least, most + 1)]
        return {str(skill): int(rng.integers(1, 6)) for skill in chosen}

    return Snapshot(
        NOW,
        tuple(
            Ticket(f"t{i}", "chat", NOW, skills(0, 2), customer_value=float(rng.lognormal()))
            for i in range(25)
        ),
        tuple(AgentState(f"a{i}", skills(1, 4), capacity=int(rng.integers(5))) for i in range(8)),
        RoutingWeights(
            skill_fit=float(rng.choice([0.0, 10.0, 200.0])),
            reserve=seed % 3,
            skill_prices={"french": 40.0},
        ),
    )


def priced(snapshot: Snapshot) -> tuple[float, dict[str, float]]:
    board = read_board(snapshot)
    found = match(board.market)
    return found.value, skill_prices(board.market, found, board.classes)


@pytest.mark.parametrize("seed", range(40))
def test_the_price_is_what_a_fresh_solve_with_the_agent_adds(seed: int) -> None:
    snapshot = everybody_may(seed)
    value, prices = priced(snapshot)
    asked = {skill for ticket in snapshot.tickets for skill in ticket.skills}
    assert set(prices) <= asked
    for skill in SKILLS:
        one_more = AgentState("new", {skill: 5})
        after, _ = priced(replace(snapshot, agents=(*snapshot.agents, one_more)))
        if skill in asked:
            assert after - value == pytest.approx(prices.get(skill, 0.0), abs=1e-6)


def test_with_nobody_here_a_skill_is_worth_its_best_ticket() -> None:
    tickets = (Ticket("t", "chat", NOW, {"french": 3}, customer_value=4.0),)
    value, prices = priced(Snapshot(NOW, tickets, ()))
    assert value == 0.0
    assert prices == pytest.approx({"french": 100.0 + 40.0 + 10.0})


def test_nothing_is_scarce_where_nothing_waits_and_all_fit_perfectly() -> None:
    tickets = (Ticket("t", "chat", NOW, {"french": 3}),)
    _, prices = priced(Snapshot(NOW, tickets, (AgentState("a", {"french": 5}),)))
    assert prices == {}


def test_what_is_reserved_for_others_makes_nobody_scarce() -> None:
    reserved = Ticket(
        "t", "chat", NOW, {"french": 3}, preferred_agents=("gone",), preferred_seconds=60.0
    )
    assert priced(Snapshot(NOW, (reserved,), ()))[1] == {}
