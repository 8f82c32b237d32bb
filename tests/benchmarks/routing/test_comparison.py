"""Everybody reaches the same value on the same snapshot."""

from __future__ import annotations

import pytest

from benchmarks.routing.classes import flow_over_classes
from benchmarks.routing.comparison import compare
from benchmarks.routing.drawing import Extras, draw_snapshot
from optimizer.routing import read_board

RICH = Extras(levels=True, continuity=0.2, relaxation=0.2, strict=True, limits=True)


@pytest.mark.parametrize("extras", [Extras(), RICH])
@pytest.mark.parametrize("seed", range(2))
def test_ours_and_all_exact_peers_reach_the_same_value(seed: int, extras: Extras) -> None:
    snapshot = draw_snapshot(200, 60, seed, extras=extras)
    found = compare(snapshot, repeats=2)
    exact = {"flow_over_pairs", "sparse_matching", "linear_sum_assignment"}
    assert exact <= found["peers"].keys()
    for name in exact:
        assert found["peers"][name]["levels_less"] == 0
        assert found["peers"][name]["value"] == pytest.approx(found["value"])
    grouped = flow_over_classes(read_board(snapshot).market)
    assert grouped == pytest.approx(found["value"]) == found["peers"]["flow_over_classes"]["value"]
    quick = found["peers"]["greedy"]
    assert (-quick["levels_less"], quick["value"]) < (0, found["value"])


def test_no_eligible_pair_is_a_result_too() -> None:
    found = compare(draw_snapshot(1, 1, 0), repeats=2)
    assert (found["eligible_pairs"], found["value"]) == (0, 0.0)
    assert found["peers"]["greedy"]["loss"] == 0.0
