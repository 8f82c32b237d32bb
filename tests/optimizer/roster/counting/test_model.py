"""The counts model: never above the best of all rosters, and exact where it says so."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from optimizer.roster.counting import CountsModel, kinds_of
from optimizer.roster.frame import Frame
from tests.optimizer.roster.cases import soon
from tests.optimizer.roster.counting.frames import HARD, frames, least_cost

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(frames())
def test_no_roster_of_all_costs_less_than_the_bound(frame: Frame) -> None:
    best = least_cost(frame)
    for merged in (False, True):
        model = CountsModel(frame, kinds_of(frame, merged=merged))
        model.relax(soon())
        counts = model.search(soon(), gap=0.0, seed=0)
        assert not (model.infeasible and best < HARD)
        if counts is not None:
            assert counts.objective <= best + 1e-6
            assert model.bound <= counts.objective + 1e-6
