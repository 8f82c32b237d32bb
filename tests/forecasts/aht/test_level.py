"""The level is the average of exact Bayesian filters: it follows what lasts and ignores noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from forecasts.aht.level import DAMPING, SPREADS, level_deviation


def test_the_filter_is_the_posterior_mean_of_its_model() -> None:
    rng = np.random.default_rng(1)
    days = 30
    contacts = rng.integers(20, 200, days).astype(float)
    contacts[[4, 11]] = 0.0
    ratios = 1.0 + rng.normal(0, 0.03, days).cumsum() * 0.3 + rng.normal(0, 0.05, days)
    known = contacts > 0
    n, r = contacts[known], ratios[known]
    variance = np.mean(np.diff(r) ** 2 / (1 / n[1:] + 1 / n[:-1]))

    lags = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    likelihoods, means = [], []
    for spread in SPREADS:
        prior = spread**2 * DAMPING**lags
        seen = prior[np.ix_(known, known)] + np.diag(variance / n)
        likelihoods.append(multivariate_normal(np.ones(len(r)), seen).pdf(r))
        means.append(prior[-1, known] @ np.linalg.solve(seen, r - 1.0))
    expected = np.average(means, weights=likelihoods)
    assert abs(expected) > 0.005, "a level of nothing tests nothing"
    found = level_deviation(ratios[None], contacts[None])
    assert found[0] == pytest.approx(expected, rel=1e-6)


def test_groups_do_not_influence_each_other() -> None:
    rng = np.random.default_rng(2)
    ratios = rng.normal(1.0, 0.1, (5, 60))
    contacts = rng.integers(0, 50, (5, 60)).astype(float)
    alone = [level_deviation(ratios[[group]], contacts[[group]])[0] for group in range(5)]
    np.testing.assert_allclose(level_deviation(ratios, contacts), alone)


def test_a_lasting_change_is_followed_and_noise_is_not() -> None:
    rng = np.random.default_rng(3)
    contacts = np.full((20, 84), 500.0)
    noise = rng.normal(0.0, 1.0, (20, 84)) / np.sqrt(contacts)
    truth = np.interp(np.arange(84), [24, 83], [1.05, 0.95])
    followed = 1.0 + level_deviation(truth + noise, contacts)
    assert followed.mean() == pytest.approx(0.955, abs=0.015)
    # The noise of one day is 4.5 %.
    assert np.abs(level_deviation(1.0 + noise, contacts)).mean() < 0.007


def test_one_wild_day_hardly_counts() -> None:
    rng = np.random.default_rng(4)
    contacts = np.full((1, 84), 500.0)
    ratios = 1.0 + rng.normal(0.0, 1.0, (1, 84)) / np.sqrt(contacts)
    ratios[0, -1] = 4.0
    assert abs(level_deviation(ratios, contacts)[0]) < 0.05


@pytest.mark.parametrize("days", [0, 1, 6])
def test_a_few_days_make_no_level(days: int) -> None:
    contacts = np.zeros((1, 30))
    contacts[0, :days] = 100.0
    assert level_deviation(np.full((1, 30), 2.0), contacts)[0] == 0.0


def test_days_without_any_noise_are_no_problem() -> None:
    contacts = np.full((2, 40), 10.0)
    ratios = np.array([np.ones(40), np.repeat([1.1, 0.9], 20)])
    assert level_deviation(ratios, contacts)[0] == 0.0
    assert level_deviation(ratios, contacts)[1] == pytest.approx(-0.1, abs=0.02)
