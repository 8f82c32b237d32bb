"""Today as a whole: with a forecast or without, every misfit told, nothing hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasts import Forecast, History, InvalidHistory, forecast
from forecasts.history.repairs import Repairs
from forecasts.intraday import DayPairs, read_until_today, update_today

Drifting = Callable[..., DayPairs]
HistoryOf = Callable[..., History]
NOON = time(12)


@pytest.fixture
def history(history_of: HistoryOf, drifting: Drifting) -> History:
    """Return ten weeks of a busy and a quiet group; the last day has arrived until noon."""
    rng = np.random.default_rng(1)
    values = np.stack([drifting(rng, days=70, mean=mean).actual for mean in (200.0, 2.0)])
    values[0, -1] = 1.2 * values[0, :-1].mean(axis=0)
    values[:, -1, 12:] = np.nan
    aht_s = np.full(values.shape, 200.0)
    return history_of(values, aht_s=aht_s)


def codes(error: InvalidHistory) -> list[tuple[str, str]]:
    return [(issue.code, issue.pointer) for issue in error.issues]


def test_the_day_is_what_came_and_what_is_expected_anew(history: History) -> None:
    result = update_today(history, NOON)
    busy = result.updates[0]
    assert result.day == date(2024, 3, 10)
    assert busy.arrived == np.nansum(history.offered[0, -24:])
    assert busy.rest > 1.03 * busy.rest_before
    offered = result.forecast.offered
    assert np.array_equal(offered[0, :12], history.offered[0, -24:-12])
    assert offered[0, 12:].sum() == pytest.approx(busy.rest)
    assert np.array_equal(result.forecast.lower[80][:, :12], offered[:, :12])
    assert result.forecast.open.all()
    assert result.forecast.aht_s == pytest.approx(np.full((2, 24), 200.0))


def test_a_stored_forecast_of_today_is_what_is_updated(history: History) -> None:
    today = history.days[-1]
    stored = forecast(history.until(today), 3)
    doubled = replace(stored, offered=2 * stored.offered)
    result = update_today(history, NOON, doubled)
    assert result.updates[0].before == pytest.approx(2 * stored.offered[0, :24])
    # Half of what is expected comes: fewer, and by more than days ever differ.
    assert result.updates[0].rest < result.updates[0].rest_before
    assert "today_low" in result.updates[0].alarm.signals
    assert ("bias_alarm", "/groups/g0") in {(one.code, one.pointer) for one in result.issues}


def test_every_misfit_of_a_forecast_is_told(history: History) -> None:
    later = forecast(history, 1)
    other = replace(later, groups=("g0", "else"), interval_minutes=30)
    with pytest.raises(InvalidHistory) as caught:
        update_today(history, NOON, other)
    assert codes(caught.value) == [
        ("group_not_forecast", "/groups/g1"),
        ("other_intervals", "/interval_minutes"),
        ("day_not_forecast", "/days"),
    ]


def test_groups_without_a_week_of_history_are_listed(history_of: HistoryOf) -> None:
    values = np.full((2, 20, 24), 5.0)
    values[1, :15] = np.nan
    with pytest.raises(InvalidHistory) as caught:
        update_today(history_of(values), NOON)
    assert codes(caught.value) == [("history_too_short", "/groups/g1")]


def test_a_day_without_a_past_is_told(history_of: HistoryOf) -> None:
    with pytest.raises(InvalidHistory) as caught:
        update_today(history_of(np.ones((1, 24))), NOON)
    assert codes(caught.value) == [("history_too_short", "/rows")]


def test_a_group_new_today_needs_a_forecast_of_its_own(history: History) -> None:
    offered = history.offered.copy()
    offered[1, :-24] = np.nan
    new = replace(history, offered=offered)
    with pytest.raises(InvalidHistory):
        update_today(new, NOON)
    stored = forecast(history.until(history.days[-1]), 1)
    result = update_today(new, NOON, stored)
    assert result.updates[1].gain == 0.0
    assert result.updates[1].rest == pytest.approx(stored.offered[1, 12:].sum())


def test_a_young_group_is_updated_by_nothing_and_says_so(history_of: HistoryOf) -> None:
    result = update_today(history_of(np.full((8, 24), 5.0)), NOON)
    assert result.updates[0].gain == 0.0
    found = {issue.code for issue in result.issues}
    assert {"no_update", "later_intervals"} <= found


def test_missing_and_closed_are_told(history_of: HistoryOf) -> None:
    values = np.full((2, 57, 24), 5.0)
    values[1, 6::7] = np.nan
    values[1, 55] = np.nan
    values[0, -1, 8:10] = np.nan
    # The last day but one is a Sunday; make it today for both.
    history = history_of(values).until(np.datetime64("2024-02-26"))
    values[1, 55, 0] = np.nan
    result = update_today(history, NOON)
    told = {(issue.code, issue.pointer) for issue in result.issues}
    assert ("closed_today", "/groups/g1") in told
    assert result.updates[1].rest == 0.0
    missing = {issue.detail for issue in update_today(history_of(values), NOON).issues}
    assert any(detail.startswith("2 intervals that are over") for detail in missing)


def test_the_order_of_groups_changes_nothing(history: History) -> None:
    turned = replace(
        history,
        groups=history.groups[::-1],
        offered=history.offered[::-1],
        aht_s=None if history.aht_s is None else history.aht_s[::-1],
    )
    one, other = update_today(history, NOON).forecast, update_today(turned, NOON).forecast
    assert other.offered[::-1] == pytest.approx(one.offered)


def test_the_day_can_be_written_and_is_a_forecast(history: History, tmp_path: Path) -> None:
    result = update_today(history, NOON)
    assert isinstance(result.forecast, Forecast)
    result.forecast.write_csv(tmp_path / "rest.csv")
    rows = pd.read_csv(tmp_path / "rest.csv")
    assert len(rows) == 48
    assert rows["offered"].sum() == pytest.approx(
        sum(one.total for one in result.updates), rel=1e-5
    )


def test_today_may_be_one_interval_in_a_file_of_its_own(tmp_path: Path) -> None:
    starts = pd.date_range("2024-01-01", periods=72, freq="h")
    before = pd.DataFrame({"begin": starts, "offered": 3})
    before[:-1].iloc[:48].to_csv(tmp_path / "calls.csv", index=False)
    before.iloc[48:49].to_csv(tmp_path / "today.csv", index=False)
    history = read_until_today(tmp_path / "calls.csv", tmp_path / "today.csv", {"start": "begin"})
    assert history.interval_minutes == 60
    assert np.isfinite(history.offered).sum() == 49


def test_a_bad_row_of_today_is_named_as_it_is_numbered_there(tmp_path: Path) -> None:
    starts = pd.date_range("2024-01-01", periods=72, freq="h")
    frame = pd.DataFrame({"start": starts, "offered": 3})
    frame.iloc[:48].to_csv(tmp_path / "calls.csv", index=False)
    today = frame.iloc[46:52].astype({"offered": object})
    today.iloc[3, 1] = "many"
    today.to_csv(tmp_path / "today.csv", index=False)
    with pytest.raises(InvalidHistory) as caught:
        read_until_today(tmp_path / "calls.csv", tmp_path / "today.csv")
    assert ("not_a_number", "/today/rows/3/offered") in codes(caught.value)
    assert ("duplicate_interval", "/today/rows/0/start") in codes(caught.value)


def test_what_is_repaired_in_today_is_named_there_too(tmp_path: Path) -> None:
    starts = pd.date_range("2024-01-01", periods=72, freq="h")
    frame = pd.DataFrame({"start": starts, "offered": 3})
    frame.iloc[:48].to_csv(tmp_path / "calls.csv", index=False)
    frame.iloc[46:52].to_csv(tmp_path / "today.csv", index=False)
    repairs = Repairs(duplicates="first")
    history = read_until_today(tmp_path / "calls.csv", tmp_path / "today.csv", repairs=repairs)
    assert np.nansum(history.offered) == 3 * 52
    assert any(issue.pointer.startswith("/today/rows/0") for issue in history.issues)
