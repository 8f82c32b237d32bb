"""Two rosters side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import ActivityKind, PlannedActivity, Roster, TimeGrid
from optimizer.roster.after.diff import ChangeKind, diff
from tests.optimizer.roster.cases import MONDAY, PARIS, problem, roster, shift

CASE = problem(agents=3)
STAFF = CASE.organisation


def test_a_roster_does_not_differ_from_itself() -> None:
    same = roster(CASE, shift("a0", 0), shift("a1", 2))
    assert diff(STAFF, same, same).changes == ()


def test_every_kind_of_change_is_told_with_the_paid_minutes() -> None:
    meal = PlannedActivity(ActivityKind.MEAL, 57, 58, False)
    before = roster(CASE, shift("a0", 0), shift("a1", 1), shift("a1", 2), shift("a2", 3))
    after = roster(
        CASE,
        shift("a1", 1, hours=5),
        replace(shift("a1", 2), activities=(meal,)),
        shift("a2", 3),
        shift("a2", 4),
    )
    found = diff(STAFF, before, after)
    assert [(c.agent, (c.day - MONDAY).days, c.kind, c.paid_minutes) for c in found.changes] == [
        ("a0", 0, ChangeKind.REMOVED, -240),
        ("a1", 1, ChangeKind.MOVED, 60),
        ("a1", 2, ChangeKind.ACTIVITIES, -60),
        ("a2", 4, ChangeKind.ADDED, 240),
    ]
    assert found.paid_minutes == {"a0": -240, "a1": 0, "a2": 240}
    assert found.affected == ("a0", "a1", "a2")
    assert found.count(ChangeKind.MOVED) == 1


def test_the_way_back_is_the_opposite() -> None:
    one, other = roster(CASE, shift("a0", 0)), roster(CASE, shift("a0", 0, hour=9), shift("a1", 1))
    there, back = diff(STAFF, one, other), diff(STAFF, other, one)
    assert [(c.before, c.after) for c in there.changes] == [
        (c.after, c.before) for c in back.changes
    ]
    assert there.paid_minutes == {name: -minutes for name, minutes in back.paid_minutes.items()}


def test_only_days_of_both_periods_are_compared_whatever_their_slots() -> None:
    later = TimeGrid.of_days(MONDAY + timedelta(days=1), 7, 60, PARIS)
    before = roster(CASE, shift("a0", 0), shift("a1", 1))
    tuesday = replace(shift("a1", 0), agent="a1")
    assert diff(STAFF, before, Roster(later, (tuesday,))).changes == ()


def test_rosters_of_other_intervals_cannot_be_compared() -> None:
    half_hours = Roster(TimeGrid.of_days(MONDAY, 7, 30, PARIS), ())
    with pytest.raises(InvalidInput):
        diff(STAFF, roster(CASE), half_hours)
