"""Intervals hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from optimizer.simulation.estimate import Estimate


def test_a_mean_has_the_interval_of_students_t() -> None:
    values = np.array([3.0, 5.0, 4.0, 8.0])
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values))
    estimate = Estimate.of_mean(values)
    assert (estimate.mean, estimate.low, estimate.high) == pytest.approx((5.0, low, high))


def test_values_that_are_missing_are_left_out() -> None:
    assert Estimate.of_mean(np.array([1.0, np.nan, 3.0])).mean == 2.0
    assert Estimate.of_mean(np.array([np.nan])) == Estimate(None)


def test_one_replication_has_a_mean_and_no_interval() -> None:
    assert Estimate.of_mean(np.array([2.0])) == Estimate(2.0)
    assert Estimate.of_ratio(np.array([1.0]), np.array([4.0])) == Estimate(0.25)


def test_a_ratio_of_nothing_is_no_ratio() -> None:
    assert Estimate.of_ratio(np.zeros(3), np.zeros(3)) == Estimate(None)


def test_a_ratio_weighs_replications_by_their_size() -> None:
    assert Estimate.of_ratio(np.array([9.0, 0.0]), np.array([10.0, 1.0])).mean == 9 / 11


@pytest.mark.parametrize("kind", ["mean", "ratio"])
def test_intervals_hold_the_truth_in_nineteen_cases_of_twenty(kind: str) -> None:
    random = np.random.default_rng(6)
    held = 0
    for _ in range(2000):
        whole = random.poisson(200, 20).astype(float)
        part = random.binomial(whole.astype(int), 0.8).astype(float)
        if kind == "mean":
            estimate, truth = Estimate.of_mean(whole), 200.0
        else:
            estimate, truth = Estimate.of_ratio(part, whole), 0.8
        assert estimate.low is not None
        assert estimate.high is not None
        held += estimate.low <= truth <= estimate.high
    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_a_plain_mean_is_a_ratio_without_a_whole() -> None:
    values = np.array([3.0, 5.0, 4.0])
    assert Estimate.of_ratio(values, None) == Estimate.of_mean(values)


def test_a_difference_is_that_of_the_two_ratios() -> None:
    here = np.array([8.0, 9.0]), np.array([10.0, 10.0])
    there = np.array([6.0, 7.0]), np.array([10.0, 10.0])
    difference = Estimate.of_difference(here, there)
    # The same chance in both: what is left is certain.
    assert (difference.mean, difference.low, difference.high) == pytest.approx((0.2, 0.2, 0.2))
    assert difference.sure
    assert Estimate.of_difference(here, (np.zeros(2), np.zeros(2))) == Estimate(None)


@pytest.mark.parametrize(
    ("estimate", "sure"),
    [
        (Estimate(1.0, 0.5, 1.5), True),
        (Estimate(-1.0, -1.5, -0.5), True),
        (Estimate(1.0, 0.0, 2.0), False),
        (Estimate(0.0, 0.0, 0.0), False),
        (Estimate(1.0), False),
    ],
)
def test_only_an_interval_without_zero_is_sure(estimate: Estimate, sure: bool) -> None:
    assert estimate.sure is sure
