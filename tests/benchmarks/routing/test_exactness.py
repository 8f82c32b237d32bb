"""Every match is the best there is, told by solvers that know nothing of the engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.routing.cases import draw_case
from benchmarks.routing.exactness import check_case, faults, summary
from benchmarks.routing.pairs import list_pairs
from optimizer.model import check_snapshot
from optimizer.routing import assign


@pytest.mark.parametrize("seed", range(100, 148))
def test_the_match_is_as_good_as_the_best_by_flow_and_by_assignment(seed: int) -> None:
    checked = check_case(draw_case(seed))
    assert checked.faults == ()
    assert checked.ours.levels == checked.best.levels
    assert checked.ours.value == pytest.approx(checked.best.value, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("seed", range(100, 112))
def test_with_mixed_units_nothing_beats_the_bound_and_what_is_proven_is_best(seed: int) -> None:
    checked = check_case(draw_case(seed, mixed=True))
    assert not checked.uniform
    assert checked.faults == ()
    assert checked.bound >= checked.best.value - 1e-6
    if checked.bound <= checked.ours.value + 1e-6:
        assert checked.equal


def test_cases_are_sound_and_use_every_rule() -> None:
    cases = [draw_case(seed) for seed in range(30)]
    assert all(check_snapshot(case) == [] for case in cases)
    stopped = {
        obstacle.rule
        for case in cases
        for waiting in assign(case).waiting
        for obstacle in waiting.obstacles
    }
    assert stopped == {
        *("channel", "tier", "site", "language", "human", "skill", "level", "authority"),
        *("excluded", "reserved", "availability", "capacity", "channel_limit", "outscored"),
    }


def test_greedy_is_never_better_and_often_worse() -> None:
    rows = [check_case(draw_case(seed)) for seed in range(40, 60)]
    assert all(
        (row.greedy.levels, row.greedy.value) <= (row.best.levels, row.best.value + 1e-6)
        for row in rows
    )
    told = summary(rows)
    assert told["equal"] == told["cases"] == 20
    assert told["greedy"]["worse"] > 5
    assert 0.0 <= told["greedy"]["loss_median"] <= told["greedy"]["loss_max"] < 1.0


def test_false_claims_are_found() -> None:
    snapshot = draw_case(3)
    pairs, answer = list_pairs(snapshot), assign(snapshot)
    assert faults(snapshot, pairs, answer) == []
    first, *others = answer.decisions
    cheated = replace(first, score=first.score + 1.0)
    found = faults(snapshot, pairs, replace(answer, decisions=(cheated, *others)))
    name = f"{first.ticket} to {first.agent}"
    assert any(fault.startswith(f"{name} scores") for fault in found)
    assert f"the parts of {name} do not add up to its score" in found
    assert any(fault.startswith("the scores add up to") for fault in found)
    held, *rest = answer.waiting
    late = replace(held, clock=replace(held.clock, waited_seconds=held.clock.waited_seconds + 1.0))
    free = replace(held, obstacles=())
    for cheat, part in ((late, "clock"), (free, "do not add up")):
        found = faults(snapshot, pairs, replace(answer, waiting=(cheat, *rest)))
        assert any(part in fault and held.ticket in fault for fault in found)
    assert "not every ticket stands in exactly one list" in faults(
        snapshot, pairs, replace(answer, decisions=tuple(others))
    )
    crowd = tuple(replace(first, ticket=d.ticket) for d in answer.decisions)
    assert "somebody has more work than room" in faults(
        snapshot, pairs, replace(answer, decisions=crowd)
    )
