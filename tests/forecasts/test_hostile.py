"""Hostile histories: a list of what is wrong, or a sound forecast; never anything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import (
    Forecast,
    ForecastError,
    History,
    InvalidHistory,
    Issue,
    backtest,
    forecast,
    history_from_frame,
)
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.events import Event

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]
Result = TypeVar("Result")


def drawn(days: int, slots: int, mean: float = 20.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (days, slots)).astype(float)


def check_sound(result: Forecast) -> None:
    """Check what holds for every forecast of anything."""
    paths = result.sample_paths(3)
    for values in (result.offered, *result.lower.values(), *result.upper.values(), paths):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
        assert not values[..., ~result.open].any()
    for level in result.lower:
        assert (result.lower[level] <= result.offered).all()
        assert (result.offered <= result.upper[level]).all()
    assert (result.lower[95] <= result.lower[80]).all()
    assert (result.upper[80] <= result.upper[95]).all()
    assert result.aht_s is None or (np.isfinite(result.aht_s) & (result.aht_s > 0)).all()
    for choice in result.choices:
        assert sum(choice.weights.values()) == pytest.approx(1.0)
        assert min(choice.weights.values()) > 0


def told(result: Forecast, group: str = "g0") -> set[str]:
    return {issue.code for issue in result.issues if issue.pointer == f"/groups/{group}"}


def result_or_issues(make: Callable[[], Result]) -> Result | tuple[Issue, ...]:
    try:
        return make()
    except ForecastError as error:
        return error.issues


def table(days: int = 28, **columns: Sequence[object]) -> pd.DataFrame:
    """Return hourly rows of one group; `columns` replace or are added to the usual ones."""
    starts = pd.date_range("2024-01-01", periods=24 * days, freq="h").strftime("%Y-%m-%d %H:%M")
    rows = {"group": ["a"] * len(starts), "start": list(starts), "offered": [5.0] * len(starts)}
    return pd.DataFrame({**rows, **columns})


# --- tables that cannot be meant --------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (-1.0, "negative_value"),
        (np.nan, "missing_value"),
        (np.inf, "not_finite"),
        ("five", "not_a_number"),
    ],
)
def test_a_cell_that_is_no_count_is_named_with_its_row(cell: object, code: str) -> None:
    offered: list[object] = [5.0] * (24 * 28)
    offered[17] = cell
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(table(offered=offered))
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        (code, "/rows/17/offered")
    ]


def test_mixed_offsets_repeated_rows_and_later_rows_are_all_told_at_once() -> None:
    frame = table()
    frame.loc[3, "start"] += "+01:00"
    frame.loc[8, "start"] = frame.loc[9, "start"]
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(frame, as_of=date(2024, 1, 27))
    assert {"mixed_time_zones", "duplicate_interval", "future_row"} <= {
        issue.code for issue in caught.value.issues
    }


def test_columns_nobody_knows_are_told_with_those_that_are_missing() -> None:
    with pytest.raises(InvalidHistory) as caught:
        history_from_frame(table().rename(columns={"offered": "calls"}))
    assert caught.value.issues
    assert any("calls" in issue.detail for issue in caught.value.issues)


def test_the_order_of_rows_does_not_matter() -> None:
    rows = table(offered=list(drawn(28, 24).ravel()))
    shuffled = rows.sample(frac=1.0, random_state=1)
    straight, mixed = (forecast(history_from_frame(frame)) for frame in (rows, shuffled))
    np.testing.assert_array_equal(mixed.offered, straight.offered)
    np.testing.assert_array_equal(mixed.upper[95], straight.upper[95])


def test_two_groups_of_one_name_are_refused(history_of: HistoryOf) -> None:
    with pytest.raises(InvalidHistory) as caught:
        history_of(np.ones((2, 28, 24)), groups=["a", "a"])
    assert [issue.code for issue in caught.value.issues] == ["bad_groups"]


# --- volumes ----------------------------------------------------------------------------------


def test_huge_counts_are_forecast_like_small_ones(history_of: HistoryOf) -> None:
    values = drawn(70, 24)
    small, huge = forecast(history_of(values)), forecast(history_of(values * 1e12))
    check_sound(huge)
    np.testing.assert_allclose(huge.offered, small.offered * 1e12, rtol=1e-6)


def test_a_constant_history_goes_on_with_hardly_any_doubt(history_of: HistoryOf) -> None:
    result = forecast(history_of(np.full((84, 24), 7.0)), 14)
    check_sound(result)
    np.testing.assert_allclose(result.offered, 7.0, rtol=1e-6)
    np.testing.assert_allclose(result.lower[95], 7.0, rtol=1e-3)
    np.testing.assert_allclose(result.upper[95], 7.0, rtol=1e-3)


@pytest.mark.parametrize("days", [7, 20, 84])
def test_zeros_are_forecast_as_zero(history_of: HistoryOf, days: int) -> None:
    result = forecast(history_of(np.zeros((days, 24))))
    check_sound(result)
    assert not result.offered.any()
    assert result.open.all()
    assert "all_zero" in told(result)


def test_one_contact_in_a_year_is_a_quiet_group(history_of: HistoryOf) -> None:
    values = np.zeros((365, 24))
    values[200, 10] = 1.0
    result = forecast(history_of(values))
    check_sound(result)
    assert result.offered.sum() < 0.1


def test_one_absurd_interval_does_not_carry_the_forecast_away(
    office: Office, history_of: HistoryOf
) -> None:
    values = office(112)
    usual = forecast(history_of(values)).day_totals()
    values[100, 10] *= 1e4
    wild = forecast(history_of(values))
    check_sound(wild)
    open_days = usual[0] > 0
    assert (wild.day_totals()[0, open_days] < 1.5 * usual[0, open_days]).all()


# --- grids ------------------------------------------------------------------------------------


def test_one_interval_a_day(history_of: HistoryOf) -> None:
    week = np.array([120.0, 100.0, 90.0, 90.0, 100.0, 40.0, 20.0])
    values = np.tile(week, 16)[:, None] * np.random.default_rng(0).normal(1.0, 0.02, (112, 1))
    result = forecast(history_of(values))
    check_sound(result)
    np.testing.assert_allclose(result.offered[0], week, rtol=0.08)


def test_one_minute_intervals(history_of: HistoryOf) -> None:
    result = forecast(history_of(drawn(28, 1440, mean=0.3)), 2)
    check_sound(result)
    assert result.offered.mean() == pytest.approx(0.3, rel=0.05)


def test_five_minute_intervals_over_eight_weeks(history_of: HistoryOf) -> None:
    values = np.full((63, 288), np.nan)
    values[:, 96:216] = drawn(63, 120, mean=3.0)
    values[np.arange(63) % 7 > 4] = np.nan
    result = forecast(history_of(values))
    check_sound(result)
    assert result.open.sum() == 5 * 120
    assert result.offered[result.open].mean() == pytest.approx(3.0, rel=0.05)


# --- groups that come and go ------------------------------------------------------------------


def test_a_group_that_stopped_months_ago_is_closed(office: Office, history_of: HistoryOf) -> None:
    values = np.stack([office(200), office(200)])
    values[0, 90:] = np.nan
    result = forecast(history_of(values))
    check_sound(result)
    assert "never_open" in told(result)
    assert not result.open[0].any()
    assert result.open[1].any()


def test_a_group_that_began_yesterday_is_refused_by_name_or_inherits(
    office: Office, history_of: HistoryOf
) -> None:
    values = np.stack([office(112), office(112), office(112)])
    values[0, :111] = np.nan
    values[0, 111] = np.where(np.arange(24) == 9, 40.0, np.nan)
    with pytest.raises(InvalidHistory) as caught:
        forecast(history_of(values))
    assert [issue.pointer for issue in caught.value.issues] == ["/groups/g0"]
    above = Hierarchy.of(("g0", "g1", "g2"), {}, shares={"g0": 0.1})
    result = forecast(history_of(values), hierarchy=above)
    check_sound(result)
    assert "inherited" in told(result)
    assert result.offered[0].any()


def test_one_open_hour_a_week(history_of: HistoryOf) -> None:
    values = np.full((112, 24), np.nan)
    values[2::7, 10] = drawn(16, 1, mean=30.0)[:, 0]
    result = forecast(history_of(values), 14)
    check_sound(result)
    assert np.flatnonzero(result.open[0]).tolist() == [2 * 24 + 10, 9 * 24 + 10]
    np.testing.assert_allclose(result.offered[result.open], 30.0, rtol=0.2)


# --- dates ------------------------------------------------------------------------------------


def test_a_leap_day_is_a_day_like_others(history_of: HistoryOf) -> None:
    week = np.array([120.0, 100.0, 90.0, 90.0, 100.0, 40.0, 20.0])
    values = np.repeat(np.tile(week, 12)[:, None] / 24, 24, axis=1)
    result = forecast(history_of(values, first="2023-12-04"), 7)
    assert str(result.days[3]) == "2024-02-29"
    np.testing.assert_allclose(result.day_totals()[0], week, rtol=0.01)


def test_a_horizon_of_400_days_keeps_to_what_is_known(
    office: Office, history_of: HistoryOf
) -> None:
    result = forecast(history_of(office(112)), 400)
    check_sound(result)
    totals = result.day_totals()[0][result.open_days()[0]]
    assert (np.abs(totals / 2000.0 - 1.0) < 0.5).all()


def test_a_horizon_that_is_closed_throughout_is_zero(office: Office, history_of: HistoryOf) -> None:
    closed = [date(2024, 3, 25) + timedelta(day) for day in range(7)]
    result = forecast(history_of(office(84)), 7, closures=closed)
    check_sound(result)
    assert not result.open.any()
    assert not result.offered.any()
    assert not result.upper[95].any()


def test_a_history_of_closures_alone_is_never_open(office: Office, history_of: HistoryOf) -> None:
    closed = [date(2024, 1, 1) + timedelta(day) for day in range(100)]
    result = forecast(history_of(office(84)), 7, closures=closed)
    check_sound(result)
    assert not result.offered.any()


@pytest.mark.parametrize("start", [date(2024, 3, 24), date(2020, 1, 1), date(2026, 1, 1)])
def test_a_start_in_the_past_or_far_away_is_refused(
    office: Office, history_of: HistoryOf, start: date
) -> None:
    with pytest.raises(ForecastError) as caught:
        forecast(history_of(office(84)), start=start)
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("bad_start", "/start")
    ]


# --- anything ---------------------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn) -> np.ndarray:
    """Draw 1 to 4 groups of 1 to 80 days of 3 to 48 intervals, torn and scaled at random."""
    groups, days = draw(st.integers(1, 4)), draw(st.integers(1, 80))
    slots = draw(st.sampled_from([3, 4, 6, 8, 12, 24, 48]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = rng.poisson(10.0 ** rng.uniform(-2, 3, (groups, 1, 1)), (groups, days, slots))
    offered = values * draw(st.sampled_from([0.0, 1e-9, 1.0, 1e12]) | st.just(1.0))
    share = st.sampled_from([0.0, 0.05, 0.5, 0.9])
    offered[rng.random(offered.shape) < draw(share)] = np.nan
    offered[:, rng.random(days) < draw(share)] = np.nan
    offered[:, :, rng.random(slots) < draw(share)] = np.nan
    offered[rng.random(offered.shape) < draw(share)] *= 0.0
    # One group comes later, one goes earlier.
    offered[rng.integers(groups), : rng.integers(days + 1) * draw(st.integers(0, 1))] = np.nan
    offered[rng.integers(groups), days - rng.integers(days) * draw(st.integers(0, 1)) :] = np.nan
    return offered


@settings(max_examples=30, deadline=None)
@given(
    offered=histories(),
    horizon_days=st.integers(1, 10),
    closures=st.lists(st.integers(0, 90), max_size=8),
    promotion=st.integers(0, 90),
    uplift=st.none() | st.floats(0.5, 3.0),
    together=st.booleans(),
    country=st.none() | st.sampled_from(["US", "CN"]),
)
def test_anything_is_refused_with_issues_or_forecast_soundly(
    history_of: HistoryOf,
    offered: np.ndarray,
    horizon_days: int,
    closures: list[int],
    promotion: int,
    uplift: float | None,
    together: bool,
    country: str | None,
) -> None:
    history = history_of(offered)
    closed = [date(2024, 1, 1) + timedelta(day) for day in closures]
    events = [Event("sale", (date(2024, 1, 1) + timedelta(promotion),), 1, 1, uplift=uplift)]
    hierarchy = Hierarchy.of(history.groups, {}, shares={"g0": 0.2}) if together else None
    result = result_or_issues(
        lambda: forecast(
            history,
            horizon_days,
            closures=closed,
            country=country,
            events=events,
            hierarchy=hierarchy,
        )
    )
    if isinstance(result, tuple):
        assert result
        return
    check_sound(result)
    assert result.offered.shape == (len(offered), horizon_days * offered.shape[2])
    closed_days = np.isin(result.days, np.array(closed, "datetime64[D]"))
    assert not result.open_days()[:, closed_days].any()


@settings(max_examples=8, deadline=None)
@given(offered=histories(), horizon_days=st.integers(1, 7), step_days=st.integers(1, 7))
def test_anything_is_refused_or_measured_with_figures_that_are_numbers_or_none(
    history_of: HistoryOf, offered: np.ndarray, horizon_days: int, step_days: int
) -> None:
    history = history_of(offered)
    result = result_or_issues(lambda: backtest(history, horizon_days, 2, step_days=step_days))
    if isinstance(result, tuple):
        assert result
        return
    for of_group in (result.scores, *result.groups.values()):
        for score in of_group.values():
            known = [figure for figure in score.as_dict().values() if figure is not None]
            assert np.isfinite(known).all()
            assert min(known, default=0.0) >= 0
