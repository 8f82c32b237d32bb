"""Totals that automata leave out, kept by levies."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.roster.columns import improve_columns
from optimizer.roster.columns.amends import Amends
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.tours import Tours
from tests.optimizer.roster.cases import soon
from tests.optimizer.roster.columns.test_improve import best_by_hand, cost_by_hand, wanted
from tests.optimizer.roster.counting.frames import rosters_of


@pytest.mark.parametrize("seed", range(4))
def test_amended_rosters_may_be_and_bounds_stay_below_all_rosters(seed: int) -> None:
    frame = wanted(seed)
    tours = Tours.of(frame, max_arcs=1)
    assert not tours.exact(0)
    prices = np.random.default_rng(seed).normal(-5, 10, len(frame.patterns))
    tour = tours.best(0, prices)
    person = frame.people[0]
    found = Amends(frame, tours).amend(0, prices, tour.worked, tour.cost)
    least = min(
        cost_of(person, frame.patterns, roster) + sum(prices[p] for p in roster if p >= 0)
        for roster in rosters_of(frame, 0)
    )
    assert found.bound <= least + 1e-9
    assert found.bound >= tour.cost - 1e-9
    assert found.worked is not None
    assert np.isfinite(cost_of(person, frame.patterns, found.worked.tolist()))


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_keeps_totals_that_the_tours_leave_out(seed: int) -> None:
    frame = wanted(seed)
    found = improve_columns(frame, Tours.of(frame, max_arcs=1), soon(), attempts=20)
    best = best_by_hand(frame)
    assert found.bound <= best <= found.objective
    assert found.objective == pytest.approx(cost_by_hand(frame, found.worked.tolist()))
