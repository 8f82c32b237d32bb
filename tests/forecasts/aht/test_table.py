"""The weekly table recovers known means from heavy tails, thin cells and broken records."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecasts import History
from forecasts.aht import weekly_aht

HistoryOf = Callable[..., History]


def simulate(means: np.ndarray, contacts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return interval means of lognormal handling times with deviation equal to the mean."""
    sigma = np.sqrt(np.log(2.0))
    out = np.full(contacts.shape, np.nan)
    for cell in np.argwhere(contacts > 0):
        index = tuple(cell)
        calls = rng.lognormal(-(sigma**2) / 2, sigma, int(contacts[index]))
        out[index] = means[index] * calls.mean()
    return out


def test_the_known_mean_is_found_despite_outliers_and_zeros(history_of: HistoryOf) -> None:
    rng = np.random.default_rng(9)
    contacts = rng.poisson(6.0, (1, 84, 24)).astype(float)
    aht = simulate(np.full(contacts.shape, 240.0), contacts, rng)
    broken = rng.random(contacts.shape)
    aht[broken < 0.01] = 36_291.0
    aht[broken > 0.97] = 0.0
    table = weekly_aht(history_of(contacts, aht_s=aht))
    assert table is not None
    assert table.shape == (1, 7, 24)
    # Clipped outliers in one interval of a hundred still pull up by a few per cent.
    np.testing.assert_allclose(table, 240.0, rtol=0.10)


def test_a_long_evening_is_learnt_where_it_is_real(history_of: HistoryOf) -> None:
    rng = np.random.default_rng(10)
    contacts = rng.poisson(20.0, (1, 84, 24)).astype(float)
    means = np.full(contacts.shape, 200.0)
    means[:, :, 18:] = 300.0
    table = weekly_aht(history_of(contacts, aht_s=simulate(means, contacts, rng)))
    assert table is not None
    assert table[0, :, :18].mean() == pytest.approx(200.0, rel=0.03)
    assert table[0, :, 18:].mean() == pytest.approx(300.0, rel=0.03)


def test_cells_without_a_difference_are_pulled_to_the_mean(history_of: HistoryOf) -> None:
    rng = np.random.default_rng(11)
    contacts = rng.poisson(1.0, (1, 56, 24)).astype(float)
    aht = simulate(np.full(contacts.shape, 180.0), contacts, rng)
    table = weekly_aht(history_of(contacts, aht_s=aht))
    assert table is not None
    cells = aht.reshape(8, 7, 24)
    alone = np.nanmean(cells, axis=0)
    assert table[0].std() < 0.2 * np.nanstd(alone)
    assert table[0].mean() == pytest.approx(180.0, rel=0.1)


def test_intervals_count_by_the_contacts_they_handled(history_of: HistoryOf) -> None:
    aht = np.full((1, 14, 24), 100.0)
    handled = np.full((1, 14, 24), 1.0)
    aht[:, ::2], handled[:, ::2] = 110.0, 9.0
    offered = np.ones((1, 14, 24))
    by_handled = weekly_aht(history_of(offered, aht_s=aht, handled=handled))
    by_offered = weekly_aht(history_of(offered, aht_s=aht))
    assert by_handled is not None
    assert by_offered is not None
    np.testing.assert_allclose(by_handled, 109.0)
    np.testing.assert_allclose(by_offered, 105.0)


def test_a_group_without_records_gets_the_mean_of_all(history_of: HistoryOf) -> None:
    offered = np.ones((2, 14, 24))
    aht = np.full((2, 14, 24), np.nan)
    aht[1] = 150.0
    table = weekly_aht(history_of(offered, aht_s=aht))
    assert table is not None
    np.testing.assert_allclose(table, 150.0)


def test_without_any_handling_time_there_is_nothing(history_of: HistoryOf) -> None:
    assert weekly_aht(history_of(np.ones((14, 24)))) is None
    assert weekly_aht(history_of(np.ones((14, 24)), aht_s=np.zeros((1, 14, 24)))) is None


def test_a_part_of_the_day_is_longer_although_its_slots_are_thin(history_of: HistoryOf) -> None:
    rng = np.random.default_rng(12)
    contacts = rng.poisson(0.4, (1, 84, 48)).astype(float)
    means = np.full(contacts.shape, 200.0)
    means[:, :, 36:] = 300.0
    table = weekly_aht(history_of(contacts, aht_s=simulate(means, contacts, rng)))
    assert table is not None
    assert table[0, :, 36:].mean() / table[0, :, :36].mean() == pytest.approx(1.5, rel=0.1)
    # 34 contacts with a deviation as large as their mean are known to 17 %.
    assert table[0, :, 36:].std() < 0.1 * 300.0


def test_a_group_with_few_records_is_pulled_to_its_parent(history_of: HistoryOf) -> None:
    rng = np.random.default_rng(13)
    contacts = rng.poisson(5.0, (5, 28, 24)).astype(float)
    contacts[2] = 0.0
    contacts[2, 3, 9:12] = 1.0
    means = np.array([100.0, 110.0, 100.0, 500.0, 520.0])[:, None, None] * np.ones((5, 28, 24))
    aht = simulate(means, contacts, rng)
    aht[2, 3, 9:12] = 300.0
    history = history_of(contacts, aht_s=aht)
    table = weekly_aht(history, parents=("a", "a", "a", "b", "b"))
    assert table is not None
    assert table[2].mean() < 200.0, "three contacts of 300 s among groups of 100 s"
    np.testing.assert_allclose(table[3:].mean(axis=(1, 2)), [500.0, 520.0], rtol=0.05)


def test_a_group_without_records_gets_the_mean_of_its_parent(history_of: HistoryOf) -> None:
    rng = np.random.default_rng(14)
    contacts = rng.poisson(5.0, (4, 28, 24)).astype(float)
    means = np.array([100.0, 100.0, 500.0, 500.0])[:, None, None] * np.ones((4, 28, 24))
    aht = simulate(means, contacts, rng)
    aht[3] = np.nan
    table = weekly_aht(history_of(contacts, aht_s=aht), parents=("a", "a", "b", "b"))
    assert table is not None
    assert table[3].mean() == pytest.approx(500.0, rel=0.05)


def test_hours_that_are_always_much_longer_are_no_outliers(history_of: HistoryOf) -> None:
    rng = np.random.default_rng(15)
    aht = rng.normal(100.0, 2.0, (1, 56, 24))
    aht[:, :, 22:] *= 12.0
    table = weekly_aht(history_of(np.full((1, 56, 24), 20.0), aht_s=aht))
    assert table is not None
    np.testing.assert_allclose(table[0, :, 22:], 1200.0, rtol=0.02)
