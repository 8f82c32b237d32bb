"""Notice, the frozen past and the price of changes: what a roster that stood before asks for."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from optimizer.model import (
    Absence,
    Agent,
    ChangePrices,
    Directives,
    Fairness,
    Range,
    RosterProblem,
    RuleName,
    Shift,
    ShiftDemand,
    ShiftTemplate,
    change_prices,
)
from optimizer.roster.rules import changes, frozen, notice
from optimizer.roster.rules.standing import fixed_activities
from optimizer.roster.verify import verify
from tests.optimizer.roster.agreement import as_roster, checked, drawn_plan, views_of
from tests.optimizer.roster.cases import MORNING, demand, problem, roster, shift

EVENING = ShiftTemplate("evening", 17 * 60, 18 * 60, (240,), step_minutes=60)
NOON = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Europe/Paris"))
"""Wednesday, when the morning shift ends."""


def replanned(
    *before: Shift,
    now: datetime | None = NOON,
    prices: ChangePrices = ChangePrices(),  # noqa: B008 - frozen
    absences: tuple[Absence, ...] = (),
    **more: Any,
) -> RosterProblem:
    made = problem(
        agents=(Agent("a0", "c", "here", {"s0": 3}, absences=absences),),
        templates=(MORNING, EVENING),
        directives=Directives(changes=prices, now=now),
        **more,
    )
    return replace(made, previous=roster(made, *before))


def evening(day: int, hour: int = 17) -> Shift:
    return shift("a0", day, hour, template="evening")


MONDAY_MORNING, TODAY = shift("a0", 0), shift("a0", 2)


def test_a_shift_is_called_in_time_or_stood_there_before() -> None:
    made = replanned(evening(3), now=NOON, notice_hours=29)

    def cost(*shifts: Shift) -> float:
        return checked(notice, made, roster(made, *shifts))[0]

    assert cost(shift("a0", 3)) == math.inf
    assert cost(evening(3)) == 0
    assert cost(evening(3, 18)) == 0
    assert cost(shift("a0", 4)) == 0
    later = replanned(evening(3), now=NOON, notice_hours=31)
    assert checked(notice, later, roster(later, evening(3)))[0] == 0
    assert checked(notice, later, roster(later, evening(3, 18)))[0] == math.inf


def test_short_notice_may_have_a_price_per_shift() -> None:
    made = replanned(notice_hours=48, soft={RuleName.NOTICE: 5.0})
    assert checked(notice, made, roster(made, shift("a0", 3), evening(4))) == [5.0]
    unknown = replanned(now=None, notice_hours=48)
    assert checked(notice, unknown, roster(unknown, shift("a0", 3))) == [0]


def broken(made: RosterProblem, *shifts: Shift) -> bool:
    return checked(frozen, made, roster(made, *shifts))[0] == math.inf


def test_what_has_begun_stays_and_nothing_new_begins_in_the_past() -> None:
    made = replanned(MONDAY_MORNING, TODAY, evening(4))
    assert not broken(made, MONDAY_MORNING, TODAY)
    assert broken(made, MONDAY_MORNING)
    assert broken(made, MONDAY_MORNING, evening(2))
    assert broken(made, MONDAY_MORNING, shift("a0", 1), TODAY)
    assert not broken(made, MONDAY_MORNING, TODAY, shift("a0", 3), evening(5))


def test_a_shift_that_begins_at_the_moment_of_planning_has_begun() -> None:
    at_eight = NOON.replace(hour=8)
    made = replanned(TODAY, now=at_eight)
    assert broken(made)
    assert not broken(replanned(TODAY, now=at_eight - timedelta(minutes=1)))


def test_whoever_went_home_sick_does_not_work_on_and_may_come_back_later() -> None:
    sick = Absence(NOON.replace(hour=10), NOON.replace(hour=16))
    made = replanned(TODAY, now=NOON.replace(hour=10), absences=(sick,))
    assert not broken(made)
    assert not broken(made, evening(2))
    assert broken(replanned(TODAY, now=NOON.replace(hour=10)))


def test_nothing_is_frozen_without_a_roster_before_or_a_moment() -> None:
    made = replanned(TODAY, now=None)
    assert not broken(made, shift("a0", 1))
    assert not broken(replace(replanned(), previous=None), shift("a0", 1))


def test_activities_of_a_shift_that_has_begun_are_fixed() -> None:
    whole = views_of(replanned(MONDAY_MORNING, evening(4)))[0].whole
    assert fixed_activities(whole) == {(0, 0): ()}


@pytest.mark.parametrize(
    ("shifts", "cost"),
    [
        ([MONDAY_MORNING, TODAY], 0),
        ([MONDAY_MORNING], 20),
        ([MONDAY_MORNING, TODAY, evening(4)], 1),
        ([MONDAY_MORNING, evening(2)], 300),
        ([], 40),
    ],
)
def test_every_kind_of_change_has_its_price(shifts: list[Shift], cost: float) -> None:
    made = replanned(MONDAY_MORNING, TODAY, prices=ChangePrices(1.0, 20.0, 300.0))
    assert checked(changes, made, roster(made, *shifts)) == [cost]


def test_without_a_roster_before_nothing_is_a_change() -> None:
    made = replace(replanned(prices=ChangePrices(1.0, 20.0, 300.0)), previous=None)
    assert checked(changes, made, roster(made, TODAY)) == [0]


def test_where_the_fewest_changes_go_first_one_is_dearer_than_all_else_together() -> None:
    made = replanned(
        MONDAY_MORNING,
        now=None,
        prices=ChangePrices(moved=1.0, fewest_first=True),
        required=demand(7, range(8, 22), 3.0),
        fairness=Fairness(5.0, 5.0, 600, 5.0),
        hourly_cost=9.0,
        weekend_premium=1.0,
        call_cost=30.0,
        shifts_per_week=Range(0, 1),
        soft={RuleName.SHIFTS_PER_WEEK: 40.0, RuleName.REST: 0.5},
        rest_minutes=1200,
    )
    wanted = tuple(ShiftDemand(day, "morning", 4) for day in made.requirement.grid.days())
    made = replace(made, directives=replace(made.directives, shift_demand=wanted))
    views = views_of(made)
    rosters = [
        as_roster(views, drawn_plan(views, seed, free))
        for seed in range(8)
        for free in (0.0, 0.5, 1.0)
    ]
    found = [verify(made, given) for given in rosters]
    others = [judged.objective - judged.costs.get(RuleName.CHANGES, 0.0) for judged in found]
    prices = change_prices(made)
    assert max(others) - min(others) > 800
    assert min(prices.called, prices.cancelled, prices.moved - 1) > max(others) - min(others)
    numbers = [sum(m.rule is RuleName.CHANGES for m in judged.matches) for judged in found]
    by_changes = sorted(range(len(found)), key=lambda i: numbers[i])
    for fewer, more in pairwise(by_changes):
        if numbers[fewer] < numbers[more]:
            assert found[fewer].objective < found[more].objective


def test_prices_of_changes_stay_as_they_are_where_others_go_first() -> None:
    prices = ChangePrices(1.0, 2.0, 3.0)
    assert change_prices(replanned(prices=prices)) is prices
