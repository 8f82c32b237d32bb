"""Opening hours: open time and deadlines on days on which clocks change, and far away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import BusinessTime, OpeningHours, OpenWindow, TimeGrid
from optimizer.routing.hours import MICROSECONDS, NEVER, open_time
from tests.optimizer.routing.plain import open_seconds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPRING = datetime(2026, 3, 29, tzinfo=UTC)  # in Paris the clocks go from 2 to 3 that night
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)  # and from 3 to 2 that one


def instant(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def opened(hours: OpeningHours, since: datetime, until: datetime) -> float:
    begin, end = instant(since), instant(until)
    table = open_time(hours, begin, end, begin)
    passed = table.passed(np.array([begin, end]))
    return float(passed[1] - passed[0]) / MICROSECONDS


def due(hours: OpeningHours, since: datetime, seconds: float, years: int = 1) -> datetime | None:
    begin = instant(since)
    table = open_time(hours, begin, begin + years * 366 * 86400 * MICROSECONDS, begin)
    wanted = table.passed(np.array([begin])) + round(seconds * MICROSECONDS)
    (at,) = table.reached(wanted).tolist()
    return None if at == NEVER else EPOCH + timedelta(microseconds=at)


def nightly(opens: int, closes: int, zone: str = "Europe/Paris") -> OpeningHours:
    return OpeningHours(zone, tuple(OpenWindow(day, opens, closes) for day in range(7)))


@pytest.mark.parametrize(
    ("opens", "closes", "day", "hours"),
    [
        (0, 1440, SPRING, 23.0),
        (0, 1440, AUTUMN, 25.0),
        (60, 300, SPRING, 3.0),
        (60, 300, AUTUMN, 5.0),
        (150, 300, SPRING, 2.0),  # opens when the wall clock jumps over half past two
        (150, 300, AUTUMN, 3.0),  # half past two comes twice, and two o'clock in between
        (540, 1020, SPRING, 8.0),
        (120, 180, SPRING, 0.0),
        (120, 180, AUTUMN, 2.0),
    ],
)
def test_a_day_on_which_clocks_change_is_open_as_long_as_its_wall_clock_says(
    opens: int, closes: int, day: datetime, hours: float
) -> None:
    midnight = day - timedelta(hours=1 if day == SPRING else 2)
    until = midnight + timedelta(hours=23 if day == SPRING else 25)
    assert opened(nightly(opens, closes), midnight, until) == 3600 * hours


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 7), st.integers(1, 180)), max_size=9),
    st.sampled_from(["Europe/Paris", "America/St_Johns", "Asia/Kathmandu"]),
    st.sampled_from([SPRING, AUTUMN, datetime(2026, 3, 8, 5, tzinfo=UTC)]),
    st.integers(-2000, 2000),
    st.integers(0, 3000),
)
def test_open_time_is_that_counted_minute_by_minute(
    spans: list[tuple[int, int, int]], zone: str, around: datetime, before: int, length: int
) -> None:
    windows = {(day, slot): OpenWindow(day, 180 * slot, 180 * slot + n) for day, slot, n in spans}
    hours = OpeningHours(zone, tuple(windows.values()), (date(2026, 3, 30),))
    since = around + timedelta(minutes=before, seconds=17)
    until = since + timedelta(minutes=length, seconds=0.25)
    assert opened(hours, since, until) == pytest.approx(open_seconds(hours, since, until))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 20 * 86400), st.integers(1, 200_000))
def test_deadlines_are_those_of_plans_over_slots(created: int, allowed: int) -> None:
    """One window a day on the hour is what a grid of hours can say, too."""
    hours = nightly(540, 1080)
    start = datetime(2026, 3, 20, tzinfo=UTC)
    grid = TimeGrid(start, 60, 24 * 60, "Europe/Paris")
    slots = BusinessTime.weekly(grid, dict.fromkeys(range(7), (540, 1080)))
    expected = slots.deadline(float(created), float(allowed))
    found = due(hours, start + timedelta(seconds=created), allowed)
    assert found is not None
    assert (found - start).total_seconds() == pytest.approx(float(expected))


def test_a_clock_that_runs_out_at_closing_time_is_due_then() -> None:
    hours = nightly(540, 1080, "UTC")
    assert due(hours, datetime(2026, 5, 4, 17, tzinfo=UTC), 3600.0) == datetime(
        2026, 5, 4, 18, tzinfo=UTC
    )
    assert due(hours, datetime(2026, 5, 4, 17, tzinfo=UTC), 3600.5) == datetime(
        2026, 5, 5, 9, 0, 0, 500_000, tzinfo=UTC
    )


def test_what_never_opens_is_never_due() -> None:
    since = datetime(2026, 5, 4, tzinfo=UTC)
    assert due(OpeningHours("UTC", ()), since, 1.0, years=60) is None
    assert opened(OpeningHours("UTC", ()), since, since + timedelta(days=9)) == 0.0


@pytest.mark.parametrize("year", [1, 2, 1800, 9998, 9999])
def test_clocks_that_run_for_centuries_are_counted_for_one(year: int) -> None:
    now = instant(datetime(2026, 5, 4, tzinfo=UTC))
    then = instant(datetime(year, 6, 1, tzinfo=UTC))
    table = open_time(nightly(0, 1440), then, then, now)
    assert len(table.opens) < 152 * 367
    assert (np.diff(table.opens) > 0).all()
