"""All rosters near the bound, against the enumeration of all rosters and of all plans."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.roster.columns import improve_columns
from optimizer.roster.columns.closing import close_gap
from optimizer.roster.columns.generate import generate
from optimizer.roster.columns.master import Master
from optimizer.roster.columns.within import Paths
from optimizer.roster.columns.workshop import Workshop
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.tours import Tours
from tests.optimizer.roster.cases import soon
from tests.optimizer.roster.columns.test_improve import best_by_hand, wanted
from tests.optimizer.roster.counting.frames import rosters_of


@pytest.mark.parametrize("seed", range(3))
def test_exactly_the_rosters_up_to_a_cost_are_listed(seed: int) -> None:
    frame = wanted(seed)
    prices = np.random.default_rng(seed).integers(-9, 9, len(frame.patterns)).astype(float)
    paths = Paths.of(frame, Tours.of(frame), 0, prices)
    costs = {
        roster: cost_of(frame.people[0], frame.patterns, roster)
        + sum(prices[pattern] for pattern in roster if pattern >= 0)
        for roster in rosters_of(frame, 0)
    }
    assert paths.least == pytest.approx(min(costs.values()))
    limit = float(np.median(list(costs.values())))
    expected = {roster for roster, cost in costs.items() if cost <= limit}
    listed = paths.up_to(limit, len(costs))
    assert listed is not None
    assert len(listed) == len(expected)
    assert {tuple(roster) for roster in listed.tolist()} == expected
    assert paths.up_to(limit, len(expected) - 1) is None


@pytest.mark.parametrize("seed", range(6))
def test_a_gap_is_closed_at_the_best_of_all_plans(seed: int) -> None:
    frame = wanted(seed)
    workshop = Workshop.of(frame, Tours.of(frame), 1)
    nothing, agents = np.zeros(len(workshop.rows)), [0, 1, 2]
    priced = workshop.price(nothing, agents, soon())
    assert priced is not None
    master = Master(workshop.rows, agents, nothing)
    master.add(priced.columns)
    duals = generate(workshop, master, nothing, soon(), rounds=500).duals
    best = best_by_hand(frame)
    closed = close_gap(workshop, duals, priced.columns, best + 0.5, soon(), seed=seed)
    assert closed is not None
    assert closed.columns is not None
    assert closed.bound == pytest.approx(best)
    # Nothing below the best: that is proven as well.
    below = close_gap(workshop, duals, closed.columns, best - 0.5, soon(), seed=seed)
    assert below is not None
    assert below.bound == pytest.approx(best - 0.5)


def test_the_search_ends_when_the_gap_is_closed() -> None:
    frame = wanted(4, agents=7, days=7, extra=2.0)
    found = improve_columns(frame, Tours.of(frame), soon(), seed=5)
    assert found.bound == found.objective
