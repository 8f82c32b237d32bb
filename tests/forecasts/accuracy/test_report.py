"""Stored forecasts against what came, with errors that are known beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecasts import Forecast, ForecastError, History
from forecasts.accuracy import accuracy
from forecasts.adjustments import Multiply, apply
from forecasts.metrics import coverage, day_wape, wape
from forecasts.provenance import Provenance
from tests.forecasts.stored import GROUPS, made


def came(forecast: Forecast, factor: float = 1.0) -> History:
    """Return actuals that are the forecast times a factor, handled in 1.25 times the time."""
    assert forecast.aht_s is not None
    return History(
        groups=forecast.groups,
        starts=forecast.starts,
        interval_minutes=forecast.interval_minutes,
        offered=np.where(forecast.open, factor * forecast.offered, np.nan),
        aht_s=np.where(forecast.open, 1.25 * forecast.aht_s, np.nan),
    )


def codes(issues: tuple[object, ...]) -> list[tuple[str, str]]:
    return [(issue.code, issue.pointer) for issue in issues]  # type: ignore[attr-defined]


def test_a_forecast_that_is_a_quarter_too_high_says_so_everywhere() -> None:
    report = accuracy(made(), came(made(), 0.8))
    for part in (report.groups, report.horizon, report.weeks, report.weekdays):
        for one in (report.overall, *part.values()):
            assert one.wape == pytest.approx(0.25)
            assert one.day_wape == pytest.approx(0.25)
            assert one.bias == pytest.approx(0.25)
            assert one.aht_error == pytest.approx(0.2)
            assert one.aht_bias == pytest.approx(-0.2)
            assert one.times_floor == pytest.approx(0.25 / one.poisson_floor)
    assert tuple(report.groups) == GROUPS
    assert report.scored_share == 1.0


def test_parts_are_scored_like_the_whole_they_are_cut_from() -> None:
    forecast = made(days=16)
    actual = came(forecast)
    rng = np.random.default_rng(3)
    counts = np.where(forecast.open, rng.poisson(forecast.offered).astype(float), np.nan)
    report = accuracy(forecast, replace(actual, offered=counts))
    by_day = counts.reshape(3, 16, 24)
    expected = forecast.offered.reshape(by_day.shape)
    assert list(report.horizon) == ["1", "2", "3", "4", "5", "6", "7+"]
    assert list(report.weeks) == ["2024-03-04", "2024-03-11", "2024-03-18"]
    assert next(iter(report.weekdays)) == "Monday"
    assert report.horizon["2"].wape == pytest.approx(wape(by_day[:, 1], expected[:, 1]))
    assert report.horizon["7+"].wape == pytest.approx(wape(by_day[:, 6:], expected[:, 6:]))
    assert report.weeks["2024-03-11"].day_wape == pytest.approx(
        day_wape(by_day[:, 7:14], expected[:, 7:14])
    )
    assert report.weekdays["Monday"].actual == np.nansum(by_day[:, [0, 7, 14]])
    assert report.overall.coverage80 == pytest.approx(
        coverage(counts, forecast.lower[80], forecast.upper[80])
    )
    assert sum(one.intervals for one in report.weekdays.values()) == forecast.open.sum()
    # Poisson counts around the forecast err as much as the floor says, more or less.
    assert report.overall.times_floor == pytest.approx(1.0, abs=0.1)


def test_only_intervals_with_an_actual_are_scored_and_how_many_is_said() -> None:
    forecast = made()
    actual = came(forecast, 0.5)
    until_tuesday = actual.until(np.datetime64("2024-03-06"))
    report = accuracy(forecast, until_tuesday)
    assert (report.first_day, report.last_day) == (date(2024, 3, 4), date(2024, 3, 5))
    assert list(report.horizon) == ["1", "2"]
    assert report.overall.intervals == 2 * (10 + 10 + 24)
    assert report.scored_share == pytest.approx(88 / forecast.open.sum())


def test_contacts_in_closed_intervals_are_errors_and_zeros_there_are_not() -> None:
    forecast = made()
    offered = came(forecast).offered.copy()
    offered[0, 0], offered[0, 1] = 5.0, 0.0
    report = accuracy(forecast, replace(came(forecast), offered=offered))
    assert report.overall.intervals == forecast.open.sum() + 1
    assert report.overall.wape == pytest.approx(5.0 / report.overall.actual)
    assert codes(report.issues) == [("open_unexpectedly", "/groups/front")]


def test_adjustments_are_judged_one_by_one() -> None:
    base = made()
    right = Multiply(name="right", factor=1.5)
    wrong = Multiply(name="wrong", factor=1.2)
    report = accuracy(apply(base, [right, wrong]), came(base, 1.5))
    assert report.unadjusted is not None
    assert report.unadjusted.wape == pytest.approx(1 / 3)
    assert report.overall.wape == pytest.approx(0.2)
    assert [one.name for one in report.value_added] == ["right", "wrong"]
    assert [one.wape_saved for one in report.value_added] == pytest.approx([1 / 3, -0.2])
    assert accuracy(base, came(base)).unadjusted is None


def test_a_forecast_that_knew_the_actuals_is_not_trusted() -> None:
    made_from = Provenance("sha256:1", date(2024, 1, 1), date(2024, 3, 5))
    forecast = replace(made(), made_from=made_from)
    report = accuracy(forecast, came(forecast))
    assert report.fingerprint == "sha256:1"
    assert codes(report.issues) == [("seen_before", "/rows")]
    assert "2 of the 7 days" in report.issues[0].detail


def test_groups_that_are_not_in_both_are_told_and_left_out() -> None:
    forecast = made()
    actual = came(forecast)
    other = replace(actual, groups=("front", "experts", "fax"))
    report = accuracy(forecast, other)
    assert codes(report.issues) == [
        ("no_actuals", "/groups/night"),
        ("not_forecast", "/groups/fax"),
    ]
    assert list(report.groups) == ["front", "experts"]
    turned = replace(
        actual, groups=("experts", "front", "night"), offered=actual.offered[[1, 0, 2]],
        aht_s=None,
    )  # fmt: skip
    assert accuracy(forecast, turned).overall.wape == pytest.approx(0.0, abs=1e-12)


def test_what_cannot_be_compared_is_refused() -> None:
    forecast = made()
    actual = came(forecast)
    hours = replace(
        actual, starts=actual.starts[:48], interval_minutes=60, offered=actual.offered[:, :48],
        aht_s=None,
    )  # fmt: skip
    later = replace(hours, starts=hours.starts + np.timedelta64(20, "D"))
    strangers = replace(actual, groups=("a", "b", "c"))
    empty = replace(actual, offered=np.full_like(actual.offered, np.nan), aht_s=None)
    for other in (later, strangers, empty):
        with pytest.raises(ForecastError) as caught:
            accuracy(forecast, other)
        assert caught.value.issues[0].code == "nothing_to_score"
    halves = History(("front",), forecast.starts[:48].repeat(1), 60, actual.offered[:1, :48])
    with pytest.raises(ForecastError) as caught:
        accuracy(replace(forecast, interval_minutes=30), halves)
    assert caught.value.issues[0].code == "odd_interval"


def test_figures_that_are_not_defined_are_none() -> None:
    base = made(with_aht=False)
    forecast = replace(base, lower={}, upper={}, offered=np.zeros_like(base.offered))
    nothing = History(GROUPS, base.starts, 60, np.where(base.open, 0.0, np.nan))
    figures = accuracy(forecast, nothing).overall.as_dict()
    undefined = {name for name, value in figures.items() if value is None}
    assert undefined == {
        "wape", "day_wape", "bias", "coverage80", "coverage95", "poisson_floor", "times_floor",
        "aht_error", "aht_bias",
    }  # fmt: skip
