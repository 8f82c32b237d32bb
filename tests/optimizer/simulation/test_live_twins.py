"""The simulation decides about one thing at a time as the live router does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from optimizer.model import (
    AgentState,
    Priority,
    RoutingPolicy,
    RoutingRule,
    RoutingWeights,
    Snapshot,
    Ticket,
)
from optimizer.routing import POLICIES, read_board
from optimizer.simulation import RULES
from tests.optimizer.simulation.builders import play_given, two_groups

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
BUSY = 1000.0
SKILLS = ("orders", "billing")
AHT_S = (200.0, 500.0)
WEIGHTS = (
    RoutingWeights(),
    RoutingWeights(strict_priority=True, promote_after=1.0),
    RoutingWeights(priority=10.0, wait_exponent=2.0, skill_fit=50.0),
    RoutingWeights(priority=5.0, handling_reference_seconds=300.0, customer_value=1.0),
    RoutingWeights(promote_after=0.5, skill_prices={"billing": 30.0}, skill_fit=30.0),
)


def decided_live(snapshot: Snapshot, policy: RoutingPolicy) -> tuple[str, str]:
    board = read_board(snapshot)
    pairs = POLICIES[policy](board)
    ((ticket, agent),) = zip(pairs.ticket.tolist(), pairs.agent.tolist(), strict=True)
    return snapshot.tickets[int(board.tickets[ticket])].id, board.staff.agents[agent].id


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("policy", RoutingPolicy)
def test_a_freed_agent_takes_what_the_router_would_give(
    policy: RoutingPolicy, weights: RoutingWeights
) -> None:
    taken = set()
    for seed in range(25):
        random = np.random.default_rng(seed)
        ranks = [Priority(f"P{rank}") for rank in random.integers(4, size=2)]
        values = random.uniform(0.0, 9.0, 2).round(1).tolist()
        centre = two_groups(
            1,
            {"priority": ranks[0], "customer_value": values[0]},
            {"priority": ranks[1], "customer_value": values[1]},
        )
        came = sorted(random.choice(np.arange(1, 999), 6, replace=False).tolist())
        groups = random.integers(2, size=6).tolist()
        rule = RULES[policy.value]
        if policy in (RoutingPolicy.BEST, RoutingPolicy.GREEDY):
            rule = RoutingRule(weights=weights)
        calls = [(float(at), group, 1.0) for at, group in zip(came, groups, strict=True)]
        played = play_given(centre, rule, [(0.0, 0, BUSY), *calls], AHT_S)
        first = int(np.argmin(played.wait[1:] + came))
        tickets = tuple(
            Ticket(
                f"t{place}",
                "voice",
                NOW - timedelta(seconds=BUSY - at),
                {SKILLS[group]: 1},
                priority=ranks[group],
                customer_value=values[group],
                handling_seconds=AHT_S[group],
            )
            for place, (at, group) in enumerate(zip(came, groups, strict=True))
        )
        agent = AgentState("a", dict.fromkeys(SKILLS, 3))
        live = Snapshot(
            NOW, tickets, (agent,), rule.weights, escalations=(), rings=rule.rings or ()
        )
        assert decided_live(live, policy) == (f"t{first}", "a")
        taken.add(first)
    assert len(taken) > 1 or policy not in (RoutingPolicy.BEST, RoutingPolicy.PRIORITY)


@pytest.mark.parametrize(
    "weights",
    [
        RoutingWeights(),
        RoutingWeights(idle=30.0),
        RoutingWeights(skill_fit=0.0),
        RoutingWeights(skill_prices={"billing": 20.0}, reserve=2.0),
    ],
)
@pytest.mark.parametrize("policy", [RoutingPolicy.BEST, RoutingPolicy.GREEDY, RoutingPolicy.FIFO])
def test_a_contact_goes_to_whom_the_router_would_give_it(
    policy: RoutingPolicy, weights: RoutingWeights
) -> None:
    taken = set()
    for seed in range(25):
        random = np.random.default_rng(seed)
        centre = two_groups(4, {}, {})
        held = [
            {skill: int(random.integers(1, 6)) for skill in SKILLS[: 1 + random.integers(2)]}
            for _ in centre.agents
        ]
        agents = tuple(
            replace(one, skills=skills) for one, skills in zip(centre.agents, held, strict=True)
        )
        centre = replace(centre, agents=agents)
        # Everybody has one call of another length; the fifth finds all of them idle.
        until = random.choice(np.arange(10, 900), 4, replace=False).astype(float).tolist()
        calls = [(float(place) / 8, 0, end) for place, end in enumerate(until)]
        rule = RULES["fifo"] if policy is RoutingPolicy.FIFO else RoutingRule(weights=weights)
        played = play_given(centre, rule, [*calls, (BUSY, 0, 1.0)], AHT_S)
        free = {
            int(who): start + end
            for who, (start, _, end) in zip(played.agent[:4], calls, strict=True)
        }
        assert len(free) == 4
        staff = tuple(
            AgentState(
                str(place),
                dict(skills),
                idle_since=NOW - timedelta(seconds=BUSY - free[place]),
            )
            for place, skills in enumerate(held)
        )
        live = Snapshot(NOW, (Ticket("t", "voice", NOW, {"orders": 1}),), staff, weights)
        assert decided_live(live, policy) == ("t", str(played.agent[4]))
        taken.add(int(played.agent[4]))
    assert len(taken) > 1
