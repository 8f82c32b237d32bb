from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import TimeGrid, check_grid

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]


def grids() -> st.SearchStrategy[TimeGrid]:
    return st.builds(
        TimeGrid.of_days,
        st.dates(date(2024, 1, 1), date(2027, 12, 31)),
        st.integers(1, 10),
        st.sampled_from([5, 10, 15, 30]),
        st.sampled_from(ZONES),
    )


def test_a_week_without_a_clock_change_has_336_half_hours() -> None:
    grid = TimeGrid.of_days(date(2026, 11, 23), 7, 30, "Europe/Paris")
    assert grid.count == 336
    assert grid.local(48) == datetime(2026, 11, 24, tzinfo=ZoneInfo("Europe/Paris"))
    assert grid.end == datetime(2026, 11, 30, tzinfo=ZoneInfo("Europe/Paris"))


def test_the_day_on_which_clocks_go_back_has_25_hours() -> None:
    grid = TimeGrid.of_days(date(2026, 10, 24), 3, 60, "Europe/Paris")
    assert np.diff(grid.day_bounds()).tolist() == [24, 25, 24]
    assert [d.isoformat() for d in grid.days()] == ["2026-10-24", "2026-10-25", "2026-10-26"]


def test_the_day_on_which_clocks_go_forward_has_23_hours() -> None:
    grid = TimeGrid.of_days(date(2026, 3, 28), 3, 60, "Europe/Paris")
    assert np.diff(grid.day_bounds()).tolist() == [24, 23, 24]


def test_a_clock_time_after_a_change_of_clocks_is_counted_in_elapsed_time() -> None:
    grid = TimeGrid.of_days(date(2026, 10, 25), 1, 60, "Europe/Paris")
    assert grid.slot_of(date(2026, 10, 25), 9 * 60) == 10


def test_minutes_past_midnight_run_on_into_the_next_day() -> None:
    grid = TimeGrid.of_days(date(2026, 11, 23), 2, 30)
    assert grid.slot_of(date(2026, 11, 23), 25 * 60) == 50


def test_wall_times_repeat_the_hour_that_comes_twice() -> None:
    grid = TimeGrid.of_days(date(2026, 10, 25), 1, 60, "Europe/Paris")
    hours = grid.wall_times().astype("datetime64[h]").astype(int) % 24
    assert hours.tolist() == [0, 1, 2, 2, *range(3, 24)]


@given(grids(), st.data())
def test_every_slot_contains_the_instant_at_which_it_begins(
    grid: TimeGrid, data: st.DataObject
) -> None:
    slot = data.draw(st.integers(-50, grid.count + 50))
    assert grid.slot_at(grid.local(slot)) == slot
    assert grid.slot_at(grid.local(slot) + timedelta(seconds=1)) == slot


@given(grids())
def test_days_partition_the_slots_and_agree_with_the_local_clock(grid: TimeGrid) -> None:
    bounds, days = grid.day_bounds(), grid.days()
    assert bounds[0] == 0
    assert bounds[-1] == grid.count
    assert (np.diff(bounds) > 0).all()
    of_slot = grid.day_of_slot()
    walls = grid.wall_times()
    for slot in range(0, grid.count, 7):
        assert days[of_slot[slot]] == grid.local(slot).date()
        assert walls[slot] == np.datetime64(grid.local(slot).replace(tzinfo=None), "m")


@pytest.mark.parametrize(
    ("grid", "codes"),
    [
        (TimeGrid(datetime(2026, 1, 1), 30, 48), ["missing_offset"]),
        (TimeGrid(datetime(2026, 1, 1, tzinfo=UTC), 7, 48), ["bad_interval"]),
        (TimeGrid(datetime(2026, 1, 1, tzinfo=UTC), 0, 48), ["bad_interval"]),
        (TimeGrid(datetime(2026, 1, 1, tzinfo=UTC), 30, 0), ["out_of_range"]),
        (TimeGrid(datetime(2026, 1, 1, tzinfo=UTC), 30, 1, "Mars/Base"), ["unknown_zone"]),
        (TimeGrid(datetime(2026, 1, 1, tzinfo=UTC), 30, 1, "../x"), ["unknown_zone"]),
        (
            TimeGrid(datetime(2026, 1, 1), -5, -1, ""),
            ["missing_offset", "unknown_zone", "out_of_range", "bad_interval"],
        ),
    ],
)
def test_everything_wrong_with_a_grid_is_reported_at_once(grid: TimeGrid, codes: list[str]) -> None:
    assert [issue.code for issue in check_grid(grid)] == codes
