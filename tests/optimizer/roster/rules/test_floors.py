"""Floors: who counts as there, when a floor holds, and what it costs to lack people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from optimizer.model import (
    ActivityKind,
    Agent,
    Directives,
    Floor,
    PlannedActivity,
    RosterProblem,
    Shift,
    Site,
    Tier,
)
from optimizer.roster.checks.worker import workers
from optimizer.roster.rules import floors
from optimizer.roster.rules.match import Match
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import MONDAY, demand, problem, roster, shift

STAFF = (
    Agent("a0", "c", "here", {"s0": 3}),
    Agent("a1", "c", "here", {"s1": 3}, tier=Tier.TECHNICAL),
    Agent("a2", "c", "there", {"s0": 3, "s1": 3}),
)


def floored(*wanted: Floor, **more: Any) -> RosterProblem:
    return problem(
        agents=STAFF,
        prices=(10.0, 10.0),
        sites=(Site("here", zone="Europe/Paris"), Site("there", zone="Europe/London")),
        directives=Directives(floors=wanted),
        **{"required": demand(7, range(8, 12), 1.0, groups=2), **more},
    )


def matches(made: RosterProblem, *shifts: Shift) -> list[Match]:
    return list(floors.check(made, workers(made, roster(made, *shifts))))


def cost(floor: Floor, *names: str) -> float:
    """Return what a floor costs on Monday if these agents work from eight to twelve."""
    monday = Floor(floor.agents, floor.group, floor.site, floor.tier, (0,), cost=floor.cost)
    return sum(match.cost for match in matches(floored(monday), *(shift(n, 0) for n in names)))


@pytest.mark.parametrize(
    ("floor", "names", "expected"),
    [
        (Floor(1, cost=5.0), [], 20.0),
        (Floor(1, cost=5.0), ["a1"], 0.0),
        (Floor(2, cost=5.0), ["a1"], 20.0),
        (Floor(1, group="g0", cost=5.0), ["a1"], 20.0),
        (Floor(1, group="g0", cost=5.0), ["a2"], 0.0),
        (Floor(1, tier=Tier.TECHNICAL, cost=5.0), ["a0", "a2"], 20.0),
        (Floor(1, tier=Tier.TECHNICAL, cost=5.0), ["a1"], 0.0),
    ],
)
def test_only_those_count_whom_the_floor_names(
    floor: Floor, names: list[str], expected: float
) -> None:
    assert cost(floor, *names) == expected


def test_whoever_is_at_a_meal_is_not_there() -> None:
    meal = PlannedActivity(ActivityKind.MEAL, 9, 10, False)
    made = floored(Floor(1, weekdays=(0,), cost=5.0))
    (match,) = matches(made, Shift("a0", "morning", 8, 12, (meal,)))
    assert (match.day, match.amount, match.cost) == (MONDAY, 1.0, 5.0)
    assert "09:00 to 10:00" in match.detail


def test_without_a_window_a_floor_holds_where_its_group_is_wanted() -> None:
    required = demand(7, range(8, 12), 1.0, groups=2)
    required[0, :10] = 0
    made = floored(Floor(1, group="g0", weekdays=(0,), cost=1.0), required=required)
    assert sum(match.amount for match in matches(made)) == 2
    whole = floored(Floor(1, weekdays=(0,), cost=1.0), required=required)
    assert sum(match.amount for match in matches(whole)) == 4


def test_a_window_is_read_on_the_clock_of_the_site() -> None:
    made = floored(Floor(1, site="there", weekdays=(1,), start_minute=480, end_minute=600))
    (match,) = matches(made)
    assert (match.day, match.amount) == (MONDAY + timedelta(days=1), 2.0)
    # Eight o'clock in London is nine on the grid.
    assert matches(made, shift("a2", 1, 9)) == []
    assert [match.amount for match in matches(made, shift("a2", 1, 8, 2))] == [1.0]


def test_a_window_may_run_past_midnight() -> None:
    made = floored(Floor(1, weekdays=(6,), start_minute=22 * 60, end_minute=26 * 60))
    # Sunday night ends the period; the night before Monday began on a Sunday as well.
    assert [match.amount for match in matches(made)] == [2.0, 2.0]


def test_a_watch_has_its_people_and_the_price_of_a_slot() -> None:
    made = floored(Floor(2, group="g0", weekdays=(0,), cost=8.0))
    views = views_of(made)
    (watch,) = floors.shared(views[0].whole, views)
    assert watch.agents.tolist() == [0, 2]
    assert np.flatnonzero(watch.needed).tolist() == [8, 9, 10, 11]
    assert watch.needed.max() == 2
    assert watch.price == 8.0


def test_a_floor_that_never_holds_has_no_watch() -> None:
    made = floored(Floor(1), required=np.zeros((2, 168)))
    views = views_of(made)
    assert list(floors.shared(views[0].whole, views)) == []
