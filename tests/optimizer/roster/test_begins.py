"""Meals of a whole plan: handed out from counts, then moved until none can be moved alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.model import ActivityKind, ActivityTemplate, RosterProblem, ShiftTemplate
from optimizer.roster.begins import hand_out_begins, improve_places
from optimizer.roster.frame import Frame
from optimizer.roster.placement import FREE
from optimizer.roster.state import State
from tests.optimizer.roster.cases import problem, problems, soon
from tests.optimizer.roster.counted import best_begins_of

MEAL = ActivityTemplate(ActivityKind.MEAL, 60, 120, 240, 60)
DAY = ShiftTemplate("day", 8 * 60, 8 * 60, (480,), step_minutes=60, activities=(MEAL,))


def crowd(agents: int, required: float) -> Frame:
    """Return a day on which so many are needed in each of the hours from 8 to 16."""
    level = np.zeros((1, 24))
    level[0, 8:16] = required
    return Frame.of(problem(agents=agents, required=level, days=1, templates=(DAY,)))


def test_meals_spread_over_their_window_until_nobody_is_missed() -> None:
    frame = crowd(6, 4.0)
    worked = np.zeros((6, 1), dtype=np.int64)
    # All eat at ten.
    state = State.of(frame, worked, np.full((6, 1, 1), 10))
    assert state.cost == pytest.approx(40.0)
    assert improve_places(state, soon()) == pytest.approx(40.0)
    assert state.cost == 0.0
    assert Counter(state.begins.ravel().tolist()) == {10: 2, 11: 2, 12: 2}


def test_begins_are_handed_out_as_they_were_counted() -> None:
    frame = crowd(6, 4.0)
    worked = np.zeros((6, 1), dtype=np.int64)
    worked[5] = FREE
    counts = best_begins_of(frame, worked)
    assert counts is not None
    begins = hand_out_begins(frame, worked, counts)
    wanted = sum(counts.values(), Counter[int]())
    assert Counter(begins[:5].ravel().tolist()) == +wanted
    # In the three hours of the window one of the five can be spared each, and all have to eat.
    assert State.of(frame, worked, begins).cost == pytest.approx(20.0)


@settings(max_examples=20, deadline=None)
@given(problems(agents=4, days=2), st.data())
def test_counted_begins_cost_no_less_by_name_than_in_sum_and_moves_only_help(
    made: RosterProblem, data: st.DataObject
) -> None:
    # Without caps, which the rosters drawn here would not keep to.
    frame = replace(Frame.of(made), shared=())
    worked = np.full((len(frame.people), 2), FREE, dtype=np.int64)
    for agent, person in enumerate(frame.people):
        day = frame.patterns.day[person.patterns]
        for d in range(2):
            choices = person.patterns[day == d].tolist()
            worked[agent, d] = data.draw(st.sampled_from([FREE, *choices]))
    assume((worked != FREE).any())
    counts = best_begins_of(frame, worked)
    assert counts is not None
    state = State.of(frame, worked, hand_out_begins(frame, worked, counts))
    shortage = state.shortage
    saved = improve_places(state, soon())
    # With one activity per shift the counts are the best there is.
    assert saved == pytest.approx(0.0, abs=1e-6)
    assert state.shortage == pytest.approx(shortage, abs=1e-6)


def test_without_time_nothing_is_moved() -> None:
    frame = crowd(2, 2.0)
    state = State.of(frame, np.zeros((2, 1), dtype=np.int64), np.full((2, 1, 1), 10))
    assert improve_places(state, soon(0.0)) == 0.0
    assert (state.begins == 10).all()
