"""Days drawn anew: what the other days leave of rows over several people."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings

from benchmarks.centre import centre
from optimizer.model import Directives, RosterProblem, ShiftDemand, ShiftTemplate
from optimizer.roster.frame import Frame
from optimizer.roster.redraw import redraw_day
from optimizer.roster.respond import first_plan
from optimizer.roster.state import State
from optimizer.roster.tours import Tours
from tests.optimizer.roster.cases import MONDAY, MORNING, problem, problems, soon
from tests.optimizer.roster.enumeration import least_of_all


def test_demand_that_no_shift_of_its_day_can_meet_is_left_alone() -> None:
    late = ShiftTemplate("late", 14 * 60, 14 * 60, (240,), weekdays=(0,))
    wanted = tuple(
        ShiftDemand(MONDAY + timedelta(days=day), template, 1)
        for day, template in ((0, "morning"), (1, "late"))
    )
    asked = problem(agents=1, templates=(MORNING, late), directives=Directives(shift_demand=wanted))
    frame = Frame.of(asked)
    state = State.of(frame, np.full((1, 7), -1), np.zeros((1, 7, 0), dtype=np.int64))
    saved = redraw_day(state, Tours.of(frame), 0, soon())
    assert saved == 100.0
    assert state.cost == 100.0


@settings(max_examples=30, deadline=None)
@given(problems(agents=3, days=1, small=True))
def test_one_day_drawn_from_nothing_is_the_best_day_there_is(drawn: RosterProblem) -> None:
    assume(len(drawn.requirement.groups) == 1)
    frame = Frame.of(drawn)
    agents = len(frame.people)
    most = max((len(shapes) for shapes in frame.patterns.activities), default=0)
    free = np.full((agents, 1), -1), np.zeros((agents, 1, most), dtype=np.int64)
    state = State.of(frame, *free)
    assume(np.isfinite(state.cost))
    redraw_day(state, Tours.of(frame), 0, soon(), gap=0.0)
    assert state.cost == pytest.approx(least_of_all(drawn), abs=1e-6)


def test_days_drawn_anew_never_make_a_plan_worse() -> None:
    frame = Frame.of(centre(24, 2, 7, 3))
    tours = Tours.of(frame)
    state = first_plan(frame, tours, soon(), seed=1)
    before = state.cost
    saved = [redraw_day(state, tours, day, soon(2.0)) for day in range(7)]
    assert min(saved) >= 0.0
    assert sum(saved) > 0.0
    assert state.cost == pytest.approx(before - sum(saved))
    assert State.of(frame, state.worked, state.begins).cost == pytest.approx(state.cost)
