"""New groups inherit: what they take from their parent, and how they come into their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.calendars import Calendar, day_array, learn_calendar
from forecasts.coherence.heirs import (
    GROWN_DAYS,
    PRIOR_CONTACTS,
    YOUNG_DAYS,
    Heir,
    heir_calendar,
    inherit,
    own_weight,
)
from forecasts.history.series import DaySeries
from forecasts.models import MovingAverage, ProfileLevel
from forecasts.weekly import weekday

DAYS = np.datetime64("2024-01-01") + np.arange(240)
WEEK = np.array([1.2, 1.0, 0.95, 0.95, 1.0, 0.5, 0.3])
SHAPE = 1.0 + 0.8 * np.sin(np.linspace(0.0, np.pi, 12))
SHAPE /= SHAPE.sum()
OPEN = Calendar(np.ones((7, 12), bool), day_array(()))


def pattern(total: float) -> np.ndarray:
    return total * WEEK[weekday(DAYS)][:, None] * SHAPE


def last(offered: np.ndarray, days: int, until: int = 226) -> DaySeries:
    return DaySeries(DAYS[until - days : until], offered[until - days : until])


def wape(truth: np.ndarray, found: np.ndarray) -> float:
    return float(np.abs(found - truth).sum() / truth.sum())


def test_a_group_without_a_day_gets_its_share_of_the_parent() -> None:
    parent = pattern(800.0)
    heir = inherit(last(parent, 0), last(parent, 100), OPEN, share=0.05)
    np.testing.assert_allclose(heir.predict(parent[226:], DAYS[226:]), 0.05 * parent[226:])


def test_the_ratio_is_the_mean_of_the_gamma_posterior() -> None:
    own = DaySeries(DAYS[:3], np.array([[2.0, 1.0], [0.0, 4.0], [3.0, np.nan]]))
    parent = DaySeries(DAYS[:3], np.array([[40.0, 30.0], [20.0, 50.0], [60.0, 70.0]]))
    calendar = Calendar(np.ones((7, 2), bool), day_array(()))
    # The interval that only the parent has says nothing; older days count 0.9 a day less.
    contacts = 0.81 * 3 + 0.9 * 4 + 3
    exposure = 0.81 * 70 + 0.9 * 70 + 60
    plain = inherit(own, parent, calendar).ratios
    np.testing.assert_allclose(plain, np.full((7, 2), contacts / exposure))
    shared = inherit(own, parent, calendar, share=0.2).ratios
    posterior = (contacts + PRIOR_CONTACTS) / (exposure + PRIOR_CONTACTS / 0.2)
    np.testing.assert_allclose(shared, np.full((7, 2), posterior))


def test_own_days_soon_outweigh_a_wrong_share() -> None:
    rng = np.random.default_rng(1)
    parent, own = (
        rng.poisson(pattern(800.0)).astype(float),
        rng.poisson(pattern(80.0)).astype(float),
    )
    misses = [
        abs(inherit(last(own, days), last(parent, 226), OPEN, share=0.3).ratios.mean() / 0.1 - 1)
        for days in (0, 1, 3, 10)
    ]
    assert misses[0] == pytest.approx(2.0)
    assert misses[1] < 0.25
    assert misses[3] < 0.06


def test_a_group_of_three_days_has_the_parents_weekdays_and_hours() -> None:
    rng = np.random.default_rng(2)
    own = last(rng.poisson(pattern(60.0)).astype(float), 3)
    parent = last(rng.poisson(pattern(800.0)).astype(float), 226)
    calendar = heir_calendar(own, learn_calendar(own), learn_calendar(parent))
    base = ProfileLevel().fit(parent, learn_calendar(parent)).predict(DAYS[226:233])
    found = inherit(own, parent, calendar, share=0.05).predict(base, DAYS[226:233])
    truth = pattern(60.0)[226:233]
    assert found.sum() == pytest.approx(truth.sum(), rel=0.25)
    # But for the level it is the parent's forecast, which has seen seven months.
    assert wape(truth / truth.sum(), found / found.sum()) < 0.03


def errors_by_age(total: float, twist: float, ages: tuple[int, ...]) -> dict[int, dict[str, float]]:
    """Return mean errors of an heir and of a group's own forecast, by its age in days.

    `twist` is how much the group's weekdays and slots truly differ from the parent's.
    """
    sums: dict[int, dict[str, list[float]]] = {age: {"heir": [], "own": []} for age in ages}
    for seed in range(8):
        rng = np.random.default_rng(seed)
        busy = rng.gamma(400.0, 1 / 400.0, (2, len(DAYS), 1))
        weekdays = np.exp(twist * rng.normal(0, 0.2, 7))[weekday(DAYS)]
        truth = pattern(total) * weekdays[:, None] * np.exp(twist * rng.normal(0, 0.3, 12))
        parent = last(rng.poisson(pattern(800.0) * busy[0]).astype(float), 226)
        drawn = rng.poisson(truth * busy[1]).astype(float)
        base = ProfileLevel().fit(parent, learn_calendar(parent)).predict(DAYS[226:233])
        for age in ages:
            own = last(drawn, age)
            calendar = learn_calendar(own)
            heir = inherit(own, parent, OPEN).predict(base, DAYS[226:233])
            model = ProfileLevel() if age >= 14 else MovingAverage()
            alone = model.fit(own, calendar).predict(DAYS[226:233])
            sums[age]["heir"].append(wape(truth[226:233], heir))
            sums[age]["own"].append(wape(truth[226:233], alone))
    return {
        age: {name: float(np.mean(found)) for name, found in by_name.items()}
        for age, by_name in sums.items()
    }


def test_a_quiet_group_like_its_parent_is_far_better_off_as_its_heir() -> None:
    errors = errors_by_age(30.0, 0.0, (7, 14, 28))
    for age in (7, 14, 28):
        assert errors[age]["heir"] < 0.5 * errors[age]["own"]


def test_a_group_unlike_its_parent_comes_into_its_own_as_days_prove_it() -> None:
    errors = errors_by_age(600.0, 1.0, (3, 7, 14, 56))
    assert errors[3]["heir"] > 0.2
    assert errors[7]["heir"] < 0.8 * errors[3]["heir"]
    assert errors[14]["heir"] < 0.6 * errors[7]["heir"]
    assert errors[56]["heir"] < 0.08


def test_a_pattern_that_differs_by_chance_alone_is_the_parents() -> None:
    rng = np.random.default_rng(4)
    parent = rng.poisson(pattern(2000.0)).astype(float)
    own = rng.poisson(pattern(50.0)).astype(float)
    ratios = inherit(last(own, 28), last(parent, 226), OPEN).ratios
    raw = last(own, 28).offered.sum(axis=0) / last(parent, 28).offered.sum(axis=0)
    assert np.ptp(ratios.mean(axis=0)) < 0.5 * np.ptp(raw)


def test_while_the_parent_is_closed_a_group_has_its_own_mean() -> None:
    own = DaySeries(DAYS[:2], np.array([[1.0, 6.0], [3.0, 8.0]]))
    parent = DaySeries(DAYS[:2], np.array([[10.0, np.nan], [10.0, np.nan]]))
    calendar = Calendar(np.ones((7, 2), bool), day_array(()))
    heir = inherit(own, parent, calendar, share=0.2)
    found = heir.predict(np.array([[10.0, 0.0]]), DAYS[2:3])
    assert found[0, 1] == pytest.approx(7.0)


def test_an_heir_is_zero_where_it_is_closed() -> None:
    hours = np.ones((7, 2), bool)
    hours[0, 1] = False
    closed = day_array([DAYS[8].item()])
    heir = Heir(np.full((7, 2), 0.1), np.zeros(2), Calendar(hours, closed))
    found = heir.predict(np.full((3, 2), 10.0), DAYS[7:10])
    np.testing.assert_allclose(found, [[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])


def test_a_group_without_days_or_share_cannot_inherit() -> None:
    parent = pattern(100.0)
    with pytest.raises(ValueError, match="without a share"):
        inherit(last(parent, 0), last(parent, 50), OPEN)


@pytest.mark.parametrize("share", [0.0, -0.1, np.nan, np.inf])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    parent = last(pattern(100.0), 50)
    with pytest.raises(ValueError, match="not above 0"):
        inherit(parent, parent, OPEN, share)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 60))
def test_ratios_are_finite_and_never_negative(seed: int, days: int) -> None:
    rng = np.random.default_rng(seed)
    own = rng.poisson(rng.exponential(1.0, 12), (226, 12)).astype(float)
    parent = rng.poisson(rng.exponential(20.0, 12), (226, 12)).astype(float)
    own[rng.random(own.shape) < 0.2] = np.nan
    parent[rng.random(parent.shape) < 0.2] = np.nan
    heir = inherit(last(own, days), last(parent, 226), OPEN, share=0.1)
    assert np.isfinite(heir.ratios).all()
    assert (heir.ratios >= 0).all()
    assert np.isfinite(heir.alone).all()


def test_hours_of_days_not_seen_yet_are_the_parents_without_slots_never_used() -> None:
    parent_hours = np.zeros((7, 4), bool)
    parent_hours[:6, :3] = True
    parent_hours[5, 0] = False
    parent = Calendar(parent_hours, day_array([DAYS[10].item()]))
    # Monday and Tuesday, open in the last three of four slots.
    own = DaySeries(DAYS[:2], np.tile([np.nan, 1.0, 1.0, 1.0], (2, 1)))
    found = heir_calendar(own, learn_calendar(own), parent)
    expected = np.zeros((7, 4), bool)
    expected[:2, 1:] = True
    expected[2:6, 1:3] = True
    np.testing.assert_array_equal(found.open_slots, expected)
    np.testing.assert_array_equal(found.closures, parent.closures)


def test_a_weekday_on_which_only_the_parent_worked_is_closed() -> None:
    parent = Calendar(np.ones((7, 2), bool), day_array(()))
    offered = np.ones((3, 2))
    offered[1] = np.nan
    own = DaySeries(DAYS[:3], offered)
    found = heir_calendar(own, learn_calendar(own), parent)
    assert not found.open_slots[1].any()
    assert found.open_slots[3].all()


def test_a_group_without_days_is_open_like_its_parent() -> None:
    empty = DaySeries(DAYS[:0], np.empty((0, 12)))
    assert heir_calendar(empty, OPEN, OPEN) is OPEN


def test_the_own_forecast_takes_over_evenly() -> None:
    weights = [own_weight(days) for days in range(120)]
    assert weights[YOUNG_DAYS] == 0.0
    assert weights[(YOUNG_DAYS + GROWN_DAYS) // 2] == pytest.approx(0.5)
    assert weights[GROWN_DAYS] == 1.0
    steps = np.diff(weights)
    assert (steps >= 0).all()
    assert steps.max() < 0.02
