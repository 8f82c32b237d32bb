"""Absences: no shift touches them, whatever the zone they are written in."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from optimizer.model import Absence, Shift
from optimizer.roster.rules import absences
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import MORNING, PARIS, problem, shift
from tests.optimizer.roster.rules.pricing import person, price

ZONE = ZoneInfo(PARIS)


@pytest.mark.parametrize(
    ("begin", "end", "missed"),
    [((6, 0), (8, 0), 0), ((12, 0), (18, 0), 0), ((11, 45), (18, 0), 15), ((0, 0), (23, 0), 240)],
)
def test_the_minutes_of_a_shift_that_fall_into_an_absence_cost(
    begin: tuple[int, int], end: tuple[int, int], missed: float
) -> None:
    times = (datetime(2026, 11, 24, *hour, tzinfo=ZONE) for hour in (begin, end))
    made = problem(agents=person(absences=(Absence(*times),)), soft={"absence": 1.0})
    assert price(absences, made, shift("a0", 0), shift("a0", 1)) == missed


def test_a_shift_that_touches_an_absence_is_refused() -> None:
    leave = Absence(datetime(2026, 11, 24, 11, tzinfo=ZONE), datetime(2026, 11, 26, 8, tzinfo=ZONE))
    made = problem(agents=person(absences=(leave,)))
    assert [math.isinf(price(absences, made, shift("a0", day))) for day in range(5)] == [
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("zone", [ZONE, UTC, ZoneInfo("Asia/Tokyo")], ids=str)
def test_an_absence_is_elapsed_time_though_clocks_change(zone: tzinfo) -> None:
    begin = datetime(2026, 3, 29, 10, tzinfo=ZONE).astimezone(zone)
    end = datetime(2026, 3, 29, 11, tzinfo=ZONE).astimezone(zone)
    made = problem(
        agents=person(absences=(Absence(begin, end),)),
        first=date(2026, 3, 29),
        days=1,
        soft={"absence": 1.0},
    )
    # Clocks have gone forward by then: eight o'clock is slot 7.
    assert price(absences, made, Shift("a0", MORNING.id, 7, 11)) == 60


def test_an_absence_outside_of_all_shifts_needs_no_form() -> None:
    night = Absence(datetime(2026, 11, 24, 1, tzinfo=ZONE), datetime(2026, 11, 24, 2, tzinfo=ZONE))
    made = problem(agents=person(absences=(night,)))
    assert list(absences.forms(views_of(made)[0])) == []
