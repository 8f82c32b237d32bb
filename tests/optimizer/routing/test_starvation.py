"""Ageing bounds the wait of every ticket, however many more severe ones keep coming."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import AgentState, Priority, RoutingWeights, Snapshot, Ticket
from optimizer.routing import assign
from tests.optimizer.routing.drawing import NOW
from tests.optimizer.routing.plain import match_of

WEIGHTS = st.builds(
    RoutingWeights,
    priority=st.floats(1.0, 60.0),
    wait=st.floats(20.0, 100.0),
    wait_target_seconds=st.tuples(*[st.floats(60.0, 300.0)] * 4),
    skill_fit=st.floats(0.0, 20.0),
    wait_exponent=st.sampled_from([1.0, 1.5, 3.0]),
    promote_after=st.none(),
)


def longest_wait(
    weights: RoutingWeights, agents: int, mild: int, step: float, rounds: int
) -> float:
    """Return the longest wait of some P3 in a centre in which P0 never stop coming.

    All agents are free again in every round, and as many P0 come as there are agents. A wait that
    has not ended after all rounds is infinite.
    """
    staff = tuple(AgentState(f"a{i}", {"mild": 3, "severe": 4}) for i in range(agents))
    lows = [Ticket(f"low{i}", "chat", NOW, {"mild": 1}, priority=Priority.P3) for i in range(mild)]
    waiting, served = list(lows), 0.0
    for number in range(rounds):
        now = NOW + timedelta(seconds=number * step)
        waiting += [
            Ticket(f"r{number}_{i}", "chat", now, {"severe": 1}, priority=Priority.P0)
            for i in range(agents)
        ]
        taken = match_of(assign(Snapshot(now, tuple(waiting), staff, weights, escalations=())))
        waiting = [ticket for ticket in waiting if ticket.id not in taken]
        if any(low.id in taken for low in lows):
            served = number * step
        if not any(low in waiting for low in lows):
            return served
    return float("inf")


def bound(weights: RoutingWeights, points: float, step: float) -> float:
    """Return by when a P3 outranks every P0 that has waited for no more than one round.

    With n agents, n P0 a round and at most n P3, whoever is left waiting has at most n - 1 others
    left beside it. P0 are worth the more the older they are, so one that was left goes before all
    that come after it, and is served in the next round: no P0 ever waits for longer than a round.
    A P3 whose points for the wait, W (w / T3)^p, exceed those of such a P0, W (s / T0)^p, by all
    that the P0 has ahead otherwise (priority where it counts, and the fit), has only other P3
    before it, and there are fewer of these than agents. So it is served in the first round at or
    after

        w = T3 (points / W + (s / T0)^p)^(1 / p),

    and waits for less than w + s.
    """
    p, target = weights.wait_exponent, weights.wait_target_seconds
    return target[3] * (points / weights.wait + (step / target[0]) ** p) ** (1 / p) + step


@settings(max_examples=15, deadline=None)
@given(WEIGHTS, st.integers(1, 3), st.data(), st.floats(60.0, 300.0))
def test_weighted_priorities_starve_nobody(
    weights: RoutingWeights, agents: int, data: st.DataObject, step: float
) -> None:
    mild = data.draw(st.integers(1, agents))
    most = bound(weights, 3 * weights.priority + weights.skill_fit, step)
    assert longest_wait(weights, agents, mild, step, int(most / step) + 2) < most + 1e-6


@settings(max_examples=15, deadline=None)
@given(WEIGHTS, st.floats(0.2, 2.0), st.integers(1, 3), st.data(), st.floats(60.0, 300.0))
def test_strict_priorities_starve_nobody_who_is_promoted(
    weights: RoutingWeights, promote_after: float, agents: int, data: st.DataObject, step: float
) -> None:
    """A P3 is as severe as a P0 after three promotions; from then on points decide."""
    mild = data.draw(st.integers(1, agents))
    strict = replace(weights, strict_priority=True, promote_after=promote_after)
    promoted = 3 * promote_after * weights.wait_target_seconds[3] + step
    most = max(promoted, bound(strict, strict.skill_fit, step))
    assert longest_wait(strict, agents, mild, step, int(most / step) + 2) < most + 1e-6


@pytest.mark.parametrize("agents", [1, 3])
def test_strict_priorities_without_promotion_may_starve(agents: int) -> None:
    targets = (60.0, 120.0, 300.0, 60.0)
    weights = RoutingWeights(strict_priority=True, promote_after=None, wait_target_seconds=targets)
    assert longest_wait(weights, agents, 1, 60.0, 100) == float("inf")
    assert longest_wait(replace(weights, strict_priority=False), agents, 1, 60.0, 100) < 6000.0
