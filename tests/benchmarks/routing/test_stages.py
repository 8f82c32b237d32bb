"""The steps of an assignment: all are told, and what is sent is what is meant."""

from __future__ import annotations

import pytest

from benchmarks.routing.cases import draw_case
from benchmarks.routing.drawing import Extras, draw_snapshot
from benchmarks.routing.stages import STEPS, phases, request_body, stages
from optimizer.codec import decode
from optimizer.model import Snapshot

RICH = Extras(levels=True, continuity=0.2, relaxation=0.2, strict=True, limits=True)


@pytest.mark.parametrize(
    "snapshot", [draw_snapshot(30, 20, 2), draw_snapshot(30, 20, 2, extras=RICH), draw_case(3)]
)
def test_a_request_says_all_that_is_not_as_by_default(snapshot: Snapshot) -> None:
    assert decode(Snapshot, request_body(snapshot)) == snapshot


def test_every_step_runs_and_all_are_told() -> None:
    steps = stages(request_body(draw_snapshot(30, 20, 2)))
    assert all(step() is not None for step in steps.values())
    told = phases(dict.fromkeys(steps, 1.0) | {"unchecked_board": 4.0, "checked_board": 3.0})
    assert tuple(told) == STEPS
    assert (told["checks"], told["board"], told["match"]) == (1.0, 2.0, 1.0)
