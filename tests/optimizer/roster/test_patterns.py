"""Shifts from templates: on the grid, on every site's own clock, and never without end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    RosterProblem,
    ShiftTemplate,
    Site,
    check_problem,
)
from optimizer.roster import solve
from optimizer.roster.patterns import Activity, Calendar, Patterns, expand_patterns, rest_conflicts
from tests.optimizer.roster.cases import problem, soon

FAMILY = ShiftTemplate("f", 8 * 60, 10 * 60, (240, 360), step_minutes=60, weekdays=(0, 1))


def expanded(made: RosterProblem) -> tuple[Calendar, Patterns]:
    calendar = Calendar.of(made)
    return calendar, expand_patterns(made, calendar)


def test_a_pattern_is_a_start_and_a_length_on_a_day_of_the_template() -> None:
    _, patterns = expanded(problem(templates=(FAMILY,), days=7))
    assert len(patterns) == 3 * 2 * 2
    assert set(patterns.day.tolist()) == {0, 1}
    assert sorted(set((patterns.end - patterns.start).tolist())) == [4, 6]


def test_starts_that_the_clocks_skip_are_there_once() -> None:
    night = ShiftTemplate("n", 60, 4 * 60, (240,), step_minutes=60)
    spring = problem(templates=(night,), days=1, first=date(2026, 3, 29))
    autumn = problem(templates=(night,), days=1, first=date(2026, 10, 25))
    # 02:00 does not exist and falls on 03:00; in autumn 02:00 comes twice, the first one counts.
    assert expanded(spring)[1].start.tolist() == [1, 2, 3]
    assert expanded(autumn)[1].start.tolist() == [1, 2, 4, 5]


def test_every_site_has_its_own_mornings() -> None:
    sites = (Site("here", zone="Europe/Paris"), Site("there", zone="America/New_York"))
    agents = (Agent("a0", "c", "here", {"s0": 3}), Agent("a1", "c", "there", {"s0": 3}))
    calendar, patterns = expanded(problem(agents=agents, sites=sites, days=2))
    hours = {
        (calendar.clocks[clock].zone, calendar.clocks[clock].local(start).hour)
        for clock, start in zip(patterns.clock.tolist(), patterns.start.tolist(), strict=True)
    }
    assert hours == {("Europe/Paris", 8), ("America/New_York", 8)}


def test_a_shift_may_end_after_the_period_but_not_begin_before_it() -> None:
    late = ShiftTemplate("l", 22 * 60, 22 * 60, (480,), step_minutes=60)
    _, patterns = expanded(problem(templates=(late,), days=2))
    assert patterns.end.max() == 2 * 24 + 6
    assert patterns.start.min() == 22


def test_too_many_patterns_are_refused_with_their_number() -> None:
    endless = ShiftTemplate("e", 0, 1439, tuple(range(1, 1400)), step_minutes=1)
    made = problem(templates=(endless,))
    with pytest.raises(InvalidInput) as caught:
        expanded(made)
    assert [issue.code for issue in caught.value.issues] == ["too_many_patterns"]


def test_a_clock_that_is_half_an_hour_off_the_slots_is_refused() -> None:
    made = problem(sites=(Site("here", zone="Asia/Kolkata"),))
    assert [(i.code, i.pointer) for i in check_problem(made)] == [
        ("zone_off_grid", "/organisation/sites/0/zone")
    ]
    with pytest.raises(InvalidInput):
        solve(made, deadline=soon())


def test_activities_that_cannot_follow_each_other_are_refused() -> None:
    meals = tuple(ActivityTemplate(ActivityKind.MEAL, 60, 60, 60, 60) for _ in range(2))
    made = problem(templates=(replace(FAMILY, activities=meals),))
    assert [(i.code, i.pointer) for i in check_problem(made)] == [
        ("activities_do_not_fit", "/organisation/templates/0/activities")
    ]


def test_the_last_place_of_an_activity_keeps_to_its_steps_and_inside_the_shift() -> None:
    assert Activity(slots=2, earliest=3, latest=9, step=2).last_start(9) == 7
    assert Activity(slots=2, earliest=3, latest=9, step=2).last_start(30) == 9


@given(
    st.lists(
        st.tuples(st.integers(0, 23), st.integers(1, 12)), min_size=2, max_size=8, unique=True
    ),
    st.integers(0, 20),
)
def test_rest_conflicts_name_the_conflicting_pairs_and_no_others(
    shifts: list[tuple[int, int]], rest: int
) -> None:
    start = np.array([hour for hour, _ in shifts] + [24 + hour for hour, _ in shifts])
    end = start + np.array([length for _, length in shifts] * 2)
    zeros = np.zeros(len(start), dtype=np.int64)
    patterns = Patterns(zeros, zeros, zeros, start, end, end - start, ((),))
    first, second = np.arange(len(shifts)), np.arange(len(shifts), 2 * len(shifts))
    named = {
        (int(a), int(b))
        for late, soon_after in rest_conflicts(patterns, first, second, rest)
        for a in late
        for b in soon_after
    }
    assert named == {(int(a), int(b)) for a in first for b in second if start[b] < end[a] + rest}
