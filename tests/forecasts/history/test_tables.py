"""Reading long tables: what is understood, and what is told about what is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import InvalidHistory, Issue, history_from_frame, read_history


def rows(count: int = 4, **changes: list[object]) -> pd.DataFrame:
    columns: dict[str, object] = {
        "group": ["a"] * count,
        "start": [f"2024-01-01 {hour:02d}:00" for hour in range(8, 8 + count)],
        "offered": [float(hour) for hour in range(count)],
    }
    return pd.DataFrame({**columns, **changes})


def problems(frame: pd.DataFrame, mapping: dict[str, str] | None = None) -> list[str]:
    """Return code and pointer of every issue, with a space between."""
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(frame, mapping)
    return [f"{issue.code} {issue.pointer}" for issue in caught.value.issues]


def test_own_columns_land_on_a_grid_of_whole_days_with_closed_intervals_absent() -> None:
    history = history_from_frame(rows())
    assert history.groups == ("a",)
    assert history.interval_minutes == 60
    assert len(history.starts) == 24
    assert history.offered[0, 8:12].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert np.isnan(history.offered[0, [0, 7, 12, 23]]).all()


def test_the_long_format_and_a_mapping_read_the_same_history() -> None:
    own = history_from_frame(rows())
    names = {"group": "unique_id", "start": "ds", "offered": "y"}
    long = history_from_frame(rows().rename(columns=names))
    other = {"group": "queue", "start": "from", "offered": "calls"}
    mapped = history_from_frame(rows().rename(columns=other), other)
    for history in (long, mapped):
        assert history.groups == own.groups
        assert history.starts.equals(own.starts)
        np.testing.assert_array_equal(history.offered, own.offered)
        assert history.issues == ()


def test_rows_in_any_order_make_the_same_history() -> None:
    frame = pd.concat([rows(), rows(group=["b"] * 4)])
    shuffled = frame.sample(frac=1, random_state=5)
    np.testing.assert_array_equal(
        history_from_frame(frame).offered, history_from_frame(shuffled).offered
    )


def test_a_table_without_groups_is_one_group() -> None:
    assert history_from_frame(rows().drop(columns="group")).groups == ("all",)


def test_times_may_be_stamps_and_a_common_zone_is_dropped_and_told() -> None:
    stamps = rows(start=list(pd.date_range("2024-01-01 08:00", periods=4, freq="h")))
    assert history_from_frame(stamps).offered[0, 9] == 1.0
    zoned = rows(start=[f"2024-01-01T{hour:02d}:00+02:00" for hour in range(8, 12)])
    history = history_from_frame(zoned)
    assert history.offered[0, 9] == 1.0
    assert [issue.code for issue in history.issues] == ["zone_dropped"]


def test_handling_times_may_be_blank_where_nothing_was_handled() -> None:
    history = history_from_frame(rows(aht_s=["180", "", "200.5", None]))
    assert history.aht_s is not None
    np.testing.assert_array_equal(history.aht_s[0, 8:12], [180, np.nan, 200.5, np.nan])


def test_columns_that_are_not_used_are_told() -> None:
    history = history_from_frame(rows(agent=["x"] * 4))
    assert [(issue.code, issue.pointer) for issue in history.issues] == [
        ("unknown_column", "/columns/agent")
    ]


HOURS = [f"2024-01-01 {hour:02d}:00" for hour in range(8, 12)]
SEVENS = [f"2024-01-01 08:{minute:02d}" for minute in (0, 7, 14, 21)]
NONSENSE = {
    "columns missing": (
        rows().drop(columns=["start", "offered"]),
        ["missing_column /columns/start", "missing_column /columns/offered"],
    ),
    "column twice": (
        rows().rename(columns={"offered": "start"}),
        ["duplicate_column /columns/start", "missing_column /columns/offered"],
    ),
    "no rows": (rows(0), ["empty_file "]),
    "one interval": (rows(1), ["history_too_short /rows"]),
    "words": (rows(offered=["1", "many", "3", "4"]), ["not_a_number /rows/1/offered"]),
    "empty cells": (
        rows(offered=["1", "", "3", None]),
        ["missing_value /rows/1/offered", "missing_value /rows/3/offered"],
    ),
    "not finite": (
        rows(offered=["1", "nan", "inf", "-Infinity"]),
        [f"not_finite /rows/{row}/offered" for row in (1, 2, 3)],
    ),
    "numbers not finite or negative": (
        rows(offered=[1.0, np.inf, 3.0, -4.0]),
        ["not_finite /rows/1/offered", "negative_value /rows/3/offered"],
    ),
    "handling times": (
        rows(aht_s=["-1", "x", "2", "inf"]),
        ["not_finite /rows/3/aht_s", "not_a_number /rows/1/aht_s", "negative_value /rows/0/aht_s"],
    ),
    "not ISO": (rows(start=[*HOURS[:3], "31/12/2024 11:00"]), ["unreadable_time /rows/3/start"]),
    "30 February": (
        rows(start=[*HOURS[:3], "2024-02-30 11:00"]),
        ["unreadable_time /rows/3/start"],
    ),
    "no time": (rows(start=[*HOURS[:3], None]), ["unreadable_time /rows/3/start"]),
    "two zones": (
        rows(start=[*HOURS[:3], "2024-01-01T11:00Z"]),
        ["mixed_time_zones /rows/3/start"],
    ),
    "repeated": (rows(start=[*HOURS[:3], HOURS[1]]), ["duplicate_interval /rows/3/start"]),
    "off by minutes": (rows(start=[*HOURS[:3], "2024-01-01 10:07"]), ["off_grid /rows/3/start"]),
    "off by less": (rows(start=[*HOURS[:3], "2024-01-01 11:00:00.5"]), ["off_grid /rows/3/start"]),
    "seven minutes": (rows(start=SEVENS), ["odd_interval /columns/start"]),
    "mistyped year": (rows(start=[*HOURS[:3], "2204-01-01 11:00"]), ["span_too_long /rows"]),
    "no group": (
        rows(group=["a", " ", "a", None]),
        ["empty_group /rows/1/group", "empty_group /rows/3/group"],
    ),
}


@pytest.mark.parametrize(("frame", "expected"), NONSENSE.values(), ids=NONSENSE.keys())
def test_every_nonsense_is_told_with_its_place(frame: pd.DataFrame, expected: list[str]) -> None:
    assert problems(frame) == expected


def test_all_problems_are_told_at_once() -> None:
    frame = rows(
        6,
        group=["a", "a", "a", "", "a", "a"],
        start=["2024-01-01 08:00", "2024-01-01 08:00", "noon", "2024-01-01 09:00",
               "2024-01-01 10:00+01:00", "2024-01-01 11:30"],
        offered=["1", "-2", "3", "x", "", "inf"],
    )  # fmt: skip
    assert {problem.split(" ")[0] for problem in problems(frame)} == {
        "empty_group",
        "mixed_time_zones",
        "unreadable_time",
        "missing_value",
        "not_finite",
        "not_a_number",
        "negative_value",
        "off_grid",
        "duplicate_interval",
    }


def test_a_mapping_to_nowhere_is_told() -> None:
    mapping = {"offered": "calls", "volume": "offered"}
    assert problems(rows(), mapping) == [
        "unknown_mapping /mapping/volume",
        "missing_column /columns/calls",
        "unknown_column /columns/offered",
    ]


def test_of_many_rows_with_one_problem_twenty_are_listed_and_the_rest_counted() -> None:
    frame = pd.DataFrame(
        {"start": pd.date_range("2024-01-01", periods=1000, freq="h"), "offered": [-1.0] * 1000}
    )
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(frame)
    assert len(caught.value.issues) == 21
    assert caught.value.issues[-1].pointer == "/rows"
    assert "980 further rows" in caught.value.issues[-1].detail


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "1", "-3", "nan", "1e999", "2024-01-01 08:00", "2024-01-01T08:30Z"]),
    st.integers(),
    st.floats(),
    st.none(),
    st.datetimes(),
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=6),
    st.permutations(["group", "start", "offered", "aht_s"]),
)
def test_whatever_the_cells_hold_there_is_a_history_or_a_list_of_issues(
    cells: list[tuple[object, ...]], names: list[str]
) -> None:
    issues: tuple[Issue, ...] = ()
    read = 0
    try:
        read = np.isfinite(history_from_frame(pd.DataFrame(cells, columns=names)).offered).sum()
    except InvalidHistory as error:
        issues = error.issues
    assert issues or read == len(cells) > 0


def test_column_names_are_escaped_in_pointers() -> None:
    frame = rows(offered=["x", "1", "2", "3"]).rename(columns={"offered": "in/out~"})
    assert problems(frame, {"offered": "in/out~"}) == ["not_a_number /rows/0/in~1out~0"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"group,start,offered\n", "empty_file"),
        (b"\xff\xfe\x00group", "unreadable_file"),
        (b'group,start,offered\na,"2024', "unreadable_file"),
    ],
)
def test_files_that_are_no_tables_are_told(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "history.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidHistory) as caught:
        read_history(path)
    assert [issue.code for issue in caught.value.issues] == [code]


def test_groups_named_like_missing_values_keep_their_names(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(
        "group,start,offered\nNA,2024-01-01 08:00,1\n007,2024-01-01 09:00,2\n", encoding="utf-8"
    )
    assert read_history(path).groups == ("007", "NA")


def test_two_columns_of_one_name_in_a_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("unique_id,ds,y,y,\na,2024-01-01 00:00,1,2,3\n", encoding="utf-8")
    with pytest.raises(InvalidHistory) as caught:
        read_history(path)
    told = {(issue.code, issue.pointer) for issue in caught.value.issues}
    assert ("duplicate_column", "/columns/y") in told
    assert not any("Unnamed" in issue.detail for issue in caught.value.issues)
