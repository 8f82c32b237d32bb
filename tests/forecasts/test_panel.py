"""A rehearsal is the forecast of its morning: nothing later is seen, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecasts.events import Event
from forecasts.history.series import DaySeries
from forecasts.panel import Panel, Rehearsal
from forecasts.weekly import DayArray

Office = Callable[..., np.ndarray]

FIRST = np.datetime64("2024-01-01")
MORNING = FIRST + 70
PROMOTION = Event("promotion", (date(2024, 1, 24), date(2024, 2, 21), date(2024, 3, 13)))
CLOSED = np.array(["2024-02-05", "2024-03-15"], "datetime64[D]")


def noisy(values: np.ndarray, seed: int) -> np.ndarray:
    counts = np.random.default_rng(seed).poisson(np.nan_to_num(values)).astype(float)
    return np.where(np.isnan(values), np.nan, counts)


def three(office: Office, days: int = 91) -> list[np.ndarray]:
    """Return a busy group moved by the promotion, a quiet one, and one three weeks old at most."""
    closures = [str(day) for day in CLOSED]
    busy, quiet = office(days, closures=closures), office(days, total=40.0, closures=closures)
    for day in PROMOTION.occurrences().ravel():
        if (row := int((day - FIRST).astype(int))) < days:
            busy[row] *= 1.5
    young = office(days, total=300.0)
    young[:56] = np.nan
    return [noisy(values, seed) for seed, values in enumerate((busy, quiet, young))]


def panel_of(
    values: Sequence[np.ndarray], closures: Sequence[DayArray] | None = None, **options: Any
) -> Panel:
    series = []
    for one in values:
        begin = int(np.flatnonzero(np.isfinite(one).any(axis=1))[0])
        days = FIRST + np.arange(begin, len(one))
        series.append(DaySeries(days, one[begin:]))
    return Panel(
        names=[f"g{index}" for index in range(len(values))],
        series=series,
        closures=[CLOSED] * len(values) if closures is None else closures,
        **options,
    )


def assert_same(one: Rehearsal, other: Rehearsal) -> None:
    np.testing.assert_array_equal(one.days, other.days)
    assert list(one.expected) == list(other.expected)
    for model, of_all in one.expected.items():
        for mine, theirs in zip(of_all, other.expected[model], strict=True):
            if mine is None or theirs is None:
                assert mine is theirs
            else:
                assert mine.tobytes() == theirs.tobytes(), model


@pytest.mark.parametrize("boosting", [True, False])
def test_a_rehearsal_is_the_forecast_from_what_was_known(office: Office, boosting: bool) -> None:
    values = three(office)
    options: dict[str, Any] = {
        "events": [PROMOTION], "sums": [[0, 1], [0, 1, 2]], "parents": [0, 0, 1],
        "boosting": boosting,
    }  # fmt: skip
    later = panel_of(values, **options).rehearse(MORNING, 7)
    then = panel_of([one[:70] for one in values], **options).rehearse(MORNING, 7)
    assert_same(later, then)
    models = {"profile_level", "intermittent_tsb", "moving_average", "seasonal_naive"}
    assert set(later.expected) == models | {"boosted" if boosting else "gaussian_level"}
    # Whatever came afterwards, it would have been the same.
    others = [np.where(np.arange(91)[:, None] < 70, one, 3.0 * one) for one in values]
    assert_same(panel_of(others, **options).rehearse(MORNING, 7), later)


def test_every_morning_is_worked_out_once(office: Office) -> None:
    panel = panel_of(three(office), boosting=False)
    assert panel.views(MORNING) is panel.views(MORNING)
    once = panel.rehearse(MORNING, 7)
    seconds = panel.seconds_per_fit()
    assert panel.rehearse(FIRST + 70, 7) is once
    assert panel.seconds_per_fit() == seconds
    assert panel.rehearse(MORNING, 8) is not once
    assert panel.rehearse(MORNING - 1, 7) is not once
    assert set(seconds) == set(once.expected)
    assert all(second > 0 for second in seconds.values())


def test_groups_younger_than_a_week_are_not_known_yet(office: Office) -> None:
    panel = panel_of(three(office), sums=[[0, 2], [2]], boosting=False)
    for morning, there in ((FIRST + 62, False), (FIRST + 63, True)):
        views = panel.views(morning)
        assert [view is not None for view in views] == [True, True, there, True, there]
        said = panel.rehearse(morning, 7)
        assert (said.expected["moving_average"][2] is not None) is there
        assert said.expected["profile_level"][2] is None, "it needs two weeks"
    assert panel.views(FIRST + 3) == [None] * 5
    assert panel.rehearse(FIRST + 3, 7).expected == {}


@pytest.mark.parametrize("horizon", [1, 7, 28, 400])
def test_any_horizon_can_be_asked_and_begins_like_the_longest(office: Office, horizon: int) -> None:
    panel = panel_of([one[:70] for one in three(office)[:2]])
    whole = panel.rehearse(MORNING, 400)
    said = panel.rehearse(MORNING, horizon)
    assert len(said.days) == horizon
    assert said.days[0] == MORNING
    for model, of_all in said.expected.items():
        for index, expected in enumerate(of_all):
            assert expected is not None
            longest = whole.expected[model][index]
            assert longest is not None
            assert expected.shape == (horizon, 24)
            assert np.isfinite(expected).all()
            assert (expected >= 0).all()
            np.testing.assert_allclose(expected, longest[:horizon], rtol=1e-12)


def test_models_learn_without_events_and_forecast_with_them(office: Office) -> None:
    values = three(office)[:1]
    panel = panel_of(values, events=[PROMOTION], boosting=False)
    view = panel.views(MORNING)[0]
    assert view is not None
    moved = np.isin(view.whole.series.days, PROMOTION.occurrences())
    factors = view.factors(view.whole.series.days)
    assert 1.2 < factors[moved][:, 8:18].mean() < 1.6
    assert (factors[~moved] == 1.0).all()
    np.testing.assert_array_equal(view.neutral.offered, view.whole.series.offered / factors)

    days = panel.rehearse(MORNING, 7).days
    coming = np.isin(days, PROMOTION.occurrences())
    assert coming.sum() == 1
    assert (view.deviation(days)[coming][:, 8:18] > 0).all()
    assert not view.deviation(days)[~coming].any()
    # The same history without the event, from a panel that knows none.
    plain = panel_of([view.neutral.offered], boosting=False).rehearse(MORNING, 7)
    factors = view.factors(days)
    for model, of_all in panel.rehearse(MORNING, 7).expected.items():
        usual = plain.expected[model][0]
        assert of_all[0] is not None
        assert usual is not None
        np.testing.assert_allclose(of_all[0], usual * factors, rtol=1e-9)


def test_a_sum_is_the_view_of_what_its_groups_add_up_to(office: Office) -> None:
    values = three(office)[:2]
    around_the_clock = np.random.default_rng(5).poisson(3.0, (91, 24)).astype(float)
    panel = panel_of(
        [*values, around_the_clock],
        closures=[CLOSED, CLOSED, CLOSED[:0]],
        sums=[[0, 1], [0, 2]],
        boosting=False,
    )
    views = panel.views(MORNING)
    assert [panel.name_of(index) for index in (0, 2, 3, 4)] == [
        "g0", "g2", "sum of 2 groups", "sum of 2 groups"
    ]  # fmt: skip
    groups = [view for view in views[:3] if view is not None]
    both, mixed = views[3:]
    assert both is not None
    assert mixed is not None
    added = groups[0].neutral.offered + groups[1].neutral.offered
    np.testing.assert_array_equal(both.neutral.offered, added)
    assert both.effects is None
    assert both.calendar.closures.tolist() == groups[0].calendar.closures.tolist()
    # Open as long as any of its groups, on the other's closures as well.
    days: DayArray = MORNING + np.arange(7)
    np.testing.assert_array_equal(mixed.calendar.is_open(days), np.ones((7, 24), bool))
    assert (both.factors(days) == 1.0).all()


def test_the_order_of_groups_changes_nothing(office: Office) -> None:
    values = [one[:70] for one in three(office)]
    order = [2, 0, 1]
    straight = panel_of(values).rehearse(MORNING, 7)
    turned = panel_of([values[index] for index in order]).rehearse(MORNING, 7)
    for model, of_all in straight.expected.items():
        for place, index in enumerate(order):
            mine, theirs = of_all[index], turned.expected[model][place]
            if mine is None or theirs is None:
                assert mine is theirs
            else:
                np.testing.assert_array_equal(mine, theirs)


def test_only_models_that_draw_hear_the_seed(office: Office) -> None:
    values = [one[:70] for one in three(office)[:1]]
    one, other = (panel_of(values, seed=seed).rehearse(MORNING, 7) for seed in (0, 1))
    differs = {
        model
        for model, of_all in one.expected.items()
        if not np.array_equal(of_all[0], other.expected[model][0])
    }
    assert differs <= {"boosted"}
