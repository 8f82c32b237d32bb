"""One group's outlook: which mornings are rehearsed, what is scored, what models add up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.choice import Choice
from forecasts.ensemble import Rehearsed
from forecasts.events import Event
from forecasts.history.series import DaySeries
from forecasts.intervals import assumed_spread, measure_spread
from forecasts.outlook import MOST_REHEARSALS, Outlook, look_ahead, past_mornings
from forecasts.panel import LEAST_DAYS, Panel

Office = Callable[..., np.ndarray]

FIRST = np.datetime64("2024-01-01")


def panel_of(*values: np.ndarray, events: tuple[Event, ...] = ()) -> Panel:
    """Return a panel of groups that all end on the same day, however many days each has."""
    longest = max(map(len, values))
    return Panel(
        names=[f"g{index}" for index in range(len(values))],
        series=[DaySeries(FIRST + np.arange(longest - len(one), longest), one) for one in values],
        closures=[np.array([], "datetime64[D]")] * len(values),
        events=events,
        boosting=False,
    )


def arrivals(days: int, seed: int = 0, mean: float = 50.0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (days, 6)).astype(float)


def outlook_of(panel: Panel, day: int, horizon: int = 7, group: int = 0) -> Outlook:
    outlook = look_ahead(panel, FIRST + day, horizon)[group]
    assert outlook is not None
    return outlook


@given(st.integers(0, 2000))
def test_mornings_leave_a_week_before_and_after_them(days: int) -> None:
    mornings = past_mornings(FIRST + days, days)
    assert len(mornings) <= MOST_REHEARSALS
    known = (mornings - FIRST).astype(int)
    if days < 2 * LEAST_DAYS:
        assert not len(known)
        return
    assert known[0] == days - 7, "the latest first, as late as a week can be judged"
    assert known[-1] >= LEAST_DAYS
    steps = -np.diff(known)
    assert len(set(steps.tolist())) <= 1
    assert ((steps >= 1) & (steps <= 7)).all()


@pytest.mark.parametrize(
    ("days", "count", "step"), [(14, 1, 0), (20, 7, 1), (40, 12, 2), (91, 12, 7), (700, 12, 7)]
)
def test_twelve_weeks_are_rehearsed_closer_together_in_short_histories(
    days: int, count: int, step: int
) -> None:
    mornings = past_mornings(FIRST + days, days)
    assert len(mornings) == count
    assert set((-np.diff(mornings)).astype(int).tolist()) <= {step}


@pytest.mark.parametrize(("horizon", "window"), [(1, 7), (7, 7), (10, 10), (28, 28), (400, 28)])
def test_rehearsals_look_a_week_to_four_ahead(horizon: int, window: int) -> None:
    outlook = outlook_of(panel_of(arrivals(98)), 98, horizon)
    assert outlook.expected.shape == outlook.extra.shape == (horizon, 6)
    assert outlook.rehearsed.actual.shape == (12, window, 6)
    low, high = outlook.bounds(95)
    assert (low <= outlook.expected).all()
    assert (outlook.expected <= high).all()
    # The days after the morning of the forecast have not come.
    latest = outlook.rehearsed.actual[0]
    assert np.isfinite(latest[:7]).all()
    assert np.isnan(latest[7:]).all()


def test_what_came_stands_beside_what_was_said() -> None:
    values = arrivals(98)
    panel = panel_of(values)
    outlook = outlook_of(panel, 98)
    for origin, morning in enumerate(past_mornings(FIRST + 98, 98)):
        begin = int((morning - FIRST).astype(int))
        np.testing.assert_array_equal(outlook.rehearsed.actual[origin], values[begin : begin + 7])
        for model, said in panel.rehearse(morning, 7).expected.items():
            if said[0] is None:
                assert np.isnan(outlook.rehearsed.expected[model][origin]).all()
            else:
                np.testing.assert_array_equal(outlook.rehearsed.expected[model][origin], said[0])


def test_the_forecast_is_what_models_say_by_their_weights() -> None:
    outlook = outlook_of(panel_of(arrivals(98)), 98)
    assert sum(outlook.choice.weights.values()) == pytest.approx(1.0)
    by_hand = sum(weight * outlook.said[model] for model, weight in outlook.choice.weights.items())
    np.testing.assert_allclose(outlook.expected, by_hand)


def test_a_model_alone_is_as_sure_as_its_own_errors_let_it_be() -> None:
    outlook = outlook_of(panel_of(arrivals(98)), 98)
    naive = outlook.by("seasonal_naive")
    np.testing.assert_array_equal(naive.expected, outlook.said["seasonal_naive"])
    assert naive.choice.weights == {"seasonal_naive": 1.0}
    own = measure_spread(outlook.rehearsed.expected["seasonal_naive"], outlook.rehearsed.actual)
    assert own is not None
    np.testing.assert_array_equal(naive.spread.scores, own.scores)
    # Last week's counts are off by two counts' chance, a long mean by about one's.
    ratio = naive.deviation().mean() / outlook.deviation().mean()
    assert ratio == pytest.approx(np.sqrt(2.0), rel=0.15)


def test_errors_of_days_are_what_came_less_what_was_expected() -> None:
    outlook = outlook_of(panel_of(arrivals(28)), 28)
    actual = np.array([[[5.0, 7.0], [np.nan, 3.0], [np.nan, np.nan]]])
    said = np.array([[[4.0, 4.0], [9.0, 1.0], [2.0, 2.0]]])
    made = replace(
        outlook,
        choice=Choice("g0", {"a": 0.5, "b": 0.5}),
        rehearsed=Rehearsed(actual, {"a": said, "b": 2.0 * said}),
    )
    # Half of one and half of its double is one and a half of it.
    np.testing.assert_allclose(made.day_errors(), [12.0 - 12.0, 3.0 - 1.5, np.nan])


def test_days_of_past_events_are_not_scored(office: Office) -> None:
    values = office(98, month_wave=0.0)
    days = (date(2024, 1, 17), date(2024, 2, 14), date(2024, 3, 13), date(2024, 4, 10))
    event = Event("promotion", days)
    moved = np.isin(FIRST + np.arange(98), event.occurrences())
    values[moved] *= 2.0
    outlook = outlook_of(panel_of(values, events=(event,)), 98)
    for origin, morning in enumerate(past_mornings(FIRST + 98, 98)):
        begin = int((morning - FIRST).astype(int))
        scored = np.isfinite(outlook.rehearsed.actual[origin]).any(axis=1)
        opened = np.isfinite(values[begin : begin + 7]).any(axis=1)
        np.testing.assert_array_equal(scored, opened & ~moved[begin : begin + 7])
    # The day to come is high and less sure than the same weekday without the event.
    plain = outlook_of(panel_of(values, events=(replace(event, days=days[:3]),)), 98)
    coming, open_slots = 2, slice(8, 18)
    assert (outlook.extra[coming, open_slots] > 0).all()
    assert not np.delete(outlook.extra, coming, axis=0).any()
    ratio = outlook.expected[coming, open_slots] / plain.expected[coming, open_slots]
    assert ((ratio > 1.5) & (ratio < 2.1)).all()
    narrow, wide = (
        one.deviation()[coming, open_slots] / one.expected[coming, open_slots]
        for one in (plain, outlook)
    )
    assert (wide > narrow).all()


def test_a_week_old_group_has_an_assumed_spread_and_a_younger_one_no_forecast() -> None:
    panel = panel_of(arrivals(98), arrivals(13, 1), arrivals(6, 2))
    settled, week_old, younger = look_ahead(panel, FIRST + 98, 7)
    assert younger is None
    assert week_old is not None
    assert settled is not None
    assert settled.spread.measured
    assert not week_old.spread.measured
    np.testing.assert_array_equal(week_old.spread.scores, assumed_spread().scores)
    assert np.isnan(week_old.rehearsed.actual).all()
    assert (week_old.expected > 0).all()


def test_a_young_group_is_rehearsed_only_where_it_had_a_week() -> None:
    panel = panel_of(arrivals(98), arrivals(35, 1))
    young = outlook_of(panel, 98, group=1)
    scored = np.isfinite(young.rehearsed.actual).any(axis=(1, 2))
    # Rehearsed 7 to 84 days back with the old group; it had a week up to 28 days back.
    assert scored.tolist() == [True] * 4 + [False] * 8
    assert young.spread.measured


def test_a_group_never_called_is_forecast_to_be_called_never() -> None:
    outlook = outlook_of(panel_of(np.zeros((98, 6))), 98, 28)
    assert not outlook.expected.any()
    for level in (80, 95):
        low, high = outlook.bounds(level)
        assert not low.any()
        assert not high.any()
