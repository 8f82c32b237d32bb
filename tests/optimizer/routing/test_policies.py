"""The greedy baseline is greedy, and worth less than the exact match."""

from __future__ import annotations

import pytest

from optimizer.model import Snapshot
from optimizer.routing import assign, deal, match_greedily, read_board
from tests.optimizer.routing.plain import (
    first_rule,
    in_the_way,
    is_allowed,
    random_snapshot,
    score,
    value,
)


def greedy_match(snapshot: Snapshot) -> dict[str, str]:
    board = read_board(snapshot)
    pairs = deal(board.market, match_greedily(board.market))
    tickets = [snapshot.tickets[place].id for place in board.tickets[pairs.ticket]]
    agents = [board.staff.agents[position].id for position in pairs.agent]
    return dict(zip(tickets, agents, strict=True))


@pytest.mark.parametrize("seed", range(60))
def test_no_pair_left_over_is_better_than_what_stopped_it(seed: int) -> None:
    """Whoever always takes the best pair left leaves a pair only for one at least as good."""
    snapshot = random_snapshot(seed, 40, 12)
    match = greedy_match(snapshot)
    assert is_allowed(snapshot, match)
    agents = {agent.id: agent for agent in snapshot.agents}
    for ticket in snapshot.tickets:
        for agent in snapshot.agents:
            if first_rule(ticket, agent) is not None:
                continue
            least = score(snapshot, ticket, agent) - 1e-9
            if ticket.id in match and score(snapshot, ticket, agents[match[ticket.id]]) >= least:
                continue
            taken = in_the_way(snapshot, match, agent, ticket.channel)
            assert taken
            assert all(score(snapshot, other, agent) >= least for other in taken)


def test_greedy_is_never_better_and_loses_in_total() -> None:
    cases = [random_snapshot(seed, 40, 12) for seed in range(40)]
    exact = [assign(snapshot).value for snapshot in cases]
    greedy = [value(snapshot, greedy_match(snapshot)) for snapshot in cases]
    assert all(g <= e * (1 + 1e-12) for g, e in zip(greedy, exact, strict=True))
    assert sum(greedy) < 0.999 * sum(exact)


def test_nothing_to_match_is_no_match() -> None:
    assert greedy_match(random_snapshot(1, 0, 5)) == {}
    assert greedy_match(random_snapshot(1, 5, 0)) == {}
