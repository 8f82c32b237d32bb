"""Drawn snapshots: sound, the same for a seed, and with what was asked for."""

from __future__ import annotations

import pytest

from benchmarks.routing.drawing import Extras, draw_snapshot
from optimizer.model import check_snapshot

ALL = Extras(levels=True, continuity=0.3, relaxation=0.3, strict=True, units=True, limits=True)


def test_a_drawn_snapshot_is_sound_and_the_same_for_a_seed() -> None:
    snapshot = draw_snapshot(60, 40, 5)
    assert check_snapshot(snapshot) == []
    assert snapshot == draw_snapshot(60, 40, 5) != draw_snapshot(60, 40, 6)
    assert {len(ticket.skills) for ticket in snapshot.tickets} == {1, 2, 3}
    assert {agent.capacity for agent in snapshot.agents} == {1, 2, 3, 4}
    assert max(len(agent.skills) for agent in snapshot.agents) == 8


def test_extras_leave_what_is_drawn_without_them_as_it_is() -> None:
    plain, rich = draw_snapshot(80, 40, 5), draw_snapshot(80, 40, 5, extras=ALL)
    assert check_snapshot(rich) == []
    for name in ("created", "skills", "priority", "customer_value"):
        assert [getattr(t, name) for t in plain.tickets] == [getattr(t, name) for t in rich.tickets]
    assert [a.capacity for a in plain.agents] == [a.capacity for a in rich.agents]


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_shares_are_about_those_asked_for(share: float) -> None:
    rich = draw_snapshot(1000, 40, 5, extras=Extras(continuity=share, relaxation=share))
    known = sum(ticket.prior_agent is not None for ticket in rich.tickets) / 1000
    relaxed = sum(bool(ticket.relaxation) for ticket in rich.tickets) / 1000
    assert known == pytest.approx(share, abs=0.05 * bool(share))
    assert relaxed == pytest.approx(share, abs=0.05 * bool(share))


def test_each_extra_brings_what_it_says() -> None:
    rich = draw_snapshot(300, 100, 5, extras=ALL)
    assert {ticket.channel for ticket in rich.tickets} == {"chat", "mail", "voice"}
    assert rich.channels["mail"].deferred
    assert rich.channels["voice"].units == 2
    assert rich.weights.strict_priority
    assert sum(bool(agent.channel_limits) for agent in rich.agents) > 40
