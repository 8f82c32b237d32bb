"""The runner-up is the best of all others who have room, whatever else goes to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.model import AgentState, RoutingWeights, Snapshot, Ticket
from optimizer.routing import deal, match, read_board
from optimizer.routing.runners import runners_up
from tests.optimizer.routing.drawing import NOW
from tests.optimizer.routing.markets import draw, market_of, score


@pytest.mark.parametrize("seed", range(60))
def test_nobody_else_would_have_scored_more(seed: int) -> None:
    plain = draw(seed, 20, 6, whole=seed % 2 == 0)
    market = market_of(plain)
    pairs = deal(market, match(market).flow)
    runners, scores = runners_up(market, pairs)
    for ticket, chosen, runner, points in zip(
        pairs.ticket.tolist(), pairs.agent.tolist(), runners.tolist(), scores.tolist(), strict=True
    ):
        others = {
            a: score(plain, ticket, a) + plain.first[a]
            for a, worth in enumerate(plain.pair[plain.kind[ticket]])
            if worth is not None and a != chosen
        }
        best = max(others.values(), default=-1.0)
        if best < 0.0:
            assert (runner, points) == (-1, 0.0)
        else:
            first = min((plain.opened[a], a) for a in others if others[a] == best)
            assert (runner, points) == (first[1], pytest.approx(best))


def test_within_a_crew_it_is_the_next_of_another_name() -> None:
    agents = tuple(AgentState(name, {"a": 3}, capacity=2) for name in ("ann", "ben"))
    found = read_board(Snapshot(NOW, (Ticket("t", "chat", NOW, {"a": 1}),), agents))
    pairs = deal(found.market, match(found.market).flow)
    assert len(found.market.crews.leader) == 1
    runners, scores = runners_up(found.market, pairs)
    assert [found.staff.agents[a].id for a in (pairs.agent[0], runners[0])] == ["ann", "ben"]
    assert scores[0] == pytest.approx(pairs.value)


def test_who_is_full_is_no_runner_up_and_who_is_busy_with_other_tickets_is() -> None:
    free = AgentState("free", {"a": 5})
    full = replace(free, id="full", open_work={"mail": 1})
    worse = replace(free, id="worse", skills={"a": 2})
    tickets = tuple(Ticket(f"t{i}", "chat", NOW, {"a": 1}) for i in range(2))
    board = read_board(Snapshot(NOW, tickets, (free, full, worse), RoutingWeights(idle=0.0)))
    pairs = deal(board.market, match(board.market).flow)
    runners, _ = runners_up(board.market, pairs)
    names = [
        (board.staff.agents[a].id, board.staff.agents[r].id)
        for a, r in zip(pairs.agent, runners, strict=True)
    ]
    assert names == [("free", "worse"), ("worse", "free")]
