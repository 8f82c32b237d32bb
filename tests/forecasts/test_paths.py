"""Sample paths: every interval as its interval says, days, weeks and groups together as they go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasts import Forecast, History, forecast, read_history
from forecasts.adjustments import Add, Multiply, apply
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.history.series import DaySeries
from forecasts.intervals import GRID, LEVELS, Spread, assumed_spread, measure_spread
from forecasts.outlook import Outlook, look_ahead
from forecasts.panel import Panel
from forecasts.paths import LASTING, Uncertainty, uncertainty_of
from forecasts.pipeline import known_closures, panel_of

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]

SLOTS = 6


def forecast_of(
    expected: np.ndarray, spreads: list[Spread], across: float = 0.0, first: str = "2024-03-04"
) -> Forecast:
    """Return a forecast of groups x days x slots with errors as the spreads say."""
    groups, days, slots = expected.shape
    bounds = {
        level: np.stack([s.bounds(f, level) for s, f in zip(spreads, expected, strict=True)])
        for level in LEVELS
    }
    return Forecast(
        groups=tuple(f"g{index}" for index in range(groups)),
        starts=pd.date_range(first, periods=days * slots, freq=f"{1440 // slots}min"),
        interval_minutes=1440 // slots,
        offered=expected.reshape(groups, -1),
        open=expected.reshape(groups, -1) > 0,
        lower={level: ends[:, 0].reshape(groups, -1) for level, ends in bounds.items()},
        upper={level: ends[:, 1].reshape(groups, -1) for level, ends in bounds.items()},
        uncertainty=Uncertainty(
            deviation=np.stack(
                [s.deviation(f).ravel() for s, f in zip(spreads, expected, strict=True)]
            ),
            scores=np.stack([s.scores for s in spreads]),
            week=np.array([s.week for s in spreads]),
            day=np.array([s.day for s in spreads]),
            across=across,
        ),
    )


def going_together(week: float, day: float) -> Spread:
    return replace(assumed_spread(), relative=0.1, week=week, day=day)


def by_day(paths: np.ndarray) -> np.ndarray:
    """Return totals of days, paths x groups x days."""
    return np.asarray(paths.reshape(*paths.shape[:2], -1, SLOTS).sum(axis=3))


def within(paths: np.ndarray, came: np.ndarray, level: int) -> np.ndarray:
    """Tell what came between the quantiles of the paths (first axis) for a level in percent."""
    tail = (1 - level / 100) / 2
    low, high = np.quantile(paths, [tail, 1 - tail], axis=0)
    return np.asarray((low <= came) & (came <= high))


@pytest.fixture(scope="module")
def shared_days() -> list[Outlook]:
    """Return outlooks of two busy groups and two quiet ones alike, and of four on their own."""
    rng = np.random.default_rng(1)
    alike = rng.gamma(100.0, 0.01, (112, 1))
    shape = np.array([0.4, 0.8, 1.3, 1.5, 1.2, 0.8])
    values = [rng.poisson(mean * alike * shape) for mean in (500.0, 800.0, 12.0, 20.0)]
    values += [rng.poisson(500.0 * rng.gamma(100.0, 0.01, (112, 1)) * shape) for _ in range(4)]
    days = np.datetime64("2024-01-01") + np.arange(112)
    panel = Panel(
        names=[f"g{index}" for index in range(8)],
        series=[DaySeries(days, one.astype(float)) for one in values],
        closures=[days[:0]] * 8,
        boosting=False,
    )
    found = [outlook for outlook in look_ahead(panel, days[-1] + 1, 14) if outlook is not None]
    assert len(found) == 8
    return found


def test_each_interval_holds_its_share_of_the_paths() -> None:
    rng = np.random.default_rng(2)
    expected = rng.gamma(5.0, 40.0, (100, 7, SLOTS))
    # Errors that lean to one side: their quantiles must come through as they are.
    errors = np.sqrt(expected) * (rng.exponential(1.0, expected.shape) - 1.0)
    spread = measure_spread(expected, expected + errors)
    assert spread is not None
    result = forecast_of(rng.uniform(150.0, 900.0, (1, 14, SLOTS)), [spread])
    paths = result.sample_paths(4000, seed=3)
    for level in LEVELS:
        inside = (result.lower[level] <= paths) & (paths <= result.upper[level])
        # Four standard errors of an interval's own share; the mean is sure to a tenth of that.
        error = 4 * np.sqrt(level / 100 * (1 - level / 100) / 4000)
        np.testing.assert_allclose(inside.mean(axis=0), level / 100, atol=error + 0.005)
        assert inside.mean() == pytest.approx(level / 100, abs=0.008)
    scores = (paths - result.offered) / spread.deviation(result.offered.reshape(14, SLOTS)).ravel()
    np.testing.assert_allclose(np.quantile(scores, GRID), spread.scores, atol=0.06)


def test_totals_of_days_and_weeks_vary_as_their_correlations_say() -> None:
    result = forecast_of(np.full((1, 7, SLOTS), 400.0), [going_together(0.2, 0.5)])
    totals = by_day(result.sample_paths(20_000, seed=4))[:, 0]
    variance = 400.0 + (0.1 * 400.0) ** 2
    of_day = variance * SLOTS * (1 + (SLOTS - 1) * 0.5)
    np.testing.assert_allclose(totals.var(axis=0), of_day, rtol=0.05)
    of_week = 7 * of_day + variance * SLOTS**2 * 7 * 6 * 0.2
    assert totals.sum(axis=1).var() == pytest.approx(of_week, rel=0.05)


def test_what_weeks_have_in_common_lasts_into_the_next_ones() -> None:
    result = forecast_of(np.full((1, 21, SLOTS), 400.0), [going_together(0.6, 0.6)])
    paths = result.sample_paths(20_000, seed=5)
    days = by_day(paths)[:, 0]
    together = np.corrcoef(days.T)
    own = 0.6 / (0.6 + 0.4 / SLOTS)
    same = together[:7, :7][~np.eye(7, dtype=bool)]
    np.testing.assert_allclose(same, own, atol=0.03)
    np.testing.assert_allclose(together[:7, 7:14], own * LASTING, atol=0.04)
    np.testing.assert_allclose(together[:7, 14:], own * LASTING**2, atol=0.04)


def test_totals_of_weeks_are_covered_where_independent_intervals_would_fail() -> None:
    rng = np.random.default_rng(6)
    expected = np.full((1, 7, SLOTS), 400.0)

    def drawn(count: int) -> np.ndarray:
        common = np.sqrt(0.3) * rng.standard_normal((count, 1, 1))
        common = common + np.sqrt(0.3) * rng.standard_normal((count, 7, 1))
        own = np.sqrt(0.4) * rng.standard_normal((count, 7, SLOTS))
        return np.asarray(expected + np.sqrt(400.0 + 40.0**2) * (common + own))

    covered: dict[str, list[np.ndarray]] = {"together": [], "independent": [], "days": []}
    for seed in range(150):
        rehearsed = drawn(12)
        spread = measure_spread(np.repeat(expected, 12, axis=0), rehearsed)
        assert spread is not None
        came = drawn(1)[0]
        for name, one in (
            ("together", spread),
            ("independent", replace(spread, week=0.0, day=0.0)),
        ):
            totals = by_day(forecast_of(expected, [one]).sample_paths(400, seed))[:, 0]
            covered[name].append(within(totals.sum(axis=1), came.sum(), 80))
            if name == "together":
                covered["days"].append(within(totals, came.sum(axis=1), 80))
    # Correlations are measured on twelve weeks, so a little less than 80 % is to be expected.
    assert np.mean(covered["together"]) == pytest.approx(0.77, abs=0.09)
    assert np.mean(covered["days"]) == pytest.approx(0.79, abs=0.06)
    assert np.mean(covered["independent"]) < 0.45


def test_totals_of_weeks_of_a_simulated_world_are_covered_by_its_forecast() -> None:
    rng = np.random.default_rng(7)
    # Bad weeks and bad days, 4 % each, that no model can foresee.
    week = rng.gamma(625.0, 1 / 625, (40, 17)).repeat(7, axis=1)
    day = rng.gamma(625.0, 1 / 625, (40, 119))
    rate = 300.0 * (week * day)[:, :, None] * np.array([0.6, 1.2, 1.2])
    values = rng.poisson(rate).astype(float)
    days = np.datetime64("2024-01-01") + np.arange(112)
    panel = Panel(
        names=[f"g{index}" for index in range(40)],
        series=[DaySeries(days, one[:112]) for one in values],
        closures=[days[:0]] * 40,
        boosting=False,
    )
    came = values[:, 112:].sum(axis=(1, 2))
    inside: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for index, outlook in enumerate(look_ahead(panel, days[-1] + 1, 7)):
        assert outlook is not None
        alone = replace(outlook.spread, week=0.0, day=0.0)
        for together, spread in ((True, outlook.spread), (False, alone)):
            one = forecast_of(outlook.expected[None], [spread])
            totals = one.sample_paths(400, seed=index).sum(axis=(1, 2))
            inside[together].append(within(totals, came[index], 80))
    assert np.mean(inside[True]) == pytest.approx(0.8, abs=0.15)
    assert np.mean(inside[False]) < 0.6


def test_groups_share_what_they_are_said_to_share() -> None:
    expected = np.full((3, 14, SLOTS), 400.0)
    result = forecast_of(expected, [going_together(0.2, 0.5)] * 3, across=0.6)
    days = by_day(result.sample_paths(20_000, seed=8))
    # Of a day's total this part is common to its intervals; six tenths of it are the groups'.
    common = 0.5 / (0.5 + 0.5 / SLOTS)
    for day in (0, 13):
        together = np.corrcoef(days[:, :, day].T)[np.triu_indices(3, 1)]
        np.testing.assert_allclose(together, 0.6 * common, atol=0.03)
    # Different days of a week share a bad week only.
    other = np.corrcoef(days[:, 0, 0], days[:, 1, 1])[0, 1]
    assert other == pytest.approx(0.6 * common * 0.2 / 0.5, abs=0.03)


def across_of(outlooks: list[Outlook]) -> float:
    return uncertainty_of(outlooks, np.ones(14, bool)).across


def test_groups_that_share_bad_days_are_found_to(shared_days: list[Outlook]) -> None:
    assert across_of(shared_days[:2]) > 0.7
    assert across_of(shared_days[4:]) < 0.2
    assert across_of(shared_days[:1]) == 0.0


def test_the_chance_of_quiet_groups_does_not_hide_what_they_share(
    shared_days: list[Outlook],
) -> None:
    quiet = shared_days[2:4]
    errors = np.stack([outlook.day_errors() for outlook in quiet])
    known = np.isfinite(errors).all(axis=0)
    plain = float(np.corrcoef(errors[:, known])[0, 1])
    assert across_of(quiet) > 0.75 * plain
    # And their paths are no more alike than their errors were.
    known_errors = uncertainty_of(quiet, np.ones(14, bool))
    expected = np.stack([outlook.expected for outlook in quiet])
    result = replace(
        forecast_of(expected, [outlook.spread for outlook in quiet]), uncertainty=known_errors
    )
    days = by_day(result.sample_paths(4000, seed=9))
    drawn = np.mean([np.corrcoef(days[:, :, day].T)[0, 1] for day in range(14)])
    assert drawn <= plain + 0.1


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_paths() -> None:
    result = forecast_of(np.full((2, 14, SLOTS), 50.0), [going_together(0.2, 0.5)] * 2, 0.3)
    once = result.sample_paths(20, seed=1)
    assert once.shape == (20, 2, 14 * SLOTS)
    assert result.sample_paths(20, seed=1).tobytes() == once.tobytes()
    assert not np.array_equal(result.sample_paths(20, seed=2), once)


def test_paths_are_zero_where_closed_and_never_below(office: Office, history_of: HistoryOf) -> None:
    rng = np.random.default_rng(10)
    busy, quiet = office(84), office(84, total=15.0)
    values = [np.where(np.isnan(v), np.nan, rng.poisson(np.nan_to_num(v))) for v in (busy, quiet)]
    result = forecast(history_of(np.stack(values)), 14)
    paths = result.sample_paths(200)
    assert paths.shape == (200, *result.offered.shape)
    assert np.isfinite(paths).all()
    assert (paths >= 0).all()
    assert not paths[:, ~result.open].any()
    assert (paths.std(axis=0)[result.open] > 0).all()


def test_adjustments_scale_the_paths_and_keep_their_draws() -> None:
    plain = forecast_of(np.full((2, 7, SLOTS), 80.0), [going_together(0.2, 0.5)] * 2)
    paths = plain.sample_paths(50, seed=3)
    doubled = apply(plain, [Multiply(name="more", groups=("g0",), factor=2.0)])
    both = doubled.sample_paths(50, seed=3)
    np.testing.assert_allclose(both[:, 0], 2 * paths[:, 0])
    np.testing.assert_allclose(both[:, 1], paths[:, 1])
    added = apply(doubled, [Add(name="some", groups=("g0",), contacts=16.0, per="interval")])
    # 16 contacts more an interval, and errors wider by as much as the intervals are.
    wider = (added.upper[80] - added.lower[80])[0] / (plain.upper[80] - plain.lower[80])[0]
    np.testing.assert_allclose(
        added.sample_paths(50, seed=3)[:, 0], 176.0 + wider * (paths[:, 0] - 80.0)
    )
    inside = added.sample_paths(2000, seed=3)[:, 0]
    share = (inside >= added.lower[80][0]) & (inside <= added.upper[80][0])
    assert share.mean() == pytest.approx(0.8, abs=0.02)
    none = apply(plain, [Multiply(name="off", factor=0.0)])
    assert not none.sample_paths(50, seed=3).any()


def test_contacts_added_where_none_were_expected_are_in_every_path() -> None:
    expected = np.full((1, 7, SLOTS), 80.0)
    expected[:, :, 0] = 0.0
    plain = replace(
        forecast_of(expected, [going_together(0.2, 0.5)]), open=np.ones((1, 7 * SLOTS), bool)
    )
    more = apply(plain, [Add(name="new", contacts=5.0, per="interval")])
    paths = more.sample_paths(30).reshape(30, 7, SLOTS)
    np.testing.assert_allclose(paths[:, :, 0], 5.0)
    assert (paths[:, :, 1:].std(axis=0) > 0).all()


def test_young_groups_have_paths_too(office: Office, history_of: HistoryOf) -> None:
    rng = np.random.default_rng(11)
    values = np.stack([office(84)] * 3) * rng.uniform(0.9, 1.1, (3, 84, 1))
    values[1, :70] = np.nan
    values[2] = np.nan
    whole = Hierarchy.of(("g0", "g1", "g2"), {}, shares={"g2": 0.1})
    result = forecast(history_of(values), 7, hierarchy=whole)
    paths = result.sample_paths(100)
    assert np.isfinite(paths).all()
    for group in range(3):
        assert (paths[:, group, result.open[group]].std(axis=0) > 0).all()


def test_a_forecast_that_does_not_know_its_errors_has_no_paths() -> None:
    known = forecast_of(np.full((1, 7, SLOTS), 80.0), [assumed_spread()])
    with pytest.raises(ValueError, match="no record of its errors"):
        replace(known, uncertainty=None).sample_paths(10)


def test_bank_calls_by_interval_day_and_week(reference_data: Callable[[str], Path]) -> None:
    history = read_history(reference_data("forecasts/bank_calls_30min.csv"))
    series = history.series(0)
    closures = known_closures([series], series.days[:0])
    panel = replace(panel_of(history, [series], closures), boosting=False)
    inside: dict[tuple[str, int], list[np.ndarray]] = {}
    slots = history.slots_per_day
    for begin in len(series) - 7 * np.arange(1, 13):
        outlook = look_ahead(panel, series.days[begin], 7)[0]
        assert outlook is not None
        paths = forecast_of(outlook.expected[None], [outlook.spread]).sample_paths(500, seed=1)
        paths = paths.reshape(500, 7, slots)
        recorded = np.isfinite(series.offered[begin : begin + 7])
        came = np.where(recorded, series.offered[begin : begin + 7], 0.0)
        paths *= recorded
        open_days = recorded.any(axis=1)
        for level in LEVELS:
            found = {
                "interval": within(paths, came, level)[recorded],
                "day": within(paths.sum(axis=2), came.sum(axis=1), level)[open_days],
                "week": within(paths.sum(axis=(1, 2)), came.sum(), level)[None],
            }
            for name, one in found.items():
                inside.setdefault((name, level), []).append(one)
    share = {key: float(np.concatenate(found).mean()) for key, found in inside.items()}
    assert 0.74 <= share["interval", 80] <= 0.86
    assert 0.91 <= share["interval", 95] <= 0.98
    # 58 days and 12 weeks, which are not independent.
    assert 0.68 <= share["day", 80] <= 0.92
    assert share["day", 95] >= 0.88
    assert share["week", 80] >= 0.5
    assert share["week", 95] >= 0.75
