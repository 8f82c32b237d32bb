"""Outages are found where no chance would leave so little, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import read_history
from forecasts.history.outages import find_outages


def weeks(rate: float | np.ndarray, count: int = 8, seed: int = 1) -> np.ndarray:
    """Return Poisson contacts of whole weeks, 24 hours a day."""
    rates = np.broadcast_to(rate, (7 * count, 24))
    return np.random.default_rng(seed).poisson(rates).astype(float)


def test_a_broken_line_is_found_with_its_intervals() -> None:
    offered = weeks(30.0)
    offered[30, 9:13] = [0, 1, 0, 2]
    found = find_outages(offered)
    assert np.argwhere(found).tolist() == [[30, slot] for slot in range(9, 13)]


def test_a_surge_is_no_outage_and_makes_none_of_its_neighbours() -> None:
    offered = weeks(30.0)
    offered[30, 9:13] = 900.0
    assert not find_outages(offered).any()


def test_a_slow_day_is_no_outage() -> None:
    offered = weeks(30.0)
    offered[30] = np.floor(offered[30] * 0.2)
    assert not find_outages(offered).any()


def test_hours_that_changed_for_good_are_no_outage() -> None:
    offered = weeks(30.0)
    offered[28:, 20:] = 0.0
    assert not find_outages(offered).any()


def test_two_weeks_around_cannot_tell_what_is_usual() -> None:
    offered = weeks(30.0, count=3)
    offered[9, 9:13] = 0.0
    assert not find_outages(offered).any()


def test_an_interval_without_a_record_is_neither_low_nor_an_outage() -> None:
    offered = weeks(30.0)
    offered[30, 9:13] = np.nan
    assert not find_outages(offered).any()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.02, 40.0), st.floats(1.0, 3.0))
def test_poisson_arrivals_never_look_like_an_outage(seed: int, rate: float, wave: float) -> None:
    hours = rate * wave ** np.sin(np.arange(24) / 4)
    assert not find_outages(weeks(hours, seed=seed)).any()


def test_real_quiet_groups_have_none_in_the_weeks_they_are_learnt_from(
    reference_data: Callable[[str], Path],
) -> None:
    history = read_history(reference_data("forecasts/anonymous_bank_feb1999_by_type_30min.csv"))
    for group in range(len(history.groups)):
        assert not find_outages(history.series(group).first(21).offered).any()


def test_real_busy_calls_have_none(reference_data: Callable[[str], Path]) -> None:
    history = read_history(reference_data("forecasts/bank_calls_30min.csv"))
    assert not find_outages(history.series(0).offered).any()


def test_an_outage_made_in_real_calls_is_found(reference_data: Callable[[str], Path]) -> None:
    history = read_history(reference_data("forecasts/bank_calls_30min.csv"))
    offered = history.series(0).offered.copy()
    offered[100, 20:26] = np.floor(offered[100, 20:26] * 0.02)
    assert np.argwhere(find_outages(offered)).tolist() == [[100, slot] for slot in range(20, 26)]
