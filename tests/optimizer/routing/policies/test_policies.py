"""Every policy does what its plain loop does, and gives nobody what they may not have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.model import AgentState, Priority, Ring, RoutingPolicy, Snapshot, Ticket
from optimizer.routing import read_board
from optimizer.routing.policies import POLICIES
from optimizer.simulation import RULES
from tests.optimizer.routing.policies.slow_desk import NOW, Desk, random_snapshot


def opened(agent: AgentState) -> int:
    return sum(agent.open_work.values())


def busy(agent: AgentState) -> int:
    return min(1, opened(agent))


SLOW: dict[RoutingPolicy, Callable[[Desk], dict[str, str]]] = {
    RoutingPolicy.FIFO: lambda desk: desk.hand_out(desk.oldest(), busy),
    RoutingPolicy.PRIORITY: lambda desk: desk.hand_out(desk.oldest(by_rank=True), busy),
    RoutingPolicy.ROUND_ROBIN: lambda desk: desk.hand_out(desk.oldest(), opened),
    RoutingPolicy.BULLSEYE: lambda desk: desk.hand_out(desk.oldest(), busy, desk.in_ring),
    RoutingPolicy.GREEDY: Desk.take_best,
}


def decide(snapshot: Snapshot, policy: RoutingPolicy) -> dict[str, str]:
    board = read_board(snapshot)
    pairs = POLICIES[policy](board)
    tickets = [snapshot.tickets[place].id for place in board.tickets[pairs.ticket].tolist()]
    return dict(zip(tickets, [board.staff.agents[a].id for a in pairs.agent], strict=True))


def test_every_policy_has_a_rule_and_a_simulated_twin() -> None:
    assert set(POLICIES) == set(RoutingPolicy)
    assert {policy.value for policy in POLICIES} <= set(RULES)


@pytest.mark.parametrize("policy", SLOW)
@pytest.mark.parametrize("seed", range(40))
def test_a_policy_hands_out_what_a_plain_loop_does(policy: RoutingPolicy, seed: int) -> None:
    snapshot = random_snapshot(seed)
    assert decide(snapshot, policy) == SLOW[policy](Desk(snapshot))


@pytest.mark.parametrize("policy", POLICIES)
def test_nobody_gets_what_they_may_not_have_and_values_add_up(policy: RoutingPolicy) -> None:
    handed_out = 0
    for seed in range(100, 160):
        snapshot = random_snapshot(seed)
        board = read_board(snapshot)
        pairs = POLICIES[policy](board)
        desk, value = Desk(snapshot), 0.0
        assert (pairs.ticket[1:] > pairs.ticket[:-1]).all()
        assert len(set(pairs.slot.tolist())) == len(pairs.slot)
        crews = board.market.crews
        assert (crews.slot_agent[pairs.slot] == pairs.agent).all()
        assert (board.market.arc_class[pairs.arc] == board.classes.of_ticket[pairs.ticket]).all()
        for place, position in zip(pairs.ticket, pairs.agent, strict=True):
            ticket = snapshot.tickets[board.tickets[place]]
            agent = board.staff.agents[position]
            assert desk.may(ticket, agent)
            value += desk.score(ticket, agent)
            desk.match[ticket.id] = agent.id
        assert pairs.value == pytest.approx(value)
        handed_out += len(pairs.ticket)
    assert handed_out > 500


def test_nothing_to_hand_out_is_no_pair() -> None:
    for policy in POLICIES:
        assert decide(random_snapshot(1, tickets=0), policy) == {}
        assert decide(random_snapshot(1, agents=0), policy) == {}


def test_of_the_same_work_the_best_match_is_worth_most_and_greedy_less() -> None:
    total = dict.fromkeys(POLICIES, 0.0)
    for seed in range(40):
        snapshot = random_snapshot(seed)
        snapshot = replace(
            snapshot,
            tickets=tuple(replace(ticket, channel="chat") for ticket in snapshot.tickets),
            weights=replace(snapshot.weights, strict_priority=False),
        )
        board = read_board(snapshot)
        values = {policy: decision(board).value for policy, decision in POLICIES.items()}
        assert max(values.values()) <= values[RoutingPolicy.BEST] * (1 + 1e-12)
        for policy, value in values.items():
            total[policy] += value
    assert total[RoutingPolicy.GREEDY] < 0.999 * total[RoutingPolicy.BEST]
    assert total[RoutingPolicy.FIFO] < 0.95 * total[RoutingPolicy.BEST]


def waiting(*seconds: float) -> tuple[Ticket, ...]:
    return tuple(
        Ticket(f"t{place}", "chat", NOW - timedelta(seconds=wait), {"billing": 2})
        for place, wait in enumerate(seconds)
    )


def agent(name: str, level: int, idle: float, **more: object) -> AgentState:
    since = NOW - timedelta(seconds=idle)
    return replace(AgentState(name, {"billing": level}, idle_since=since), **more)


def test_first_come_first_served_calls_the_longest_idle_and_round_robin_whoever_has_least() -> None:
    chats = {"capacity": 4, "open_work": {"chat": 2}}
    staff = (
        agent("two open", 3, 900.0, **chats),
        agent("one open", 3, 60.0, capacity=4, open_work={"chat": 1}),
        agent("idle", 3, 10.0, capacity=4),
    )
    snapshot = Snapshot(NOW, waiting(50.0, 40.0, 30.0), staff)
    in_turn = decide(snapshot, RoutingPolicy.ROUND_ROBIN)
    assert in_turn == {"t0": "idle", "t1": "one open", "t2": "idle"}
    # Nobody is idle after the first: the one who was free first comes first.
    idle = decide(snapshot, RoutingPolicy.FIFO)
    assert idle == {"t0": "idle", "t1": "two open", "t2": "one open"}


def test_a_ticket_of_low_severity_is_first_only_once_it_was_promoted() -> None:
    old, new = waiting(700.0, 100.0)
    tickets = (replace(old, priority=Priority.P2), replace(new, priority=Priority.P1))
    snapshot = Snapshot(NOW, tickets, (agent("ada", 3, 0.0),))
    assert decide(snapshot, RoutingPolicy.PRIORITY) == {"t1": "ada"}
    # The target of a P2 is 300 s: after 600 s it counts as a P0.
    weights = replace(snapshot.weights, promote_after=1.0)
    assert decide(replace(snapshot, weights=weights), RoutingPolicy.PRIORITY) == {"t0": "ada"}


@pytest.mark.parametrize(
    ("wait", "who"), [(5.0, None), (15.0, None), (25.0, "fair"), (45.0, "beginner")]
)
def test_a_bullseye_widens_with_the_wait(wait: float, who: str | None) -> None:
    staff = (agent("beginner", 2, 900.0), agent("fair", 3, 60.0))
    rings = (Ring(10.0, 2), Ring(20.0, 1), Ring(40.0))
    snapshot = Snapshot(NOW, waiting(wait), staff, rings=rings)
    assert decide(snapshot, RoutingPolicy.BULLSEYE) == ({} if who is None else {"t0": who})


def test_no_ring_lets_anybody_in_whom_the_ticket_keeps_out() -> None:
    elsewhere = agent("elsewhere", 5, 60.0, site="lyon")
    (ticket,) = waiting(100.0)
    ticket = replace(ticket, site="paris")
    rings = (Ring(0.0, -5, other_sites=True),)
    snapshot = Snapshot(NOW, (ticket,), (agent("beginner", 1, 5.0), elsewhere), rings=rings)
    assert decide(snapshot, RoutingPolicy.BULLSEYE) == {}
