"""Ratios are believed as far as counts allow; chance is not taken for an effect."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasts.events.credibility import credible_ratios


def test_rich_counts_are_believed_and_thin_ones_hardly() -> None:
    usual = np.array([[[1e6, 1e6]]])
    rich = credible_ratios(2.0 * usual, usual, np.zeros(1))
    np.testing.assert_allclose(rich.ratio, 2.0, rtol=1e-4)
    thin = credible_ratios(np.array([[[3.0, 2.0]]]), np.array([[[2.0, 3.0]]]), np.zeros(1))
    assert (np.abs(thin.ratio - 1) < 0.01).all()


def test_noise_of_days_is_no_effect() -> None:
    rng = np.random.default_rng(5)
    usual = np.full((1, 2, 3), 1e4)
    off = []
    for _ in range(200):
        came = usual * rng.gamma(100.0, 0.01, usual.shape)
        off.append(credible_ratios(came, usual, np.array([0.01])).ratio - 1)
    # The mean of two days strays by 0.1 / sqrt 2; half of that or less is believed.
    assert np.std(off) < 0.5 * 0.1 / np.sqrt(2)


def test_stated_variances_hold_for_ratios_that_are_gamma_distributed() -> None:
    rng = np.random.default_rng(6)
    scores, thin_scores = [], []
    for _ in range(300):
        truth = 1.5 * rng.gamma(25.0, 0.04, (40, 1, 1))
        usual = np.full((40, 2, 1), 60.0)
        usual[0] = 4.0
        came = rng.poisson(truth * usual).astype(float)
        found = credible_ratios(came, usual, np.zeros(40))
        score = (found.ratio - truth[:, 0]) / (found.ratio * np.sqrt(found.variance))
        scores.append(score[1:])
        thin_scores.append(score[0])
    assert 0.9 < np.sqrt(np.mean(np.square(scores))) < 1.1
    assert 0.85 < np.sqrt(np.mean(np.square(thin_scores))) < 1.15


def test_groups_that_are_alike_are_pooled_and_unlike_ones_are_not() -> None:
    rng = np.random.default_rng(7)
    usual = np.full((30, 1, 1), 50.0)
    alike = credible_ratios(rng.poisson(2 * usual).astype(float), usual, np.zeros(30))
    assert np.std(alike.ratio) < 0.1
    truth = np.where(np.arange(30) % 2, 1.0, 3.0)[:, None, None]
    unlike = credible_ratios(rng.poisson(truth * usual).astype(float), usual, np.zeros(30))
    assert abs(unlike.ratio[::2].mean() - 3) < 0.25
    assert abs(unlike.ratio[1::2].mean() - 1) < 0.25


def test_what_nobody_has_seen_is_one_and_of_unbounded_variance() -> None:
    nothing = np.zeros((3, 2, 4))
    found = credible_ratios(nothing, nothing, np.zeros(3))
    assert (found.ratio == 1).all()
    assert np.isinf(found.variance).all()


def test_a_group_that_saw_nothing_gets_the_ratio_of_all() -> None:
    usual = np.full((4, 2, 1), 1e5)
    usual[3] = 0.0
    found = credible_ratios(1.8 * usual, usual, np.full(4, 1e-3))
    assert abs(found.ratio[3, 0] - 1.8) < 0.03
    assert found.variance[3, 0] > found.variance[0, 0]


@given(
    counts=arrays(float, (3, 2, 4), elements=st.floats(0, 1e6)),
    usual=arrays(float, (3, 2, 4), elements=st.just(0.0) | st.floats(1e-6, 1e6)),
    noise=arrays(float, 3, elements=st.floats(0, 10)),
)
def test_ratios_are_positive_and_finite_whatever_came(
    counts: np.ndarray, usual: np.ndarray, noise: np.ndarray
) -> None:
    found = credible_ratios(np.where(usual > 0, counts, 0.0), usual, noise)
    assert np.isfinite(found.ratio).all()
    assert (found.ratio > 0).all()
    assert (found.variance > 0).all()
