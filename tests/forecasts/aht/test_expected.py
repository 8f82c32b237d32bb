"""Expected handling times: positive, robust, and following a trend only where there is one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import History, Severity
from forecasts.aht import HandlingTimes, expected_aht, weekly_aht
from forecasts.weekly import weekday

HistoryOf = Callable[..., History]
Calls = Callable[..., np.ndarray]


def week_after(history: History) -> np.ndarray:
    return history.days[-1] + np.arange(1, 8)


def expect(history: History) -> np.ndarray:
    """Return the seconds of the next week, groups x days x slots."""
    seconds = expected_aht(history, week_after(history)).seconds
    assert seconds is not None
    return seconds.reshape(len(history.groups), 7, -1)


def without_level(history: History) -> np.ndarray:
    table = weekly_aht(history)
    assert table is not None
    return table[:, weekday(week_after(history))]


def errors_of_centres(
    truth: np.ndarray, history_of: HistoryOf, calls: Calls, volume: float
) -> tuple[float, float, float, float]:
    """Return the mean errors with and without a level, of intervals and from the truth.

    `truth` is days x slots, its last seven days are expected in ten centres of one group.
    """
    figures = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        n = rng.poisson(volume, truth.shape).astype(float)
        x = calls(truth, n, rng)
        history = history_of(n[:-7], aht_s=x[None, :-7])
        later, of_later = n[-7:], np.nan_to_num(x[-7:])
        row = []
        for found in (expect(history)[0], without_level(history)[0]):
            row += [
                float((later * np.abs(of_later - found)).sum() / (later * of_later).sum()),
                float(np.abs(truth[-7:] - found).sum() / truth[-7:].sum()),
            ]
        figures.append(row)
    ours, from_truth, still, still_from_truth = np.mean(figures, axis=0)
    return ours, still, from_truth, still_from_truth


@pytest.mark.parametrize("volume", [4.0, 40.0])
def test_a_new_tool_and_long_evenings_are_followed(
    history_of: HistoryOf, calls: Calls, volume: float
) -> None:
    truth = np.full((91 + 7, 24), 240.0)
    truth[:, 18:] *= 1.3
    truth *= np.interp(np.arange(98), [31, 91], [1.0, 0.9])[:, None]
    ours, still, from_truth, still_from_truth = errors_of_centres(truth, history_of, calls, volume)
    assert ours < still
    assert from_truth < 0.65 * still_from_truth


@pytest.mark.parametrize("volume", [1.0, 4.0, 40.0])
def test_a_constant_truth_costs_less_than_a_hundredth(
    history_of: HistoryOf, calls: Calls, volume: float
) -> None:
    truth = np.full((91 + 7, 24), 240.0)
    ours, still, _, _ = errors_of_centres(truth, history_of, calls, volume)
    assert ours < 1.01 * still


def test_a_forgotten_headset_changes_nothing_that_matters(
    history_of: HistoryOf, calls: Calls
) -> None:
    rng = np.random.default_rng(1)
    contacts = rng.poisson(6.0, (1, 56, 24)).astype(float) + 1.0
    aht = calls(np.full(contacts.shape, 200.0), contacts, rng, deviation=1.3)
    calm = expect(history_of(contacts, aht_s=aht))
    aht[0, -1, 10] = 36_000.0
    history = history_of(contacts, aht_s=aht)
    np.testing.assert_allclose(expect(history), calm, rtol=0.02)
    issues = expected_aht(history, week_after(history)).issues
    assert any(
        issue.code == "handling_times_clipped" and "36,000 s" in issue.detail for issue in issues
    )


@pytest.mark.parametrize("deviation", [0.5, 1.0, 2.0])
def test_heavy_tails_leave_the_mean_in_place(
    history_of: HistoryOf, calls: Calls, deviation: float
) -> None:
    rng = np.random.default_rng(2)
    contacts = rng.poisson(8.0, (1, 84, 24)).astype(float)
    aht = calls(np.full(contacts.shape, 240.0), contacts, rng, deviation)
    # With a deviation of twice the mean, clipping costs a few per cent of it.
    assert expect(history_of(contacts, aht_s=aht)).mean() == pytest.approx(240.0, rel=0.05)


def test_the_level_returns_to_the_table_far_ahead(history_of: HistoryOf, calls: Calls) -> None:
    rng = np.random.default_rng(3)
    contacts = np.full((1, 140, 24), 20.0)
    means = np.full(contacts.shape, 300.0)
    means[:, 110:] = 240.0
    history = history_of(contacts, aht_s=calls(means, contacts, rng))
    times = expected_aht(history, history.days[-1] + np.arange(1, 701))
    assert times.seconds is not None
    assert times.level is not None
    daily = times.seconds.reshape(700, 24).mean(axis=1)
    assert daily[0] == pytest.approx(240.0, rel=0.05)
    assert daily[-7:].mean() == pytest.approx(without_level(history).mean(), rel=1e-3)
    assert times.level[0] == pytest.approx(daily[0] / without_level(history).mean(), rel=0.01)


def test_a_group_without_a_record_is_told_and_gets_the_mean(history_of: HistoryOf) -> None:
    aht = np.full((2, 14, 24), 150.0)
    aht[0] = np.nan
    history = history_of(np.ones((2, 14, 24)), aht_s=aht, groups=("new", "old"))
    times = expected_aht(history, week_after(history))
    assert times.seconds is not None
    np.testing.assert_allclose(times.seconds, 150.0)
    assert [(issue.code, issue.pointer, issue.severity) for issue in times.issues] == [
        ("no_handling_times", "/groups/new", Severity.WARNING)
    ]


def test_without_any_handling_time_there_is_one_remark(history_of: HistoryOf) -> None:
    history = history_of(np.ones((14, 24)))
    times = expected_aht(history, week_after(history))
    assert isinstance(times, HandlingTimes)
    assert times.seconds is None
    assert times.level is None
    assert [(issue.code, issue.pointer) for issue in times.issues] == [
        ("no_handling_times", "/columns/aht_s")
    ]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    days=st.integers(1, 40),
    groups=st.integers(1, 3),
    volume=st.floats(0.01, 30.0),
    factor=st.floats(0.01, 100.0),
)
def test_they_are_positive_and_scale_with_the_seconds(
    history_of: HistoryOf,
    calls: Calls,
    seed: int,
    days: int,
    groups: int,
    volume: float,
    factor: float,
) -> None:
    rng = np.random.default_rng(seed)
    contacts = rng.poisson(volume, (groups, days, 12)).astype(float)
    contacts[0, 0, 0] = 1.0
    aht = calls(np.full(contacts.shape, 240.0), contacts, rng, deviation=1.5)
    found = expect(history_of(contacts, aht_s=aht))
    assert np.isfinite(found).all()
    assert (found > 0).all()
    scaled = expect(history_of(contacts, aht_s=factor * aht))
    np.testing.assert_allclose(scaled, factor * found, rtol=1e-6)
    turned = expect(history_of(contacts[::-1], aht_s=aht[::-1]))
    np.testing.assert_allclose(turned[::-1], found, rtol=1e-9)
