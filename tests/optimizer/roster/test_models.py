"""The linear models: blocks of rows, meals by counts, and what a relaxation may be trusted with."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import ActivityKind, ActivityTemplate, Range, ShiftTemplate
from optimizer.roster.activities import best_begins_of, place_activities
from optimizer.roster.counts import CountsModel
from optimizer.roster.linear import LinearModel
from optimizer.roster.plan import Plan
from optimizer.roster.setting import Setting
from optimizer.roster.verify import verify
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import demand, problem, soon


def test_terms_at_one_place_add_up() -> None:
    model = LinearModel()
    x = model.add_variables(2, upper=10.0, cost=[1.0, 3.0])
    row = model.add_rows(1, lower=8.0)
    model.add_terms(row, [x[0], x[0], x[1]], [1.0, 1.0, 1.0])
    solution = model.solve(soon())
    assert solution.objective == pytest.approx(4.0)
    assert solution.values == pytest.approx([4.0, 0.0])


def test_whole_numbers_cost_more_than_their_relaxation() -> None:
    model = LinearModel()
    x = model.add_variables(1, upper=10.0, cost=1.0, integer=True)
    model.add_row(x, 2.0, lower=5.0)
    assert model.solve(soon(), relax=True).bound == pytest.approx(2.5)
    assert model.solve(soon()).objective == pytest.approx(3.0)


def test_bounds_can_be_narrowed_for_one_solve() -> None:
    model = LinearModel()
    x = model.add_variables(2, upper=4.0, cost=[1.0, 2.0])
    model.add_row(x, lower=5.0)
    held = model.solve(soon(), within=(x[:1], np.array([1.0]), np.array([1.0])))
    assert held.values == pytest.approx([1.0, 4.0])
    assert model.solve(soon()).values == pytest.approx([4.0, 1.0])


def test_what_cannot_be_is_told_from_what_was_not_found() -> None:
    model = LinearModel()
    x = model.add_variables(1, upper=1.0)
    model.add_row(x, lower=2.0)
    assert model.solve(soon()).infeasible
    late = model.solve(Deadline.after(0.0))
    assert late.values is None
    assert not late.infeasible


LUNCH = ActivityTemplate(ActivityKind.MEAL, 60, 60, 180, 60)
PAUSE = ActivityTemplate(ActivityKind.BREAK, 60, 240, 300, 60, paid=True)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(8, 10), min_size=1, max_size=3),
    st.lists(st.integers(0, 3), min_size=9, max_size=9),
)
def test_meals_by_counts_hurt_no_more_than_the_best_of_all_placements(
    starts: list[int], required: list[int]
) -> None:
    family = ShiftTemplate("f", 8 * 60, 10 * 60, (360,), step_minutes=60, activities=(LUNCH, PAUSE))
    needed = np.zeros((1, 24))
    needed[0, 8:17] = required
    made = problem(agents=len(starts), required=needed, days=1, templates=(family,))
    setting = Setting.of(made)
    plan = Plan.empty(setting)
    for agent, start in enumerate(starts):
        plan.worked[agent, 0] = int(np.flatnonzero(setting.patterns.start == start)[0])
    begins = best_begins_of(setting, plan, soon(), relative_gap=0.0)
    assert begins is not None
    place_activities(setting, plan, begins)
    judged = verify(made, plan.roster(setting))
    assert not [issue for issue in judged.issues if "activit" in issue.code]

    least = np.inf
    places = [
        (start + lunch, start + pause)
        for start in starts
        for lunch in (1, 2, 3)
        for pause in (4, 5)
    ]
    per_agent = [places[6 * agent : 6 * agent + 6] for agent in range(len(starts))]
    for chosen in itertools.product(*per_agent):
        at_work = np.zeros(24)
        for start, away in zip(starts, chosen, strict=True):
            at_work[start : start + 6] += 1
            at_work[list(away)] -= 1
        least = min(least, np.maximum(0, needed[0] - at_work).sum())
    assert judged.short_agent_intervals == least


def test_time_beyond_the_guarantee_is_seen_for_each_person_and_not_for_the_sum() -> None:
    # Ten hours are guaranteed and shifts have four: two shifts cost nothing, a third two hours.
    # Three people need seven shifts, whose 28 hours the guarantees of all three would cover.
    made = problem(
        agents=3,
        required=demand(7, range(8, 12), 1.0),
        prices=(1000.0,),
        shifts_per_week=Range(0, 7),
        guaranteed_minutes_per_week=600,
        hourly_cost=10.0,
    )
    model = CountsModel(Setting.of(made))
    model.relax(soon())
    assert model.bound == pytest.approx(2 * 10.0)
