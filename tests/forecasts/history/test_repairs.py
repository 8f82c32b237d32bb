"""What is done about rows in doubt: the choice is followed, told, and touches nothing else."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import ForecastError, History, InvalidHistory, history_from_frame
from forecasts.history.repairs import CHOICES, Repairs

HOURS = pd.date_range("2024-01-01", periods=48, freq="h")


def table(**changes: list[object]) -> pd.DataFrame:
    """Return two days of hours with 10, 11, 12 ... contacts of 100, 101, 102 ... seconds."""
    columns: dict[str, object] = {
        "start": [str(hour) for hour in HOURS],
        "offered": [str(10 + hour) for hour in range(48)],
        "aht_s": [str(100 + hour) for hour in range(48)],
    }
    return pd.DataFrame({**columns, **changes})


def with_row(start: str, offered: object = "1000", aht_s: object = "500") -> pd.DataFrame:
    """Return the table with one more row, the last."""
    row = pd.DataFrame({"start": [start], "offered": [offered], "aht_s": [aht_s]})
    return pd.concat([table(), row], ignore_index=True)


def read(frame: pd.DataFrame, **choices: str) -> History:
    return history_from_frame(frame, repairs=Repairs.of(choices))


def told(history: History) -> list[str]:
    """Return severity, code and pointer of every issue."""
    return [f"{issue.severity} {issue.code} {issue.pointer}" for issue in history.issues]


@pytest.mark.parametrize(
    ("choice", "offered", "aht_s"),
    [
        ("first", 15.0, 105.0),
        ("last", 1000.0, 500.0),
        ("sum", 1015.0, (15 * 105 + 1000 * 500) / 1015),
        ("mean", 507.5, (15 * 105 + 1000 * 500) / 1015),
        ("drop", np.nan, np.nan),
    ],
)
def test_a_repeated_interval_is_settled_as_chosen(
    choice: str, offered: float, aht_s: float
) -> None:
    history = read(with_row("2024-01-01 05:00"), duplicates=choice)
    assert history.aht_s is not None
    np.testing.assert_allclose(history.offered[0, 5], offered)
    np.testing.assert_allclose(history.aht_s[0, 5], aht_s)
    assert told(history) == ["warning duplicate_interval /rows/48/start"]


def test_a_mean_over_repeated_rows_leaves_blank_cells_without_a_say() -> None:
    assert read(with_row("2024-01-01 05:00", 7, ""), duplicates="sum").aht_s[0, 5] == 105.0  # type: ignore[index]
    none = with_row("2024-01-01 05:00", "0", "300")
    none.loc[5, "offered"] = "0"
    assert read(none, duplicates="sum").aht_s[0, 5] == 202.5, "with no contact, the plain mean"  # type: ignore[index]


@pytest.mark.parametrize("cell", ["-3", "", "many", "inf", "nan", "1e999"])
def test_a_bad_cell_costs_its_row_or_only_itself(cell: str) -> None:
    frame = table(offered=[*(str(10 + hour) for hour in range(47)), cell])
    dropped, filled = read(frame, cells="drop"), read(frame, cells="fill")
    assert dropped.aht_s is not None
    assert filled.aht_s is not None
    assert np.isnan([dropped.offered[0, 47], filled.offered[0, 47], dropped.aht_s[0, 47]]).all()
    assert filled.aht_s[0, 47] == 147.0
    assert [issue.severity for issue in (*dropped.issues, *filled.issues)] == ["warning"] * 2
    assert {issue.pointer for issue in dropped.issues} == {"/rows/47/offered"}


def test_a_row_between_the_intervals_moves_into_the_one_it_falls_in() -> None:
    frame = table(start=[*map(str, HOURS[:47]), "2024-01-02 23:20:00"])
    moved = read(frame, off_grid="fill")
    assert moved.offered[0, 47] == 57.0
    assert told(moved) == ["warning off_grid /rows/47/start"]
    assert np.isnan(read(frame, off_grid="drop").offered[0, 47])


def test_a_spreadsheet_that_stores_times_a_hair_early_is_read_as_meant() -> None:
    frame = table(start=[*map(str, HOURS[:47]), "2024-01-02 22:59:59.999997"])
    assert read(frame, off_grid="fill").offered[0, 47] == 57.0


def test_a_moved_row_may_repeat_another_and_that_is_told_too() -> None:
    frame = with_row("2024-01-01 05:20")
    with pytest.raises(InvalidHistory) as caught:
        read(frame, off_grid="fill")
    assert [issue.code for issue in caught.value.issues] == ["off_grid", "duplicate_interval"]
    assert read(frame, off_grid="fill", duplicates="sum").offered[0, 5] == 1015.0


def test_times_that_cannot_be_read_leave_their_rows_out() -> None:
    history = read(with_row("31/12/2024 11:00"), times="drop")
    assert np.nansum(history.offered) == sum(range(10, 58))
    assert told(history) == ["warning unreadable_time /rows/48/start"]
    with pytest.raises(InvalidHistory):
        history_from_frame(with_row("now"))


def test_rows_after_the_day_of_reading_are_told_or_left_out() -> None:
    kept = history_from_frame(table(), as_of=date(2024, 1, 1))
    assert told(kept)[0] == "warning future_row /rows/24/start"
    assert kept.offered.shape == (1, 48)
    dropped = history_from_frame(table(), as_of=date(2024, 1, 1), repairs=Repairs(future="drop"))
    assert dropped.offered.tolist() == kept.offered[:, :24].tolist()
    with pytest.raises(InvalidHistory):
        history_from_frame(table(), as_of=date(2024, 1, 1), repairs=Repairs(future="stop"))
    assert history_from_frame(table(), as_of=date(2024, 1, 2)).issues == ()


def test_the_interval_that_was_going_on_when_the_file_was_made_is_left_out() -> None:
    now = datetime(2024, 1, 2, 23, 30)
    history = history_from_frame(table(), as_of=now)
    assert told(history) == ["warning partial_interval /rows/47/start"]
    assert np.isnan(history.offered[0, 47])
    kept = history_from_frame(table(), as_of=now, repairs=Repairs(ends="keep"))
    assert kept.offered[0, 47] == 57.0
    assert history_from_frame(table(), as_of=datetime(2024, 1, 3)).issues == ()


def test_if_nothing_is_left_that_is_told() -> None:
    frame = table(offered=["-1"] * 48)
    with pytest.raises(InvalidHistory) as caught:
        read(frame, cells="drop")
    assert caught.value.issues[-1].code == "nothing_left"


def test_repairs_that_do_not_exist_are_told_all_at_once() -> None:
    with pytest.raises(ForecastError) as caught:
        Repairs.of({"duplicates": "guess", "weather": "drop"})
    assert [issue.pointer for issue in caught.value.issues] == [
        "/repairs/duplicates",
        "/repairs/weather",
    ]
    for kind, choices in CHOICES.items():
        assert getattr(Repairs(), kind) == choices[0], "the default is listed first"


WRONG = {
    "duplicates": ["2024-01-01 05:00", "7", "1"],
    "cells": ["2024-01-03 07:00", "-7", "1"],
    "off_grid": ["2024-01-03 05:20", "7", "1"],
    "times": ["yesterday", "7", "1"],
}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_repair_leaves_the_other_rows_untouched_in_any_order(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(WRONG)), unique=True, min_size=1))
    choices = {
        kind: data.draw(st.sampled_from([c for c in CHOICES[kind] if c != "stop"]))
        for kind in kinds
    }
    rows = [*table().to_numpy().tolist(), *(WRONG[kind] for kind in kinds)]
    order = data.draw(st.permutations(range(len(rows))))
    frame = pd.DataFrame([rows[place] for place in order], columns=["start", "offered", "aht_s"])
    history = read(frame, **choices)
    untouched = np.ones(48, bool)
    untouched[5] = "duplicates" not in kinds
    np.testing.assert_array_equal(
        history.offered[0, :48][untouched], np.arange(10.0, 58.0)[untouched]
    )
    wrong_rows = {f"/rows/{order.index(48 + place)}" for place in range(len(kinds))}
    told_rows = {"/".join(issue.pointer.split("/")[:3]) for issue in history.issues}
    later_twin = f"/rows/{max(order.index(5), order.index(len(rows) - 1))}"
    assert told_rows <= wrong_rows | {f"/rows/{order.index(5)}", later_twin}
    assert len(history.issues) == len(kinds)
