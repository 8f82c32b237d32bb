"""The forecast as a whole: scale, order, repetition, closures, short histories."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import Forecast, ForecastError, History, InvalidHistory, forecast, read_forecast
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.countries import country_holidays, country_worked_days
from forecasts.events import Event
from forecasts.history import history_from_contacts

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
    names = ["group", "start", "offered", "lower80", "upper80", "lower95", "upper95", "deviation"]
    assert list(frame.columns) == names
    assert len(frame) == 50


def test_a_horizon_needs_a_day(office: Office, history_of: HistoryOf) -> None:
    with pytest.raises(ValueError, match="0 days"):
        forecast(history_of(office(84)), 0)


# --- what is known in advance -----------------------------------------------------------------


def test_a_promotion_of_last_year_is_forecast_again(office: Office, history_of: HistoryOf) -> None:
    values = noisy(office(420))
    last_year, this_year = date(2024, 3, 6), date(2025, 2, 26)
    values[65] *= 1.5
    sale = Event("spring sale", (last_year, this_year))
    usual = forecast(history_of(values), 7).day_totals()[0]
    promoted = forecast(history_of(values), 7, events=[sale]).day_totals()[0]
    assert str(forecast(history_of(values), 7).days[2]) == "2025-02-26"
    assert promoted[2] / usual[2] == pytest.approx(1.5, abs=0.08)
    np.testing.assert_allclose(promoted[[0, 1, 3, 4]], usual[[0, 1, 3, 4]], rtol=0.02)


def test_a_given_uplift_is_taken_and_makes_the_forecast_less_sure(
    office: Office, history_of: HistoryOf
) -> None:
    history = history_of(noisy(office(84)))
    usual = forecast(history)
    launch = Event("launch", (date(2024, 3, 27),), uplift=1.3)
    launched = forecast(history, events=[launch])
    day = slice(48, 72)
    np.testing.assert_allclose(launched.offered[:, day], 1.3 * usual.offered[:, day])
    np.testing.assert_array_equal(launched.offered[:, :48], usual.offered[:, :48])
    width, usual_width = (one.upper[95] - one.lower[95] for one in (launched, usual))
    assert width[:, day].sum() > 1.3 * usual_width[:, day].sum()
    assert "event_unknown" not in codes(launched)


def test_an_event_that_nothing_is_known_of_changes_nothing_and_is_told(
    office: Office, history_of: HistoryOf
) -> None:
    history = history_of(noisy(office(84)))
    result = forecast(history, events=[Event("surprise", (date(2024, 3, 27),))])
    np.testing.assert_allclose(result.offered, forecast(history).offered)
    assert "event_unknown" in codes(result)


def test_a_holiday_closes_an_office_and_thins_a_service_that_is_always_open(
    office: Office, history_of: HistoryOf
) -> None:
    holidays = ("2024-01-01", "2024-01-15", "2024-02-19", "2024-05-27", "2024-06-19")
    always = np.full((182, 24), 40.0)
    always[np.isin(np.arange(182), [0, 14, 49, 147, 170])] *= 0.6
    values = np.stack([office(182, closures=holidays), noisy(always)])
    result = forecast(history_of(values), 7, country="US")
    assert result.open_days()[:, 3].tolist() == [False, True], "4 July 2024 was a Thursday"
    totals = result.day_totals()[1]
    assert totals[3] / totals[[1, 2, 4]].mean() == pytest.approx(0.6, abs=0.07)
    assert totals[4] == pytest.approx(40.0 * 24, rel=0.05)


def test_a_saturday_worked_by_decree_is_open_and_like_a_friday(history_of: HistoryOf) -> None:
    days = np.arange("2024-01-01", "2024-09-09", dtype="datetime64[D]")
    worked = country_worked_days("CN", days)
    acts_as = worked.weekday(days)
    is_open = (acts_as < 5) & ~np.isin(days, country_holidays("CN", days))
    week = np.array([50.0, 40.0, 30.0, 30.0, 20.0])
    values = np.where(is_open, week[np.minimum(acts_as, 4)], np.nan)[:, None] * np.ones((1, 4))
    decreed = forecast(history_of(values), 7, country="CN")
    assert decreed.open_days()[0].tolist() == [True] * 6 + [False]
    totals = decreed.day_totals()[0]
    assert str(decreed.days[5]) == "2024-09-14"
    assert totals[5] == pytest.approx(80.0, rel=0.05)
    assert not forecast(history_of(values), 7).open_days()[0, 5]


def test_a_later_start_is_the_end_of_a_longer_horizon(
    office: Office, history_of: HistoryOf
) -> None:
    values = three_groups(office)
    history = history_of(values, aht_s=100.0 + values)
    whole, later = forecast(history, 10), forecast(history, 3, start=date(2024, 4, 1))
    assert later.days.astype(str).tolist() == ["2024-04-01", "2024-04-02", "2024-04-03"]
    assert later.starts.equals(whole.starts[-72:])
    assert whole.aht_s is not None
    assert later.aht_s is not None
    for full, part in (
        (whole.offered, later.offered),
        (whole.open, later.open),
        (whole.lower[80], later.lower[80]),
        (whole.upper[95], later.upper[95]),
        (whole.aht_s, later.aht_s),
    ):
        np.testing.assert_array_equal(part, full[:, -72:])


# --- the same again ---------------------------------------------------------------------------


def groups_together() -> tuple[Hierarchy, list[Event]]:
    """Return what adds the three groups up, and what moves two of them."""
    above = Hierarchy.of(
        ("g0", "g1", "g2"), {"channel": {"g0": "voice", "g1": "voice", "g2": "chat"}}
    )
    sale = Event("sale", (date(2024, 2, 14), date(2024, 3, 27)), 1, 1, groups=("g0", "g2"))
    return above, [sale]


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_the_order_of_groups_changes_no_byte_with_sums_and_events_either(
    office: Office, history_of: HistoryOf, order: tuple[int, ...]
) -> None:
    values = three_groups(office)
    above, events = groups_together()
    straight = forecast(history_of(values), hierarchy=above, events=events)
    names = [f"g{index}" for index in order]
    turned = forecast(
        history_of(values[list(order)], groups=names),
        hierarchy=Hierarchy.of(names, {"channel": {"g0": "voice", "g1": "voice", "g2": "chat"}}),
        events=events,
    )
    assert turned.groups == tuple(names)
    for one, other in (
        (turned.offered, straight.offered),
        (turned.lower[95], straight.lower[95]),
        (turned.upper[80], straight.upper[80]),
    ):
        np.testing.assert_array_equal(one, other[list(order)])


@settings(max_examples=3, deadline=None)
@given(factor=st.floats(0.05, 500.0))
def test_multiplying_everything_multiplies_sums_and_paths(
    office: Office, history_of: HistoryOf, factor: float
) -> None:
    values = np.stack([noisy(office(63, total=total), 1) for total in (900.0, 1500.0, 2000.0)])
    above, _ = groups_together()
    once, scaled = (
        forecast(history_of(volumes), hierarchy=above) for volumes in (values, values * factor)
    )
    np.testing.assert_allclose(scaled.offered, once.offered * factor, rtol=1e-6)
    paths, scaled_paths = (one.sample_paths(5, seed=1) for one in (once, scaled))
    np.testing.assert_allclose(scaled_paths, paths * factor, rtol=1e-5, atol=1e-6 * factor)


def test_another_process_makes_the_same_bytes(history_of: HistoryOf, tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np, pandas as pd\n"
        "from forecasts import History, forecast\n"
        "starts = pd.date_range('2024-01-01', periods=84 * 24, freq='h')\n"
        "values = np.random.default_rng(6).poisson(9.0, (2, 84 * 24)).astype(float)\n"
        "forecast(History(('g0', 'g1'), starts, 60, values), seed=3).write_csv(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there.csv")], check=True)
    values = np.random.default_rng(6).poisson(9.0, (2, 84 * 24)).astype(float)
    forecast(history_of(values.reshape(2, 84, 24)), seed=3).write_csv(tmp_path / "here.csv")
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


# --- what is told with it ---------------------------------------------------------------------


def test_each_choice_is_explained(office: Office, history_of: HistoryOf) -> None:
    result = forecast(history_of(three_groups(office)))
    assert [choice.group for choice in result.choices] == ["g0", "g1", "g2"]
    for choice, leading in zip(result.choices, result.models, strict=True):
        assert sum(choice.weights.values()) == pytest.approx(1.0)
        assert leading == max(choice.weights, key=lambda model: choice.weights[model])
        assert {"profile_level", "boosted", "moving_average"} <= set(choice.errors)
        assert all(model in choice.reason for model in choice.weights)


def test_what_it_was_made_from_is_recorded(office: Office, history_of: HistoryOf) -> None:
    history = history_of(office(84))
    above, events = Hierarchy.of(("g0",), {}), [Event("launch", (date(2024, 3, 27),), uplift=1.3)]
    result = forecast(history, 5, closures=[date(2024, 4, 1)], events=events, hierarchy=above)
    made = result.made_from
    assert made is not None
    assert (made.first_day, made.last_day) == (date(2024, 1, 1), date(2024, 3, 24))
    assert made.options["horizon_days"] == 5
    assert made.options["closures"] == ["2024-04-01"]
    assert "launch" in str(made.options["events"])
    assert forecast(history, 5).fingerprint != result.fingerprint
    assert forecast(history, 5).fingerprint == forecast(history, 5).fingerprint


def test_contacts_that_are_not_closed_yet_are_the_backlog(office: Office) -> None:
    log = [
        (start + timedelta(minutes=5 * number), timedelta(hours=1))
        for start in (datetime(2024, 1, 1, 8) + timedelta(days=day) for day in range(21))
        for number in range(60)
    ]
    arrived = [time for time, _ in log]
    # The last seven of the last day are still open.
    closed = [time + later for time, later in log[:-7]] + [None] * 7
    history = history_from_contacts(pd.DataFrame({"arrived": arrived, "closed": closed}))
    result = forecast(history)
    assert result.backlog is not None
    assert result.backlog.tolist() == [7.0]


def test_far_more_contacts_than_ever_around_are_told(office: Office, history_of: HistoryOf) -> None:
    values = noisy(office(84))
    values[39, 12] = 50_000.0
    told = [issue for issue in forecast(history_of(values)).issues if issue.code == "surge"]
    assert len(told) == 1
    assert "2024-02-09 12:00" in told[0].detail
    assert not [i for i in forecast(history_of(noisy(office(84)))).issues if i.code == "surge"]
