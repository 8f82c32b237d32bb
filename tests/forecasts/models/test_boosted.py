"""Boosted shares: totals of the process, shapes no weekday knows, and the same bytes each time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from forecasts import History, forecast
from forecasts.calendars import learn_calendar
from forecasts.history.day_series import DaySeries
from forecasts.models import boosted
from forecasts.models.base import Member
from forecasts.models.boosted import Boosted
from forecasts.models.gaussian_level import GaussianLevel, fit_gaussian_totals
from forecasts.models.profile_level import ProfileLevel
from forecasts.weekly import FloatArray

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]
DAYS = 182
LATER = np.datetime64("2024-07-01") + np.arange(31)


def member_of(offered: np.ndarray) -> Member:
    """Return a group whose history ends on a Sunday, the day before `LATER`."""
    series = DaySeries(LATER[0] + np.arange(-len(offered), 0), offered.astype(float))
    return Member(series, learn_calendar(series))


def shares(days: np.ndarray) -> np.ndarray:
    """Return shares of the day that move to the morning in the first week of a month."""
    hours = np.linspace(0.0, np.pi, 20)
    month = days.astype("datetime64[M]").astype("datetime64[D]")
    early = ((days - month).astype(int) < 7)[:, None]
    weights = (np.sin(hours) + 0.2) * np.exp(np.where(early, 0.5, 0.0) * np.cos(hours))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def turning(total: float, seed: int = 0, length: int = DAYS) -> Member:
    """Return a group whose shape depends on the day of the month."""
    days = LATER[0] + np.arange(-length, 0)
    return member_of(np.random.default_rng(seed).poisson(total * shares(days)))


def shape_error(said: FloatArray) -> float:
    """Return the mean distance of the shares of `LATER` from the true ones."""
    found = said / said.sum(axis=1, keepdims=True)
    return float(np.abs(found - shares(LATER)).sum(axis=1).mean())


def office_member(office: Office, total: float, seed: int) -> Member:
    truth = office(126, "2024-02-26", total=total, closures=("2024-03-13", "2024-05-09"))
    counts = np.random.default_rng(seed).poisson(np.nan_to_num(truth)).astype(float)
    return member_of(np.where(np.isnan(truth), np.nan, counts))


def days_after(member: Member, count: int = 14) -> np.ndarray:
    return np.asarray(member.series.days[-1] + np.arange(1, count + 1))


def test_totals_are_those_of_the_process_and_closed_slots_are_empty(office: Office) -> None:
    members = [office_member(office, total, seed) for seed, total in enumerate((800.0, 60.0))]
    days = days_after(members[0])
    for member, said in zip(members, Boosted().forecast(members, days), strict=True):
        process = fit_gaussian_totals(member.series, member.calendar)
        assert process is not None
        is_open = member.calendar.is_open(days)
        wanted = np.where(is_open.any(axis=1), process.totals(days), 0.0)
        np.testing.assert_allclose(said.sum(axis=1), wanted, rtol=1e-12)
        assert not said[~is_open].any()
        assert (said[is_open] > 0).all()


def test_a_shape_of_the_month_is_learnt_that_weekdays_cannot_know() -> None:
    member = turning(2000.0)
    (said,) = Boosted().forecast([member], LATER)
    plain = GaussianLevel().fit(member.series, member.calendar).predict(LATER)
    assert shape_error(said) < 0.5 * shape_error(plain)


def test_a_thin_group_learns_its_shape_from_a_busy_one() -> None:
    thin, busy = turning(60.0, 1), turning(5000.0, 2)
    (alone,) = Boosted().forecast([thin], LATER)
    together, _ = Boosted().forecast([thin, busy], LATER)
    assert shape_error(together) < 0.8 * shape_error(alone)


def test_groups_in_another_order_are_forecast_the_same(office: Office) -> None:
    # Sizes that are no round numbers, so that sums depend on the order of what is added.
    members = [office_member(office, 10.0 * 3.7**seed, seed) for seed in range(6)]
    # The same counts, but nights recorded as zeros: only the hours tell this group apart.
    padded = np.where(np.isnan(members[0].series.offered), 0.0, members[0].series.offered)
    members.append(member_of(padded))
    days = days_after(members[0])
    straight = Boosted().forecast(members, days)
    order = [2, 5, 3, 6, 0, 1, 4]
    turned = Boosted().forecast([members[index] for index in order], days)
    for index, said in zip(order, turned, strict=True):
        np.testing.assert_array_equal(said, straight[index])


def test_the_seed_decides_which_features_are_used(office: Office) -> None:
    member = office_member(office, 900.0, 3)
    once, again, other = (
        Boosted(seed).forecast([member], days_after(member))[0] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(once, again)
    assert (once != other).any()


PRINT_BYTES = """
import numpy as np
from forecasts.calendars import learn_calendar
from forecasts.history.day_series import DaySeries
from forecasts.models.base import Member
from forecasts.models.boosted import Boosted
counts = np.random.default_rng(5).poisson(30.0, (120, 24)).astype(float)
series = DaySeries(np.datetime64("2024-01-01") + np.arange(120), counts)
member = Member(series, learn_calendar(series))
print(Boosted(7).forecast([member], series.days + 120)[0].tobytes().hex())
"""


def test_any_process_and_number_of_threads_gives_the_same_bytes() -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PRINT_BYTES],
            env={**os.environ, "OMP_NUM_THREADS": threads},
            stdout=subprocess.PIPE,
            text=True,
        )
        for threads in ("1", "2")
    ]
    one, two = (process.communicate(timeout=60)[0] for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert len(one) > 120 * 24 * 16
    assert one == two


@pytest.mark.parametrize("factor", [0.01, 4.0, 3.7e5])
def test_multiplying_all_histories_multiplies_the_forecasts(office: Office, factor: float) -> None:
    members = [office_member(office, total, seed) for seed, total in enumerate((900.0, 90.0))]
    scaled = [
        Member(DaySeries(one.series.days, one.series.offered * factor), one.calendar)
        for one in members
    ]
    days = days_after(members[0])
    for once, again in zip(
        Boosted().forecast(members, days), Boosted().forecast(scaled, days), strict=True
    ):
        np.testing.assert_allclose(again, once * factor, rtol=1e-6)


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_a_group_that_tells_nothing_is_forecast_zero_and_leaves_others_alone(
    office: Office, nothing: float
) -> None:
    busy = office_member(office, 900.0, 4)
    silent = member_of(np.full(busy.series.offered.shape, nothing))
    days = days_after(busy)
    (alone,) = Boosted().forecast([busy], days)
    with_silent, zero = Boosted().forecast([busy, silent], days)
    np.testing.assert_array_equal(with_silent, alone)
    assert zero.shape == alone.shape
    assert not zero.any()
    assert not Boosted().forecast([silent], days)[0].any()


def test_one_contact_where_hardly_any_is_expected_does_not_discredit_its_group() -> None:
    thin, busy = turning(60.0, 1), turning(5000.0, 2, 1000)
    offered = busy.series.offered.copy()
    offered[:, 0] = 0.0
    calm = member_of(offered)
    # After 24 half-lives of the profile a millionth of a contact is expected here.
    offered[2, 0] = 1.0
    surprised = member_of(offered)
    without, beside_calm, beside_surprised = (
        shape_error(Boosted().forecast([thin, *others], LATER)[0])
        for others in ([], [calm], [surprised])
    )
    assert beside_calm < 0.8 * without
    assert beside_surprised < 1.1 * beside_calm


def test_of_very_long_histories_the_latest_days_are_learnt_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(boosted, "MOST_ROWS", 1)
    member = turning(2000.0)
    moved = member.series.offered.copy()
    moved[:60] = moved[:60, ::-1]
    profile = ProfileLevel().fit(member.series, member.calendar)
    # With profiles held, mornings and evenings changed places before the last eight weeks only.
    monkeypatch.setattr(ProfileLevel, "fit", lambda *_: profile)
    turned = Member(DaySeries(member.series.days, moved), member.calendar)
    before, after = (Boosted().forecast([one], LATER)[0] for one in (member, turned))
    np.testing.assert_allclose(after, before, rtol=1e-12)
    monkeypatch.setattr(boosted, "MOST_ROWS", 150_000)
    assert not np.allclose(Boosted().forecast([turned], LATER)[0], before, rtol=1e-3)


def test_without_lightgbm_the_process_takes_its_place_and_it_is_told(
    office: Office, history_of: HistoryOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = office(84)
    counts = np.random.default_rng(6).poisson(np.nan_to_num(truth)).astype(float)
    history = history_of(np.where(np.isnan(truth), np.nan, counts))
    with_it = forecast(history)
    assert "boosted" in with_it.choices[0].weights
    assert "no_boosting" not in {issue.code for issue in with_it.issues}

    monkeypatch.setitem(sys.modules, "lightgbm", None)
    assert not boosted.boosting_available()
    without = forecast(history)
    assert "boosted" not in without.choices[0].weights
    assert "gaussian_level" in without.choices[0].weights
    (told,) = (issue for issue in without.issues if issue.code == "no_boosting")
    assert told.severity == "warning"
    np.testing.assert_allclose(without.day_totals(), with_it.day_totals(), rtol=0.05)
