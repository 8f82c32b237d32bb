"""Plans of people whose automata leave totals out."""

from __future__ import annotations

import pytest

from optimizer.roster.columns import improve_columns
from optimizer.roster.tours import Tours
from tests.optimizer.roster.cases import soon
from tests.optimizer.roster.columns.test_improve import best_by_hand, cost_by_hand, wanted


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_keeps_totals_that_the_automata_leave_out(seed: int) -> None:
    frame = wanted(seed)
    tours = Tours.of(frame, max_arcs=1)
    assert tours.searching
    found = improve_columns(frame, tours, soon(), attempts=20)
    best = best_by_hand(frame)
    assert found.bound <= best <= found.objective
    assert found.objective == pytest.approx(cost_by_hand(frame, found.worked.tolist()))
