"""Availability: windows hold whole shifts, by the clock of the site."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from optimizer.model import Availability, Shift, ShiftTemplate, Site
from optimizer.roster.rules import availability
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import problem, shift
from tests.optimizer.roster.rules.pricing import person, price

ANY = ShiftTemplate("any", 0, 23 * 60, (240,), step_minutes=60)
WEEK = (0, 1, 2, 3, 4, 5, 6)


def cost(windows: tuple[Availability, ...], *shifts: Shift, **fields: object) -> float:
    made = problem(agents=person(availability=windows), templates=(ANY,), **fields)
    return price(availability, made, *shifts)


def at(hour: int, day: int = 0) -> Shift:
    return shift("a0", day, hour, 4, "any")


@pytest.mark.parametrize(("hour", "outside"), [(8, 0), (9, 0), (7, 30), (12, 180), (15, 240)])
def test_the_minutes_outside_of_the_window_cost(hour: int, outside: float) -> None:
    windows = (Availability((0,), 450, 780),)
    assert cost(windows, at(hour), soft={"availability": 1.0}) == outside
    assert math.isinf(cost(windows, at(hour))) == (outside > 0)


def test_the_window_that_holds_most_of_a_shift_counts() -> None:
    windows = (Availability((0,), 480, 600), Availability((0,), 540, 720))
    assert cost(windows, at(8), soft={"availability": 1.0}) == 60


def test_two_windows_side_by_side_do_not_hold_a_shift_together() -> None:
    windows = (Availability((0,), 480, 600), Availability((0,), 600, 720))
    assert math.isinf(cost(windows, at(8)))


def test_a_window_is_open_on_its_weekdays_only() -> None:
    windows = (Availability((0, 2)),)
    assert cost(windows, at(8, 0), at(8, 2), soft={"availability": 1.0}) == 0
    assert cost(windows, at(8, 1), soft={"availability": 1.0}) == 240


def test_a_window_may_end_after_midnight_and_belongs_to_the_day_before() -> None:
    windows = (Availability((0,), 1200, 1620),)
    assert cost(windows, at(23)) == 0
    assert math.isinf(cost(windows, at(0, 1)))


def test_who_has_no_windows_is_always_available() -> None:
    assert cost((), at(3)) == 0
    made = problem()
    assert list(availability.forms(views_of(made)[0])) == []


def test_windows_are_read_on_the_clock_of_the_site() -> None:
    windows = (Availability(WEEK, 480, 720),)
    sites = (Site("here", zone="America/New_York"),)
    # Eight o'clock in New York is two in the afternoon in Paris.
    assert cost(windows, at(14), sites=sites) == 0
    assert math.isinf(cost(windows, at(8), sites=sites))


def test_windows_keep_to_the_clock_when_it_changes() -> None:
    windows = (Availability(WEEK, 480, 720),)
    sunday = {"first": date(2026, 3, 29), "days": 1}
    assert cost(windows, Shift("a0", "any", 7, 11), **sunday) == 0
    assert math.isinf(cost(windows, Shift("a0", "any", 8, 12), **sunday))


def test_agents_with_equal_windows_share_what_is_computed_of_them() -> None:
    (one,) = person(availability=(Availability(WEEK, 480, 720),))
    made = problem(agents=(one, replace(one, id="a1")), templates=(ANY,))
    views = views_of(made)
    first, second = (next(availability.forms(view)) for view in views)
    assert first.working.tolist() == second.working.tolist()
    keys = [key for key in views[0].whole.cache if one.availability[0] in key]
    assert len(keys) == 1
