"""A forecast in files: everything comes back, the same bytes every time, nothing guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasts import Forecast, ForecastError, InvalidHistory, Issue, Severity, read_forecast
from forecasts.adjustments import Add, HandlingTime, apply, reverse, without
from forecasts.backlog import OpenWork, with_backlog
from forecasts.choice import Choice
from forecasts.provenance import Provenance
from forecasts.result import as_json, write_forecast
from tests.forecasts.stored import FIRST, GROUPS, made


def full() -> Forecast:
    """Return an adjusted forecast with all that can be known about it."""
    told = replace(
        made(),
        issues=(Issue("short_history", "/groups/front", "Short.", Severity.WARNING),),
        choices=(Choice("front", {"gbm": 0.4, "profile_level": 0.6}, {"gbm": 0.05}, "Best."),),
        made_from=Provenance(
            "sha256:0", date(2023, 3, 6), date(2024, 3, 3), {"country": "US"}, "calls.csv"
        ),
    )
    due = OpenWork("experts", 12.5, datetime(2024, 3, 5, 12))
    told = with_backlog(told, [due, OpenWork("front", 3.0)])
    more = Add(name="more", contacts=50.0, last_day=date(2024, 3, 9), reason="sale")
    return apply(told, [more, HandlingTime(name="tool", factor=0.9)])


def test_all_that_is_known_comes_back(tmp_path: Path) -> None:
    forecast = full()
    write_forecast(forecast, tmp_path)
    again = read_forecast(tmp_path)
    for one, other in ((again, forecast), (reverse(again), reverse(forecast))):
        assert one.starts.equals(other.starts)
        np.testing.assert_array_equal(one.open, other.open)
        np.testing.assert_allclose(one.offered, other.offered, atol=5.1e-7)
        for level in (80, 95):
            np.testing.assert_allclose(one.lower[level], other.lower[level], atol=5.1e-7)
            np.testing.assert_allclose(one.upper[level], other.upper[level], atol=5.1e-7)
        assert one.aht_s is not None
        assert other.aht_s is not None
        np.testing.assert_allclose(one.aht_s[one.open], other.aht_s[one.open], atol=5.1e-7)
        assert (one.aht_s > 0).all()
    for name in ("groups", "models", "issues", "choices", "due", "made_from", "interval_minutes"):
        assert getattr(again, name) == getattr(forecast, name)
    assert again.backlog is not None
    assert again.backlog.tolist() == [3.0, 12.5, 0.0]
    assert [a.adjustment for a in again.adjustments] == [a.adjustment for a in forecast.adjustments]
    for applied, before in zip(again.adjustments, forecast.adjustments, strict=True):
        assert applied.contacts == pytest.approx(before.contacts, abs=1e-5)


def test_reading_and_writing_again_changes_no_byte(tmp_path: Path) -> None:
    first = write_forecast(full(), tmp_path / "a")
    again = write_forecast(read_forecast(tmp_path / "a"), tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_an_adjustment_can_be_taken_back_after_it_was_stored(tmp_path: Path) -> None:
    forecast = full()
    write_forecast(forecast, tmp_path)
    back = without(read_forecast(tmp_path), "more")
    np.testing.assert_allclose(back.offered, made().offered, atol=5.1e-7)
    write_forecast(reverse(back), tmp_path)
    assert not (tmp_path / "unadjusted.csv").exists()
    assert read_forecast(tmp_path).adjustments == ()


def test_days_and_groups_that_are_closed_are_not_lost(tmp_path: Path) -> None:
    base = made()
    only_front = replace(base, open=base.open & (np.arange(3) == 0)[:, None])
    only_front = replace(only_front, offered=np.where(only_front.open, base.offered, 0.0))
    write_forecast(only_front, tmp_path)
    again = read_forecast(tmp_path)
    assert again.groups == GROUPS
    assert again.starts.equals(base.starts)
    np.testing.assert_array_equal(again.open, only_front.open)
    table = read_forecast(tmp_path / "forecast.csv")
    assert table.groups == ("front",)
    assert str(table.days[-1]) == "2024-03-09", "Sunday is closed and has no row"


def test_a_forecast_that_is_closed_throughout_is_one(tmp_path: Path) -> None:
    base = made(days=1)
    closed = replace(base, open=np.zeros_like(base.open), offered=np.zeros_like(base.offered))
    write_forecast(closed, tmp_path)
    again = read_forecast(tmp_path)
    assert not again.open.any()
    assert again.aht_s is not None
    assert (again.aht_s > 0).all()


def test_a_table_of_two_columns_and_a_group_is_a_forecast(tmp_path: Path) -> None:
    made().to_frame()[["group", "start", "offered"]].to_csv(tmp_path / "theirs.csv", index=False)
    again = read_forecast(tmp_path / "theirs.csv")
    assert again.lower == {}
    assert again.aht_s is None
    assert list(again.to_frame().columns) == ["group", "start", "offered"]
    np.testing.assert_allclose(again.offered[[1, 0, 2]], made().offered)


def test_one_end_of_an_interval_is_not_enough(tmp_path: Path) -> None:
    made().to_frame().drop(columns=["upper80", "lower95"]).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(InvalidHistory) as caught:
        read_forecast(tmp_path / "t.csv")
    assert [issue.pointer for issue in caught.value.issues] == [
        "/columns/upper80",
        "/columns/lower95",
    ]


def test_the_document_says_what_people_ask_first() -> None:
    told = as_json(full())
    assert told["first_day"] == FIRST
    assert told["fingerprint"] == "sha256:0"
    assert told["history"]["file"] == "calls.csv"
    front = told["groups"][0]
    assert front["offered"] == pytest.approx(full().offered[0].sum(), abs=1e-3)
    assert list(front["days"]) == [str(day) for day in full().days]
    assert [one["name"] for one in told["adjustments"]] == ["more", "tool"]
    assert told["adjustments"][0]["effect"]["contacts"] == pytest.approx(900.0)


Damage = Callable[[Path], None]


def edit(**members: object) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / "forecast.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **members}))

    return damage


def add_row(row: str) -> Damage:
    def damage(folder: Path) -> None:
        with (folder / "forecast.csv").open("a") as file:
            file.write(row + "\n")

    return damage


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (edit(first_day=None), "wrong_type"),
        (edit(last_day="2024-03-01"), "days_reversed"),
        (edit(last_day="2024-03-09"), "off_grid"),
        (edit(interval_minutes=7), "odd_interval"),
        (edit(groups=[]), "bad_groups"),
        (edit(groups=[{"group": "front"}, {"group": "experts"}]), "unknown_group"),
        (edit(adjustments=[{"kind": "multiply", "name": "x"}]), "missing_field"),
        (edit(adjustments=["x"]), "wrong_type"),
        (edit(due=[{"group": "nobody", "contacts": 1.0}]), "unknown_group"),
        (add_row("front,2024-03-04 08:00:00,1,1,1,1,1,1"), "duplicate_interval"),
        (add_row("front,2025-03-04 08:00:00,1,1,1,1,1,1"), "off_grid"),
        (add_row("fax,2024-03-04 08:00:00,1,1,1,1,1,1"), "unknown_group"),
        (add_row("front,2024-03-10 08:00:00,-1,1,1,1,1,1"), "negative_value"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(
    tmp_path: Path, damage: Damage, code: str
) -> None:
    write_forecast(full(), tmp_path)
    damage(tmp_path)
    with pytest.raises(ForecastError) as caught:
        read_forecast(tmp_path)
    assert code in {issue.code for issue in caught.value.issues}


def test_a_row_added_by_hand_opens_an_interval(tmp_path: Path) -> None:
    write_forecast(made(), tmp_path)
    add_row("front,2024-03-10 08:00:00,5,4,6,3,7,200")(tmp_path)
    again = read_forecast(tmp_path)
    at = int(again.starts.get_loc(pd.Timestamp("2024-03-10 08:00")))
    assert again.open[0, at]
    assert again.offered[0, at] == 5
