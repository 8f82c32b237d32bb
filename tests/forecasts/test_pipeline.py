"""The forecast as a whole: scale, order, repetition, closures, short histories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import Forecast, ForecastError, History, InvalidHistory, forecast, read_forecast

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]


def noisy(values: np.ndarray, seed: int = 0) -> np.ndarray:
    counts = np.random.default_rng(seed).poisson(np.nan_to_num(values)).astype(float)
    return np.where(np.isnan(values), np.nan, counts)


def three_groups(office: Office) -> np.ndarray:
    """Return a busy group, a quiet one, and one that is always open."""
    quiet = noisy(office(84, total=40.0), 2)
    around_the_clock = np.random.default_rng(3).poisson(0.2, (84, 24)).astype(float)
    return np.stack([noisy(office(84), 1), quiet, around_the_clock])


def codes(result: Forecast) -> set[str]:
    return {issue.code for issue in result.issues}


@settings(max_examples=6, deadline=None)
@given(factor=st.floats(0.01, 1000.0), seed=st.integers(0, 2**31))
def test_multiplying_the_history_multiplies_the_forecast_and_its_intervals(
    office: Office, history_of: HistoryOf, factor: float, seed: int
) -> None:
    values = noisy(office(70, closures=("2024-02-05",)), seed)
    once = forecast(history_of(values), 14)
    scaled = forecast(history_of(values * factor), 14)
    np.testing.assert_allclose(scaled.offered, once.offered * factor, rtol=1e-6)
    for level in (80, 95):
        np.testing.assert_allclose(scaled.lower[level], once.lower[level] * factor, rtol=1e-5)
        np.testing.assert_allclose(scaled.upper[level], once.upper[level] * factor, rtol=1e-5)


def test_the_order_of_groups_changes_nothing(office: Office, history_of: HistoryOf) -> None:
    values = three_groups(office)
    order = [2, 0, 1]
    aht = 100.0 + values
    straight = forecast(history_of(values, aht_s=aht))
    turned = forecast(
        history_of(values[order], aht_s=aht[order], groups=[f"g{index}" for index in order])
    )
    np.testing.assert_array_equal(turned.offered, straight.offered[order])
    np.testing.assert_array_equal(turned.upper[95], straight.upper[95][order])
    assert straight.aht_s is not None
    assert turned.aht_s is not None
    np.testing.assert_array_equal(turned.aht_s, straight.aht_s[order])


def test_the_same_history_gives_the_same_bytes(
    office: Office, history_of: HistoryOf, tmp_path: Path
) -> None:
    history = history_of(three_groups(office))
    for name in ("a.csv", "b.csv"):
        forecast(history).write_csv(tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_horizon_begins_on_the_day_after_the_history(
    office: Office, history_of: HistoryOf
) -> None:
    result = forecast(history_of(office(84)), 10)
    assert [str(day) for day in result.days[[0, -1]]] == ["2024-03-25", "2024-04-03"]
    assert result.offered.shape == result.open.shape == (1, 240)
    # Monday to Friday and Monday to Wednesday, ten hours each.
    assert result.open.sum() == 80
    assert not result.offered[~result.open].any()
    assert result.day_totals().shape == (1, 10)
    assert result.models == ("profile_level",)


def test_a_closure_to_come_is_closed_and_the_day_after_it_runs_high(
    office: Office, history_of: HistoryOf
) -> None:
    past = ("2024-02-05", "2024-02-20", "2024-03-06", "2024-03-13")
    history = history_of(office(84, closures=past, uplift=1.3))
    usual = forecast(history, 7).day_totals()[0]
    closed = forecast(history, 7, closures=[date(2024, 3, 26)]).day_totals()[0]
    assert closed[1] == 0
    assert 1.15 < closed[2] / usual[2] < 1.31
    np.testing.assert_allclose(closed[[0, 3, 4]], usual[[0, 3, 4]])


def test_public_holidays_close_a_group_that_keeps_them(
    office: Office, history_of: HistoryOf
) -> None:
    holidays = ("2024-01-01", "2024-01-15", "2024-02-19", "2024-05-27")
    history = history_of(office(182, closures=holidays))
    totals = forecast(history, 7, country="US").day_totals()[0]
    assert np.flatnonzero(totals == 0).tolist() == [3, 5, 6], "4 July 2024 was a Thursday"
    with pytest.raises(ForecastError):
        forecast(history, 7, country="QQ")


def test_handling_times_come_with_the_weekday_and_hour(history_of: HistoryOf) -> None:
    aht = np.full((1, 56, 24), 200.0)
    aht[0, ::7, 12:] = 400.0
    rng = np.random.default_rng(4)
    aht *= rng.uniform(0.99, 1.01, aht.shape)
    result = forecast(history_of(np.full((56, 24), 50.0), aht_s=aht))
    assert result.aht_s is not None
    days = result.aht_s.reshape(7, 24)
    np.testing.assert_allclose(days[0, 12:], 400.0, rtol=0.02)
    np.testing.assert_allclose(days[0, :12], 200.0, rtol=0.02)
    np.testing.assert_allclose(days[1:], 200.0, rtol=0.02)


@pytest.mark.parametrize(
    ("days", "model", "warnings"),
    [
        (7, "moving_average", {"short_history", "intervals_assumed"}),
        (13, "moving_average", {"short_history", "intervals_assumed"}),
        (14, "profile_level", {"intervals_assumed"}),
        (21, "profile_level", set()),
    ],
)
def test_short_histories_fall_back_and_say_so(
    office: Office, history_of: HistoryOf, days: int, model: str, warnings: set[str]
) -> None:
    result = forecast(history_of(office(days)))
    assert result.models == (model,)
    assert {issue.code for issue in result.issues if issue.severity == "warning"} == warnings
    assert (result.lower[95] <= result.offered).all()
    assert (result.offered <= result.upper[95]).all()


def test_groups_with_less_than_a_week_are_refused_together(history_of: HistoryOf) -> None:
    values = np.ones((3, 30, 24))
    values[0, :25] = np.nan
    values[2] = np.nan
    with pytest.raises(InvalidHistory) as caught:
        forecast(history_of(values))
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("history_too_short", "/groups/g0"),
        ("history_too_short", "/groups/g2"),
    ]
    assert "profile_level 14" in caught.value.issues[0].detail


def test_what_is_odd_about_a_history_is_told(office: Office, history_of: HistoryOf) -> None:
    gone, zero, gaps, thin = (office(112) for _ in range(4))
    gone[40:] = np.nan
    zero[np.isfinite(zero)] = 0.0
    rng = np.random.default_rng(5)
    gaps[(rng.random(gaps.shape) < 0.1) & np.isfinite(gaps)] = np.nan
    thin[30, 10:] = np.nan
    thin[31] = np.nan
    result = forecast(history_of(np.stack([gone, zero, gaps, thin])))
    told = {(issue.code, issue.pointer) for issue in result.issues}
    assert {
        ("never_open", "/groups/g0"),
        ("all_zero", "/groups/g1"),
        ("gaps_filled", "/groups/g2"),
        ("zeros_left_out", "/groups/g2"),
        ("days_dropped", "/groups/g3"),
        ("closures_found", "/groups/g3"),
    } <= told
    assert not result.open[0].any()
    assert not result.offered[:2].any()


def test_a_forecast_survives_its_file(
    office: Office, history_of: HistoryOf, tmp_path: Path
) -> None:
    values = three_groups(office)
    # The last day of the horizon is open for one group, so the file holds every day.
    result = forecast(history_of(values, aht_s=200.0 + values), 7)
    result.write_csv(tmp_path / "forecast.csv")
    again = read_forecast(tmp_path / "forecast.csv")
    assert again.groups == result.groups
    assert again.starts.equals(result.starts)
    np.testing.assert_array_equal(again.open, result.open)
    np.testing.assert_allclose(again.offered, result.offered, atol=6e-4)
    np.testing.assert_allclose(again.lower[95], result.lower[95], atol=6e-4)
    np.testing.assert_allclose(again.upper[80], result.upper[80], atol=6e-4)
    assert again.aht_s is not None
    assert result.aht_s is not None
    np.testing.assert_allclose(again.aht_s[again.open], result.aht_s[again.open], atol=6e-4)
    assert (again.aht_s > 0).all()


def test_the_long_table_names_its_columns(office: Office, history_of: HistoryOf) -> None:
    frame = forecast(history_of(office(84))).to_frame()
    names = ["group", "start", "offered", "lower80", "upper80", "lower95", "upper95"]
    assert list(frame.columns) == names
    assert len(frame) == 50


def test_a_horizon_needs_a_day(office: Office, history_of: HistoryOf) -> None:
    with pytest.raises(ValueError, match="0 days"):
        forecast(history_of(office(84)), 0)
