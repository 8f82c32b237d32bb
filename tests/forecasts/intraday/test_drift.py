"""The drift: the filter against dense algebra, its law found again in days drawn from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasts.intraday import DayPairs, Drift, learn_drifts
from forecasts.intraday.drift import follow, usual_days

Drifting = Callable[..., DayPairs]


def conditional(
    drift: Drift, expected: np.ndarray, actual: np.ndarray, seen: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of the drift in every slot given the first ones, by inversion."""
    slots = np.arange(len(expected))
    law = drift.spread**2 * drift.memory ** np.abs(slots[:, None] - slots)
    known = slots[:seen][np.isfinite(actual[:seen]) & (expected[:seen] > 0)]
    noise = np.diag(drift.dispersion / expected[known])
    weights = law[:, known] @ np.linalg.inv(law[np.ix_(known, known)] + noise)
    departures = actual[known] / expected[known] - 1.0
    return weights @ departures, law - weights @ law[known]


def test_the_filter_is_the_conditional_law_of_a_normal_drift() -> None:
    rng = np.random.default_rng(1)
    drift = Drift(spread=0.2, memory=0.85, dispersion=1.3)
    expected = rng.uniform(20.0, 60.0, 14)
    actual = expected * rng.uniform(0.8, 1.2, 14)
    expected[5], actual[8] = 0.0, np.nan
    for seen in (0, 1, 6, 9, 14):
        mean, covariance = conditional(drift, expected, actual, seen)
        known = follow(drift, expected[None, :seen], actual[None, :seen])
        last = max(seen - 1, 0)
        assert known.drift[0] == pytest.approx(mean[last])
        assert known.variance[0] == pytest.approx(covariance[last, last])
        rest = expected[seen:]
        found = drift.covariance(rest[None], known.variance)[0]
        counts = rest[:, None] * rest * covariance[seen:, seen:]
        if seen:
            assert found == pytest.approx(counts + np.diag(drift.dispersion * rest))


def test_news_beyond_four_deviations_is_cut() -> None:
    drift = Drift(spread=0.1, memory=0.9, dispersion=1.0)
    expected = np.full((1, 1), 100.0)
    bound = 4 * np.sqrt(0.1**2 + 1 / 100)
    at_bound = follow(drift, expected, expected * (1 + bound)).drift
    assert follow(drift, expected, 9 * expected).drift == pytest.approx(at_bound)
    assert at_bound == pytest.approx(0.5 * bound)


@given(
    arrays(np.float64, 12, elements=st.floats(0.0, 1e6)),
    st.floats(0.0, 2.0),
    st.floats(0.0, 1.0),
    st.floats(0.01, 10.0),
)
def test_a_drift_is_never_below_minus_one(
    actual: np.ndarray, spread: float, memory: float, dispersion: float
) -> None:
    expected = np.linspace(0.0, 50.0, 12)
    known = follow(Drift(spread, memory, dispersion), expected[None], actual[None])
    assert -1.0 - 1e-9 <= known.drift[0] < np.inf
    assert known.variance[0] >= 0.0


def test_the_law_of_the_drift_is_found_again(drifting: Drifting) -> None:
    rng = np.random.default_rng(2)
    pairs = drifting(rng, days=300, mean=80.0, spread=0.12, memory=0.84, dispersion=2.0)
    found = learn_drifts([pairs])[0]
    assert found.spread == pytest.approx(0.12, rel=0.2)
    # Half-lives are a factor 2 apart on the grid: 4 hours here.
    assert found.memory == pytest.approx(0.5 ** (1 / 4))
    assert found.dispersion == pytest.approx(2.0, rel=0.1)


def test_days_without_a_drift_have_none(drifting: Drifting) -> None:
    for seed in range(5):
        pairs = drifting(np.random.default_rng(seed), days=120, spread=0.0)
        assert learn_drifts([pairs])[0].spread < 0.03


def test_scaling_all_volumes_leaves_the_drift(drifting: Drifting) -> None:
    rng = np.random.default_rng(3)
    groups = [drifting(rng, mean=300.0), drifting(rng, mean=100.0, spread=0.2)]
    scaled = [DayPairs(one.days, 7.3 * one.expected, 7.3 * one.actual) for one in groups]
    for before, after in zip(learn_drifts(groups), learn_drifts(scaled), strict=True):
        assert after.spread == pytest.approx(before.spread)
        assert after.memory == before.memory
        assert after.dispersion == pytest.approx(7.3 * before.dispersion)


def test_the_order_of_groups_changes_nothing(drifting: Drifting) -> None:
    rng = np.random.default_rng(4)
    groups = [drifting(rng, mean=mean) for mean in (5.0, 50.0, 0.5)]
    forwards, backwards = learn_drifts(groups), learn_drifts(groups[::-1])
    for one, other in zip(forwards, backwards[::-1], strict=True):
        assert other.spread == pytest.approx(one.spread)
        assert (other.memory, other.dispersion) == pytest.approx((one.memory, one.dispersion))


def test_a_group_of_few_days_borrows_from_the_others(drifting: Drifting) -> None:
    rng = np.random.default_rng(5)
    busy = [drifting(rng, days=150, mean=200.0, spread=0.2) for _ in range(3)]
    thin = drifting(rng, days=3, mean=0.3, spread=0.2)
    assert learn_drifts([*busy, thin])[-1].spread == pytest.approx(0.2, rel=0.5)


def test_a_day_nobody_could_know_is_not_learnt_from(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(6))
    wild = pairs.actual.copy()
    wild[40] *= 5.0
    spoilt = DayPairs(pairs.days, pairs.expected, wild)
    assert not usual_days(spoilt)[40]
    kept = np.arange(100) != 40
    assert usual_days(spoilt)[kept].sum() >= 97
    assert learn_drifts([spoilt]) == learn_drifts([pairs.where(usual_days(pairs) & kept)])


def test_nothing_known_is_no_drift() -> None:
    empty = DayPairs(np.array([], "datetime64[D]"), np.zeros((0, 24)), np.zeros((0, 24)))
    assert learn_drifts([empty])[0].spread == 0.0
    closed = DayPairs(
        np.array(["2024-01-01"], "datetime64[D]"), np.zeros((1, 24)), np.ones((1, 24))
    )
    assert learn_drifts([closed, empty])[0].spread == 0.0
