"""Coverage, shared rows and watches as rows: the exact cost of given shifts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.roster.coupling import add_coupling, presence_of, useful_pairs
from optimizer.roster.frame import Frame
from optimizer.roster.linear import LinearModel
from tests.optimizer.roster.cases import soon
from tests.optimizer.roster.counted import best_begins_of
from tests.optimizer.roster.counting.frames import FREE, HARD, coupling_cost, frames

Worked = np.ndarray[tuple[int, int], np.dtype[np.int64]]


def drawn_plan(frame: Frame, choices: list[int]) -> Worked:
    """Return somebody's choice of a pattern or a day off for every agent and day."""
    days = len(frame.calendar.days)
    worked = np.full((len(frame.people), days), FREE, dtype=np.int64)
    for place, choice in enumerate(choices):
        agent, day = divmod(place, days)
        mine = [p for p in frame.people[agent].patterns.tolist() if frame.patterns.day[p] == day]
        worked[agent, day] = [FREE, *mine][choice % (len(mine) + 1)]
    return worked


plans = st.lists(st.integers(0, 2), min_size=12, max_size=12)


@settings(max_examples=40, deadline=None)
@given(frames(), plans)
def test_given_shifts_cost_what_the_best_placement_of_their_activities_costs(
    frame: Frame, choices: list[int]
) -> None:
    worked = drawn_plan(frame, choices)
    pairs = useful_pairs(frame)
    number = np.zeros(len(pairs))
    place = {pair: at for at, pair in enumerate(pairs)}
    for agent, day in np.argwhere(worked != FREE).tolist():
        number[place[int(frame.team[agent]), int(worked[agent, day])]] += 1
    model = LinearModel()
    coupling = add_coupling(model, frame, pairs)
    solution = model.solve(soon(), within=(coupling.shifts, number, number))
    expected = coupling_cost(frame, worked.tolist())
    assert solution.infeasible == (expected == HARD)
    assert solution.objective == pytest.approx(expected)


@settings(max_examples=20, deadline=None)
@given(frames(), plans)
def test_every_activity_of_a_plan_begins_once_in_its_window(
    frame: Frame, choices: list[int]
) -> None:
    worked = drawn_plan(frame, choices)
    begins = best_begins_of(frame, worked)
    if begins is None:
        assert coupling_cost(frame, worked.tolist()) == HARD
        return
    presence = presence_of(frame)
    for ((kind, template, _), number), when in begins.items():
        activity = frame.patterns.activities[template][number]
        starts = [
            int(frame.patterns.start[worked[agent, day]])
            for agent, day in np.argwhere(worked != FREE).tolist()
            if presence[frame.team[agent]] == kind
            and frame.patterns.template[worked[agent, day]] == template
        ]
        slots = sorted(when.elements())
        assert len(slots) == len(starts)
        for slot, start in zip(slots, sorted(starts), strict=True):
            assert start + activity.earliest <= slot <= start + activity.latest
