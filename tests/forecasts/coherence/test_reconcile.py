"""Reconciled forecasts: by hand, by generalised least squares, by another solver, by theory."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from forecasts.coherence.covariance import learn_covariance
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.coherence.reconcile import Method, day_factors, reconcile_days

METHODS: tuple[Method, ...] = ("mint", "structural", "ols", "bottom_up")
PAIR = Hierarchy.of(["a", "b"], {})
GRID = Hierarchy.from_names([f"{channel}:{skill}" for channel in "vce" for skill in "pqrs"])
NO_ERRORS = np.empty((0, 2 + 1))


def grid_case(seed: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Return base forecasts that do not add up, ``[N, 5]``, and past errors, ``[40, N]``."""
    rng = np.random.default_rng(seed)
    summing = GRID.summing
    truth = summing @ rng.gamma(1.0, 100.0, (12, 5))
    base = np.maximum(truth * (1 + rng.normal(0, noise, truth.shape)), 0.1)
    shared, own = rng.normal(size=(40, 1)), rng.normal(size=(40, len(summing)))
    return base, noise * (shared + 2 * own) * np.sqrt(base.mean(axis=1))


def weight_matrix(base: np.ndarray, errors: np.ndarray, day: int, method: Method) -> np.ndarray:
    """Return W of one day."""
    if method == "ols":
        return np.eye(len(base))
    if method == "structural":
        return np.diag(GRID.summing.sum(axis=1))
    learnt = learn_covariance(errors, base.mean(axis=1))
    deviations = learnt.deviations(base[:, day])
    return learnt.correlation * np.outer(deviations, deviations)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # The total says 100, its groups 60 + 30. Least squares moves all three alike, by 10 / 3.
        ("ols", [60 + 10 / 3, 30 + 10 / 3]),
        # The total's variance is that of two groups: it gives up half, each group a quarter.
        ("structural", [62.5, 32.5]),
        # Without errors variances are proportional to volumes: 190 parts, 60 and 30 of them.
        ("mint", [60 + 600 / 190, 30 + 300 / 190]),
        ("bottom_up", [60.0, 30.0]),
    ],
)
def test_a_total_and_two_groups_are_reconciled_as_by_hand(
    method: Method, expected: list[float]
) -> None:
    found = reconcile_days(np.array([[100.0], [60.0], [30.0]]), PAIR, NO_ERRORS, method)
    np.testing.assert_allclose(found[:, 0], expected)


@pytest.mark.parametrize("method", ["mint", "structural", "ols"])
def test_where_nothing_is_negative_it_is_generalised_least_squares(method: Method) -> None:
    base, errors = grid_case(1, 0.001)
    found = reconcile_days(base, GRID, errors, method)
    S = GRID.summing
    for day in range(base.shape[1]):
        inverse = np.linalg.inv(weight_matrix(base, errors, day, method))
        solved = np.linalg.inv(S.T @ inverse @ S) @ S.T @ inverse @ base[:, day]
        assert solved.min() > 0
        np.testing.assert_allclose(found[:, day], solved, rtol=1e-7)


@pytest.mark.parametrize("method", ["mint", "structural", "ols"])
@pytest.mark.parametrize("seed", range(5))
def test_where_something_would_be_negative_it_is_the_best_of_what_is_not(
    method: Method, seed: int
) -> None:
    base, errors = grid_case(seed, 0.5)
    found = reconcile_days(base, GRID, errors, method)
    S = GRID.summing
    bound = 0
    for day in range(base.shape[1]):
        inverse = np.linalg.inv(weight_matrix(base, errors, day, method))
        half = np.linalg.cholesky(inverse).T
        other, _ = nnls(half @ S, half @ base[:, day])
        np.testing.assert_allclose(found[:, day], other, rtol=1e-6, atol=1e-6 * other.max())
        # Karush, Kuhn and Tucker: no slope where free, none that leads down where at zero.
        slope = S.T @ inverse @ (S @ found[:, day] - base[:, day])
        small = 1e-8 * np.abs(S.T @ inverse @ base[:, day]).max()
        free = found[:, day] > 0
        assert (np.abs(slope[free]) < small).all()
        assert (slope[~free] > -small).all()
        bound += int((~free).sum())
    assert bound > 0


def test_reconciled_errors_are_as_small_as_theory_says() -> None:
    rng = np.random.default_rng(5)
    S = GRID.summing
    nodes = len(S)
    truth = S @ rng.uniform(500.0, 1500.0, 12)
    mixing = rng.normal(0, 4.0, (nodes, nodes)) + np.diag(10.0 * np.sqrt(S.sum(axis=1)))
    W = mixing @ mixing.T
    errors = rng.normal(size=(4000, nodes)) @ mixing.T
    base = truth[:, None] + (rng.normal(size=(4000, nodes)) @ mixing.T).T
    found = S @ reconcile_days(base, GRID, errors)
    theory = np.diag(S @ np.linalg.inv(S.T @ np.linalg.inv(W) @ S) @ S.T)
    squared = ((found - truth[:, None]) ** 2).mean(axis=1)
    np.testing.assert_allclose(squared, theory, rtol=0.12)
    assert (squared < np.diag(W)).all()


@pytest.mark.parametrize("method", METHODS)
def test_forecasts_that_add_up_stay_as_they_are(method: Method) -> None:
    groups = np.random.default_rng(2).gamma(1.0, 50.0, (12, 5))
    _, errors = grid_case(1, 0.1)
    found = reconcile_days(GRID.summing @ groups, GRID, errors, method)
    np.testing.assert_allclose(found, groups, rtol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_closed_groups_stay_closed_and_a_closed_day_is_zero(method: Method) -> None:
    base, errors = grid_case(3, 0.2)
    base[-12:, 1] = 0.0
    # A channel of four groups, whose sum knows nothing of it.
    base[-4:, 2] = 0.0
    assert (base[:-12] > 0).all()
    found = reconcile_days(base, GRID, errors, method)
    assert not found[:, 1].any()
    assert not found[-4:, 2].any()
    assert (found[:-4, 2] > 0).any()


def test_a_sum_that_has_no_say_changes_nothing() -> None:
    base, errors = grid_case(4, 0.2)
    silent = base.copy()
    silent[: len(GRID.sums), 0] = np.nan
    found = reconcile_days(silent, GRID, errors)
    np.testing.assert_array_equal(found[:, 0], base[-12:, 0])
    assert not np.allclose(found[:, 1], base[-12:, 1])


def test_one_group_alone_is_its_own_forecast() -> None:
    base = np.array([[3.0, 0.0, 7.0]])
    found = reconcile_days(base, Hierarchy.of(["all"], {}), np.empty((0, 1)))
    np.testing.assert_array_equal(found, base)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(1e-3, 1e3), st.sampled_from(METHODS))
def test_totals_are_never_negative_and_scale_with_everything(
    seed: int, factor: float, method: Method
) -> None:
    base, errors = grid_case(seed, 0.6)
    found = reconcile_days(base, GRID, errors, method)
    assert (found >= 0).all()
    scaled = reconcile_days(factor * base, GRID, factor * errors, method)
    np.testing.assert_allclose(scaled, factor * found, rtol=1e-6, atol=1e-7 * factor * found.max())


def test_the_order_of_the_groups_does_not_matter() -> None:
    names = ["a:x", "a:y", "b:x"]
    rng = np.random.default_rng(6)
    volume = {}
    errors = {}
    for node in Hierarchy.from_names(names).nodes:
        volume[node.name] = rng.uniform(50, 500, 4)
        errors[node.name] = rng.normal(0, 30, 20)
    results = []
    for order in permutations(names):
        hierarchy = Hierarchy.from_names(order)
        base = np.array([volume[node.name] for node in hierarchy.nodes])
        past = np.array([errors[node.name] for node in hierarchy.nodes]).T
        found = dict(zip(order, reconcile_days(base, hierarchy, past), strict=True))
        results.append([found[name] for name in names])
    for result in results[1:]:
        np.testing.assert_allclose(result, results[0], rtol=1e-9)


def test_factors_turn_what_is_expected_into_the_reconciled_totals() -> None:
    expected = np.array([[[1.0, 3.0], [0.0, 0.0]], [[2.0, 2.0], [5.0, 0.0]]])
    totals = np.array([[8.0, 0.0], [1.0, 10.0]])
    np.testing.assert_array_equal(day_factors(totals, expected), [[2.0, 1.0], [0.25, 2.0]])


@pytest.mark.parametrize(
    ("base", "errors"),
    [
        (np.ones((2, 1)), np.ones((4, 3))),
        (np.ones((3, 1)), np.ones((4, 2))),
        (np.array([[1.0], [-1.0], [1.0]]), np.ones((4, 3))),
        (np.array([[np.inf], [1.0], [1.0]]), np.ones((4, 3))),
        (np.array([[2.0], [np.nan], [1.0]]), np.ones((4, 3))),
    ],
)
def test_what_is_no_forecast_of_the_nodes_is_refused(base: np.ndarray, errors: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"nodes|missing"):
        reconcile_days(base, PAIR, errors)
