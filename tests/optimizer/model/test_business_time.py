"""Clocks that stop at night, at weekends and while the customer is awaited."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import BusinessTime, ServiceGoal, TimeGrid

PARIS = ZoneInfo("Europe/Paris")
HOUR = 3600.0
OFFICE = dict.fromkeys(range(5), (8 * 60, 18 * 60))
TICKETS = ServiceGoal(first_response_seconds=2 * HOUR, resolution_seconds=48 * HOUR)


def office(first: date, days: int = 14) -> BusinessTime:
    """Return Monday to Friday from 8 to 18 in Paris."""
    return BusinessTime.weekly(TimeGrid.of_days(first, days, 30, "Europe/Paris"), OFFICE)


def at(calendar: BusinessTime, *clock: int) -> float:
    return calendar.seconds(datetime(*clock, tzinfo=PARIS))


def local(calendar: BusinessTime, instant: float) -> str:
    moment = calendar.grid.start.astimezone(ZoneInfo("UTC")) + timedelta(seconds=float(instant))
    return moment.astimezone(PARIS).strftime("%a %d %H:%M")


def test_two_hours_from_friday_evening_end_on_monday_morning() -> None:
    calendar = office(date(2026, 11, 23))
    due = calendar.deadline(at(calendar, 2026, 11, 27, 17), 2 * HOUR)
    assert local(calendar, due) == "Mon 30 09:00"


@pytest.mark.parametrize(
    "friday", [(2026, 3, 27), (2026, 10, 23)], ids=["clocks go forward", "clocks go back"]
)
def test_a_weekend_on_which_the_clocks_change_leaves_the_clock_time_as_it_is(
    friday: tuple[int, int, int],
) -> None:
    calendar = office(date(*friday))
    due = calendar.deadline(at(calendar, *friday, 17, 0), 2 * HOUR)
    assert local(calendar, due)[-5:] == "09:00"
    assert calendar.elapsed(at(calendar, *friday, 17, 0), due) == 2 * HOUR


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 10, 26), 24)]
)
def test_a_desk_that_never_closes_counts_the_hours_that_really_pass(
    day: tuple[int, int, int], hours: int
) -> None:
    grid = TimeGrid.of_days(date(*day), 2, 30, "Europe/Paris")
    calendar = BusinessTime.weekly(grid, dict.fromkeys(range(7), (0, 24 * 60)))
    noon = at(calendar, *day, 12)
    assert calendar.elapsed(0.0, noon) == (hours - 12) * HOUR
    assert calendar.deadline(0.0, (hours - 12) * HOUR) == noon


def test_forty_eight_open_hours_are_almost_five_office_days() -> None:
    calendar = office(date(2026, 11, 23))
    created = at(calendar, 2026, 11, 23, 9)
    due = calendar.deadlines(TICKETS, created)
    assert local(calendar, due.first_response) == "Mon 23 11:00"
    assert local(calendar, due.resolution) == "Fri 27 17:00"


def test_a_holiday_is_closed_all_day() -> None:
    grid = TimeGrid.of_days(date(2026, 12, 24), 7, 30, "Europe/Paris")
    calendar = BusinessTime.weekly(grid, OFFICE, [date(2026, 12, 25)])
    due = calendar.deadline(at(calendar, 2026, 12, 24, 17, 30), HOUR)
    assert local(calendar, due) == "Mon 28 08:30"


def test_what_runs_out_at_closing_time_is_due_then_however_it_is_rounded() -> None:
    calendar = office(date(2026, 11, 23))
    closing = at(calendar, 2026, 11, 23, 18)
    for before in (0.1, 1 / 3, 777.7, 3599.9):
        assert calendar.deadline(closing - before, before) == pytest.approx(closing, abs=1e-5)


def test_a_ticket_of_the_night_starts_its_clock_in_the_morning() -> None:
    calendar = office(date(2026, 11, 23))
    assert calendar.elapsed(0.0, 8 * HOUR) == 0.0
    assert calendar.deadline(3 * HOUR, 2 * HOUR) == 10 * HOUR
    assert calendar.deadline(3 * HOUR, 0.0) == 3 * HOUR


def test_waiting_for_the_customer_moves_the_deadline_by_the_open_time_of_the_wait() -> None:
    calendar = office(date(2026, 11, 23))
    nine, noon = 9 * HOUR, 12 * HOUR
    assert calendar.deadline(nine, 4 * HOUR, [(10 * HOUR, noon)]) == 15 * HOUR
    # From 17:00 over the night to 9:00 only two hours are open.
    overnight = [(17 * HOUR, (24 + 9) * HOUR)]
    assert calendar.deadline(noon, 6 * HOUR, overnight) == (24 + 10) * HOUR
    assert calendar.elapsed(noon, (24 + 10) * HOUR, overnight) == 6 * HOUR


def test_a_wait_that_begins_after_the_deadline_does_not_move_it() -> None:
    calendar = office(date(2026, 11, 23))
    assert calendar.deadline(9 * HOUR, HOUR, [(11 * HOUR, 12 * HOUR)]) == 10 * HOUR


def test_while_the_customer_is_awaited_there_is_no_deadline() -> None:
    calendar = office(date(2026, 11, 23))
    assert calendar.deadline(9 * HOUR, 2 * HOUR, [(10 * HOUR, np.inf)]) == np.inf
    assert calendar.elapsed(9 * HOUR, 30 * HOUR, [(10 * HOUR, np.inf)]) == HOUR


def test_time_that_two_waits_share_counts_once() -> None:
    calendar = office(date(2026, 11, 23))
    waits = [(9 * HOUR, 12 * HOUR), (10 * HOUR, 13 * HOUR), (11 * HOUR, 10 * HOUR)]
    assert calendar.deadline(9 * HOUR, HOUR, waits) == 14 * HOUR
    assert calendar.elapsed(9 * HOUR, 14 * HOUR, waits) == HOUR


def test_many_tickets_are_answered_in_one_call() -> None:
    calendar = office(date(2026, 11, 23))
    created = np.array([9.0, 17.0, 20.0]) * HOUR
    waits = [(np.array([9.5, 0.0, 0.0]) * HOUR, np.array([10.5, 0.0, 0.0]) * HOUR)]
    assert calendar.deadline(created, 2 * HOUR, waits) == pytest.approx(
        np.array([12.0, 33.0, 34.0]) * HOUR
    )
    due = calendar.deadlines(ServiceGoal(first_response_seconds=HOUR), created)
    assert np.isinf(due.resolution).all()
    assert due.first_response.shape == due.resolution.shape == (3,)


def test_beyond_the_calendar_there_is_no_deadline() -> None:
    calendar = office(date(2026, 11, 23), days=1)
    assert calendar.deadline(17 * HOUR, 2 * HOUR) == np.inf
    assert calendar.elapsed(-HOUR, 1e9) == 10 * HOUR


@given(
    st.lists(st.booleans(), min_size=4, max_size=4).filter(any),
    st.integers(0, 1100),
    st.integers(0, 800),
    st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 300)), max_size=3),
)
def test_clocks_agree_with_counting_seconds(
    opened: list[bool], created: int, allowed: int, waits: list[tuple[int, int]]
) -> None:
    calendar = BusinessTime(TimeGrid.of_days(date(2026, 11, 23), 1, 5), np.array(opened * 72))
    pauses = sorted((since, since + length) for since, length in waits)
    # Counted second by second: does the clock run in it?
    runs = np.repeat(opened * 72, 300)
    runs[:created] = False
    for since, until in pauses:
        runs[since:until] = False
    passed = np.concatenate([[0], np.cumsum(runs)])
    expected = max(created, int(np.argmax(passed >= allowed)))
    assert calendar.deadline(created, allowed, pauses) == expected
    assert calendar.elapsed(created, 5000.0, pauses) == passed[max(created, 5000)]


@given(st.floats(0.0, 1e6), st.floats(0.0, 2e5), st.floats(0.0, 2e5))
def test_open_time_adds_up_along_the_way(created: float, first: float, second: float) -> None:
    calendar = office(date(2026, 3, 23), 28)
    middle = calendar.deadline(created, first)
    assert calendar.deadline(middle, second) == pytest.approx(
        calendar.deadline(created, first + second), abs=1e-4
    )
    assert calendar.elapsed(created, middle) == pytest.approx(first, abs=1e-4)


def test_every_problem_is_told() -> None:
    grid = TimeGrid.of_days(date(2026, 11, 23), 1, 30)
    with pytest.raises(InvalidInput) as shape:
        BusinessTime(grid, np.ones(47, dtype=bool))
    assert [issue.pointer for issue in shape.value.issues] == ["/open_slots"]
    with pytest.raises(InvalidInput) as hours:
        BusinessTime.weekly(grid, {7: (0, 60), 0: (600, 60), 1: (0, 1441)})
    assert [issue.pointer for issue in hours.value.issues] == ["/hours/7", "/hours/0", "/hours/1"]
    calendar = office(date(2026, 11, 23))
    with pytest.raises(InvalidInput) as instants:
        calendar.elapsed(np.nan, [1.0, np.nan])
    assert [issue.pointer for issue in instants.value.issues] == ["/start_s", "/end_s"]
    with pytest.raises(InvalidInput):
        calendar.deadline(0.0, -1.0)
