"""Time zones: stamps with offsets become wall times, and the two odd days a year are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import History, InvalidHistory, history_from_frame
from forecasts.calendars import learn_calendar
from forecasts.errors import Issue
from forecasts.gaps import make_whole
from forecasts.history.clocks import end_of, local_times, real_share
from forecasts.history.columns import NO_OFFSET, Stamps
from forecasts.history.log import IssueLog
from forecasts.notes import history_notes

NEW_YORK = "America/New_York"


def utc_rows(first: str, hours: int, offset: Callable[[pd.Timestamp], str]) -> pd.DataFrame:
    """Return rows for consecutive hours from `first` in UTC; row n has n contacts."""
    instants = pd.date_range(first, periods=hours, freq="h", tz="UTC")
    return pd.DataFrame(
        {"start": [offset(instant) for instant in instants], "offered": np.arange(float(hours))}
    )


def as_zulu(instant: pd.Timestamp) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def as_local(instant: pd.Timestamp) -> str:
    return instant.tz_convert(NEW_YORK).isoformat()


def codes(history: History) -> list[str]:
    return [issue.code for issue in history.issues]


def test_stamps_in_utc_and_with_local_offsets_are_the_same_history() -> None:
    # From the evening before clocks are set back (3 November 2024) to the evening after.
    rows = utc_rows("2024-11-02T20:00", 48, as_zulu), utc_rows("2024-11-02T20:00", 48, as_local)
    zulu, local = (history_from_frame(frame, zone=NEW_YORK) for frame in rows)
    assert zulu.starts.equals(local.starts)
    np.testing.assert_array_equal(zulu.offered, local.offered)
    assert codes(zulu) == codes(local) == ["doubled_hour"]


def test_the_hour_that_comes_twice_has_the_rate_of_one_interval() -> None:
    history = history_from_frame(utc_rows("2024-11-03T04:00", 24, as_zulu), zone=NEW_YORK)
    # 04:00 UTC is midnight in New York; 05:00 and 06:00 UTC are both 01:00.
    assert history.offered[0, :4].tolist() == [0.0, 1.5, 3.0, 4.0]
    assert history.slots_per_day == 24


def test_local_rows_without_an_offset_are_told_apart_by_their_order() -> None:
    wall = ["00:00", "01:00", "01:00", "02:00"]
    frame = pd.DataFrame({"start": [f"2024-11-03 {time}" for time in wall], "offered": range(4)})
    history = history_from_frame(frame, zone=NEW_YORK)
    assert history.offered[0, :3].tolist() == [0.0, 1.5, 3.0]
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(frame)
    assert [issue.code for issue in caught.value.issues] == ["duplicate_interval"]


def test_a_third_row_in_the_doubled_hour_repeats_one() -> None:
    frame = utc_rows("2024-11-03T04:00", 24, as_zulu)
    frame = pd.concat([frame, frame.iloc[[2]]], ignore_index=True)
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(frame, zone=NEW_YORK)
    assert [issue.pointer for issue in caught.value.issues if issue.severity == "error"] == [
        "/rows/24/start"
    ]


def test_handling_times_of_the_doubled_hour_are_weighted_by_contacts() -> None:
    frame = utc_rows("2024-11-03T04:00", 24, as_zulu).assign(aht_s=100.0)
    frame.loc[2, "aht_s"] = 400.0
    history = history_from_frame(frame, zone=NEW_YORK)
    assert history.aht_s is not None
    assert history.aht_s[0, 1] == (1 * 100 + 2 * 400) / 3


def test_the_hour_that_never_was_is_neither_a_gap_nor_a_closure() -> None:
    # Eight weeks around the clock, with 10 March 2024 in the middle.
    frame = utc_rows("2024-02-10T05:00", 24 * 56 - 1, as_zulu)
    frame["offered"] = 50.0
    history = history_from_frame(frame, zone=NEW_YORK)
    series = history.series(0)
    assert series.skipped is not None
    (spring,) = np.argwhere(series.skipped)
    assert (str(series.days[spring[0]]), spring[1]) == ("2024-03-10", 2)
    calendar = learn_calendar(series)
    whole = make_whole(series, calendar)
    assert len(calendar.closures) == 0
    assert whole.series.offered[tuple(spring)] == 50.0, "filled for learning"
    assert not whole.actual[tuple(spring)], "never scored"
    assert whole.filled == 0
    assert [note.code for note in history_notes("all", series, whole, calendar)] == []


def test_rows_in_the_hour_that_never_was_are_left_out_and_told() -> None:
    frame = pd.DataFrame(
        {"start": pd.date_range("2024-03-10", periods=24, freq="h"), "offered": [1.0] * 24}
    )
    history = history_from_frame(frame, zone=NEW_YORK)
    assert np.isnan(history.offered[0, 2])
    assert np.nansum(history.offered) == 23
    assert [(issue.code, issue.pointer) for issue in history.issues] == [
        ("skipped_hour", "/rows/2/start")
    ]


def test_without_a_zone_two_offsets_are_an_error_that_names_the_remedy() -> None:
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(utc_rows("2024-11-02T20:00", 24, as_local))
    assert {issue.code for issue in caught.value.issues if issue.severity == "error"} >= {
        "mixed_time_zones"
    }
    assert "--zone" in caught.value.issues[0].detail


def test_stamps_of_a_frame_bring_their_own_zone() -> None:
    starts = pd.date_range("2024-11-03", periods=25, freq="h", tz=NEW_YORK)
    history = history_from_frame(pd.DataFrame({"start": starts, "offered": range(25)}))
    assert history.zone == NEW_YORK
    assert history.offered[0, :3].tolist() == [0.0, 1.5, 3.0]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc", "europe london"])
def test_a_zone_that_does_not_exist_is_told(zone: str) -> None:
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(utc_rows("2024-01-01", 24, as_zulu), zone=zone)
    assert [issue.pointer for issue in caught.value.issues] == ["/zone"]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["Europe/Berlin", NEW_YORK, "Asia/Kolkata", "Australia/Sydney", "UTC"]),
    st.datetimes(datetime(2024, 6, 1), datetime(2024, 8, 1)),
    st.integers(-12 * 4, 14 * 4),
    st.randoms(use_true_random=False),
)
def test_away_from_the_change_of_clocks_any_offset_reads_like_local_time(
    zone: str, first: datetime, quarters: int, random: object
) -> None:
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    local = [midnight + timedelta(minutes=30) * step for step in range(60)]
    offset = timezone(timedelta(minutes=15 * quarters))
    stamps = [time.replace(tzinfo=ZoneInfo(zone)).astimezone(offset).isoformat() for time in local]
    rows = list(zip(stamps, range(60), strict=True))
    random.shuffle(rows)  # type: ignore[attr-defined]
    read = history_from_frame(pd.DataFrame(rows, columns=["start", "offered"]), zone=zone)
    plain = history_from_frame(pd.DataFrame({"start": local, "offered": range(60)}))
    assert read.starts.equals(plain.starts)
    np.testing.assert_array_equal(read.offered, plain.offered)
    assert not [issue for issue in read.issues if isinstance(issue, Issue)]


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        (NEW_YORK, "2024-03-10", {2: 0.0}),
        (NEW_YORK, "2024-11-03", {1: 2.0}),
        ("Australia/Lord_Howe", "2024-04-07", {1: 1.5}),
        ("Asia/Kolkata", "2024-03-10", {}),
    ],
)
def test_how_long_each_hour_of_a_day_really_is(
    zone: str, day: str, expected: dict[int, float]
) -> None:
    share = real_share(pd.date_range(day, periods=24, freq="h"), 60, zone)
    assert {hour: share[hour] for hour in np.flatnonzero(share != 1)} == expected


def test_a_time_with_an_offset_ends_the_record_at_its_local_time() -> None:
    noon = datetime(2024, 7, 1, 12, tzinfo=UTC)
    assert end_of(noon, NEW_YORK) == np.datetime64("2024-07-01T08:00")
    with pytest.raises(ValueError, match="zone"):
        end_of(noon, None)


@pytest.mark.parametrize("year", ["-0001", "1850", "9000"])
def test_years_before_and_after_all_changes_of_clocks_are_as_they_are_written(year: str) -> None:
    wall = np.array([f"{year}-03-01T10:00"], dtype="datetime64[us]")
    stamps = Stamps(wall, np.array([NO_OFFSET], dtype=np.int16))
    told = local_times(stamps, NEW_YORK, "start", IssueLog())
    assert told.wall.tolist() == wall.tolist()
