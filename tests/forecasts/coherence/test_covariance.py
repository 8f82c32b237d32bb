"""Covariances of errors against the formulas written out and against truths they must approach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.coherence.covariance import LEAST_SHRINKAGE, learn_covariance

VOLUME = np.array([900.0, 400.0, 100.0, 25.0])


def drawn(samples: int, count: int = 4, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return errors and their true covariance."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(count, count)) + 2 * np.eye(count)
    return rng.normal(size=(samples, count)) @ mixing.T, mixing @ mixing.T


def test_correlations_are_shrunk_by_the_estimate_of_schaefer_and_strimmer() -> None:
    errors, _ = drawn(12)
    standard = errors / np.sqrt((errors**2).mean(axis=0))
    samples, count = errors.shape
    raw = np.eye(count)
    above = below = 0.0
    for i in range(count):
        for j in range(count):
            products = [standard[k, i] * standard[k, j] for k in range(samples)]
            mean = sum(products) / samples
            if i != j:
                raw[i, j] = mean
                above += sum((w - mean) ** 2 for w in products) / (samples * (samples - 1))
                below += mean**2
    assert 0.05 < above / below < 0.95
    shrunken = raw * (1 - above / below)
    np.fill_diagonal(shrunken, 1.0)
    np.testing.assert_allclose(learn_covariance(errors, VOLUME).correlation, shrunken)


def test_with_many_samples_the_true_covariance_is_found() -> None:
    errors, truth = drawn(200_000)
    learnt = learn_covariance(errors, VOLUME)
    deviations = learnt.deviations(VOLUME)
    np.testing.assert_allclose(
        learnt.correlation * np.outer(deviations, deviations), truth, atol=0.02 * truth.max()
    )


def test_variances_that_follow_the_power_law_but_for_chance_are_pulled_to_it() -> None:
    rng = np.random.default_rng(2)
    volume = np.geomspace(10.0, 10_000.0, 30)
    truth = 3.0 * volume**1.5
    errors = rng.normal(size=(8, 30)) * np.sqrt(truth)
    learnt = learn_covariance(errors, volume)
    assert learnt.slope == pytest.approx(1.5, abs=0.15)
    observed = (errors**2).mean(axis=0)

    def miss(variance: np.ndarray) -> float:
        return float(np.abs(np.log(variance / truth)).mean())

    assert miss(learnt.variance) < 0.5 * miss(observed)


def test_variances_that_truly_differ_keep_their_own_values() -> None:
    rng = np.random.default_rng(3)
    truth = np.array([1.0, 400.0, 9.0, 1600.0])
    learnt = learn_covariance(rng.normal(size=(5000, 4)) * np.sqrt(truth), np.full(4, 100.0))
    np.testing.assert_allclose(learnt.variance, truth, rtol=0.1)


def test_a_series_without_samples_follows_the_law_of_the_others() -> None:
    volume = np.array([100.0, 200.0, 400.0, 800.0])
    errors = np.array([[1.0], [-1.0], [1.0], [-1.0]]) * np.sqrt(4.0 * volume)
    errors[:, 2] = np.nan
    learnt = learn_covariance(errors, volume)
    assert learnt.slope == pytest.approx(1.0)
    assert learnt.variance[2] == pytest.approx(1600.0)
    assert learnt.correlation[2].tolist() == [0.0, 0.0, 1.0, 0.0]


def test_without_samples_variances_are_proportional_to_volumes() -> None:
    learnt = learn_covariance(np.empty((0, 4)), VOLUME)
    np.testing.assert_array_equal(learnt.correlation, np.eye(4))
    np.testing.assert_allclose(learnt.deviations(VOLUME) ** 2, VOLUME)
    np.testing.assert_allclose(learnt.deviations(VOLUME / 4) ** 2, VOLUME / 4)


def test_more_series_than_samples_leave_the_matrix_positive_definite() -> None:
    errors = np.outer([1.0, -2.0, 3.0], np.ones(40))
    correlation = learn_covariance(errors, np.full(40, 10.0)).correlation
    assert np.linalg.eigvalsh(correlation).min() >= LEAST_SHRINKAGE - 1e-9


def test_a_series_that_never_has_a_contact_has_no_variance() -> None:
    errors, _ = drawn(20)
    errors[:, 1] = 0.0
    learnt = learn_covariance(errors, np.array([900.0, 0.0, 100.0, 25.0]))
    deviations = learnt.deviations(np.array([900.0, 5.0, 100.0, 0.0]))
    assert deviations[1] == 0.0
    assert deviations[3] == 0.0
    assert (deviations[[0, 2]] > 0).all()


@given(st.floats(1e-3, 1e3), st.integers(2, 30))
def test_deviations_scale_with_the_volumes(factor: float, samples: int) -> None:
    errors, _ = drawn(samples)
    plain = learn_covariance(errors, VOLUME)
    scaled = learn_covariance(factor * errors, factor * VOLUME)
    np.testing.assert_allclose(
        scaled.deviations(factor * VOLUME / 2), factor * plain.deviations(VOLUME / 2)
    )
    np.testing.assert_allclose(scaled.correlation, plain.correlation, atol=1e-9)
