"""Rest: between shifts, after the last one before the period, and over changes of the clock."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from optimizer.model import History, Shift, ShiftTemplate
from optimizer.roster.rules import rest
from tests.optimizer.roster.cases import PARIS, problem, shift
from tests.optimizer.roster.rules.pricing import person, price

ANY = ShiftTemplate("any", 0, 23 * 60, (240, 720), step_minutes=60)


def worked(day: int, hour: int, hours: int = 4) -> Shift:
    return shift("a0", day, hour, hours, "any")


def cost(*shifts: Shift, **fields: object) -> float:
    return price(rest, problem(templates=(ANY,), **fields), *shifts)


def test_rest_of_exactly_the_right_length_is_enough() -> None:
    assert cost(worked(0, 18), worked(1, 9), rest_minutes=660) == 0
    assert math.isinf(cost(worked(0, 18), worked(1, 8), rest_minutes=660))


@pytest.mark.parametrize(("least", "missing"), [(660, 120), (650, 120), (600, 60), (540, 0)])
def test_each_minute_that_is_missing_costs_in_whole_slots(least: int, missing: int) -> None:
    shifts = worked(0, 18), worked(1, 7)
    assert cost(*shifts, rest_minutes=least, soft={"rest": 0.5}) == 0.5 * missing


def test_rest_may_reach_over_a_day_off() -> None:
    shifts = worked(0, 18), worked(2, 8)
    assert cost(*shifts, rest_minutes=2400, soft={"rest": 1.0}) == 2400 - 34 * 60


def test_shifts_that_overlap_are_refused_whatever_rest_costs() -> None:
    overlapping = worked(0, 22, 12), worked(1, 9)
    assert math.isinf(cost(*overlapping, rest_minutes=660, soft={"rest": 0.0}))
    assert math.isinf(cost(*overlapping, rest_minutes=0))
    assert cost(worked(0, 22, 12), worked(1, 10), rest_minutes=0) == 0


def test_the_last_shift_before_the_period_is_owed_its_rest() -> None:
    ended = datetime(2026, 11, 22, 22, 30, tzinfo=ZoneInfo(PARIS))
    agents = person(history=History(days_worked=1, last_shift_end=ended))
    assert cost(worked(0, 10), agents=agents, rest_minutes=660) == 0
    assert math.isinf(cost(worked(0, 9), agents=agents, rest_minutes=660))
    assert cost(worked(0, 9), agents=agents, rest_minutes=660, soft={"rest": 1.0}) == 60


def test_a_shift_cannot_begin_before_the_last_one_has_ended() -> None:
    ended = datetime(2026, 11, 23, 6, tzinfo=ZoneInfo(PARIS))
    agents = person(history=History(days_worked=1, last_shift_end=ended))
    assert math.isinf(cost(worked(0, 5), agents=agents, rest_minutes=0, soft={"rest": 0.0}))
    assert cost(worked(0, 6), agents=agents, rest_minutes=0) == 0


def test_the_night_on_which_clocks_go_forward_is_an_hour_shorter() -> None:
    saturday = {"first": date(2026, 3, 28), "days": 2}
    # The period's slots count elapsed hours: 9 h on the new clock is slot 32.
    shifts = worked(0, 18), Shift("a0", "any", 32, 36)
    assert math.isinf(cost(*shifts, rest_minutes=660, **saturday))
    assert cost(*shifts, rest_minutes=600, **saturday) == 0


def test_time_since_the_last_shift_is_elapsed_time_in_every_zone() -> None:
    saturday = {"first": date(2026, 3, 28), "days": 2}
    sunday = Shift("a0", "any", 32, 36)
    for zone in (ZoneInfo(PARIS), UTC):
        ended = datetime(2026, 3, 28, 22, tzinfo=ZoneInfo(PARIS)).astimezone(zone)
        agents = person(history=History(days_worked=1, last_shift_end=ended))
        assert cost(sunday, agents=agents, rest_minutes=600, **saturday) == 0
        later = person(history=History(1, last_shift_end=ended + timedelta(minutes=1)))
        assert math.isinf(cost(sunday, agents=later, rest_minutes=600, **saturday))
