"""Windows tile the period, and what they decided stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import Roster, RosterProblem
from optimizer.roster.periods.rolling import roll, windows
from optimizer.roster.periods.stretch import cut, part_of
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import demand, problem, soon
from tests.optimizer.roster.periods.solving import window

DAY = timedelta(days=1)


@given(
    first=st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    days=st.integers(1, 400),
    weeks=st.integers(1, 6),
    kept=st.integers(1, 6),
)
def test_the_days_that_windows_keep_tile_the_period(
    first: date, days: int, weeks: int, kept: int
) -> None:
    last, kept = first + (days - 1) * DAY, min(weeks, kept)
    cuts = list(windows(first, last, weeks, kept))
    opening = first
    for begin, seen, keep in cuts:
        assert begin == opening
        assert begin <= keep <= seen <= last
        assert seen == last or (seen.weekday() == 6 and keep.weekday() == 6)
        opening = keep + DAY
    assert opening == last + DAY


def test_what_a_window_decided_is_what_the_period_has() -> None:
    made = problem(agents=2, days=28, required=demand(28, range(8, 12), 1.0))
    parts: list[tuple[date, Roster]] = []

    def remembered(part: RosterProblem, limit: Deadline, near: Roster | None) -> Roster:
        found = window(part, limit, near)
        parts.append((part.requirement.grid.days()[0], found))
        return found

    whole = roll(made, remembered, soon(), weeks=2, kept=1)
    assert whole is not None
    assert len(parts) == 3
    for first, found in parts[:-1]:
        kept = cut(made.requirement.grid, first, first + 6 * DAY)
        assert part_of(whole, kept).shifts == part_of(found, kept).shifts


def test_every_window_is_told_before_it_is_solved() -> None:
    made = problem(days=21)
    days, told = made.requirement.grid.days(), list[tuple[date, date]]()
    roll(made, window, soon(), weeks=2, kept=1, told=lambda a, b: told.append((a, b)))
    assert told == [(days[0], days[13]), (days[7], days[20])]


def test_without_time_there_is_no_roster() -> None:
    late = Deadline.after(0.0)
    assert roll(problem(days=21), window, late) is None


@pytest.mark.parametrize("days", [5, 7, 14])
def test_a_period_of_one_window_is_solved_at_once(days: int) -> None:
    made = problem(days=days, required=demand(days, range(8, 12), 1.0))
    whole = roll(made, window, soon())
    assert whole is not None
    assert whole.shifts == window(made, soon(), None).shifts
