"""Adjustments as a whole: in order, recorded, reversible to the last bit, never negative."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from forecasts import Forecast, ForecastError
from forecasts.adjustments import (
    Add,
    Adjustment,
    Campaign,
    Deflect,
    HandlingTime,
    HandOver,
    Multiply,
    RemoveCause,
    Shift,
    apply,
    reverse,
    without,
)
from tests.forecasts.stored import made

shares = st.floats(0.0, 1.0)
MONDAY, SUNDAY = date(2024, 3, 4), date(2024, 3, 10)


def any_adjustment(name: str) -> st.SearchStrategy[Adjustment]:
    named, some = st.just(name), st.sampled_from([(), ("front",), ("experts", "night")])
    return st.one_of(
        st.builds(Multiply, name=named, groups=some, factor=st.floats(0.0, 3.0)),
        st.builds(
            Add, name=named, groups=some, contacts=st.floats(-200.0, 200.0),
            per=st.sampled_from(["day", "interval"]),
        ),
        st.builds(
            Shift, name=named, groups=some, share=shares, by_days=st.integers(1, 2),
            first_day=st.just(MONDAY), last_day=st.just(date(2024, 3, 7)),
        ),
        st.builds(Shift, name=named, groups=some, share=shares, to_group=st.just("night")),
        st.builds(
            Deflect, name=named, groups=some, coverage=shares, success=shares,
            cap=st.none() | st.floats(0.0, 0.5), human_share=st.floats(0.0, 0.5),
            human_contacts=st.floats(0.0, 50.0), fallback_aht_multiplier=st.floats(0.5, 3.0),
        ),
        st.builds(
            HandOver, name=named, groups=st.just(("experts",)), to_group=st.just("front"),
            share=shares, aht_factor=st.floats(0.1, 5.0),
        ),
        st.builds(
            HandlingTime, name=named, factor=st.floats(0.1, 5.0), ramp_days=st.integers(0, 9)
        ),
        st.builds(RemoveCause, name=named, driver_share=shares, recurrence_multiplier=shares),
        st.builds(
            Campaign, name=named, first_day=st.just(date(2024, 3, 6)), uplift=st.floats(1.0, 5.0),
            before_days=st.integers(0, 3), shape=st.just(()) | st.just(tuple(range(24))),
        ),
    )  # fmt: skip


def same(one: Forecast, other: Forecast) -> None:
    np.testing.assert_array_equal(one.offered, other.offered)
    for level in one.lower:
        np.testing.assert_array_equal(one.lower[level], other.lower[level])
        np.testing.assert_array_equal(one.upper[level], other.upper[level])
    assert one.aht_s is not None
    assert other.aht_s is not None
    np.testing.assert_array_equal(one.aht_s, other.aht_s)
    assert one.adjustments == other.adjustments


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_taking_one_back_is_as_if_it_had_never_been(data: st.DataObject) -> None:
    three = [data.draw(any_adjustment(name)) for name in "abc"]
    base = made(data.draw(st.integers(0, 5)))
    adjusted = apply(apply(base, three[:1]), three[1:])
    same(adjusted, apply(base, three))
    gone = data.draw(st.sampled_from("abc"))
    same(without(adjusted, gone), apply(base, [one for one in three if one.name != gone]))
    assert reverse(adjusted) is base
    assert reverse(without(without(without(adjusted, "b"), "a"), "c")) is base


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_nothing_is_ever_negative_and_closed_stays_closed(data: st.DataObject) -> None:
    base = made()
    result = apply(base, [data.draw(any_adjustment(name)) for name in "abcd"])
    assert (result.offered >= 0).all()
    assert not result.offered[~base.open].any()
    np.testing.assert_array_equal(result.open, base.open)
    assert result.aht_s is not None
    assert (result.aht_s > 0).all()
    for level in (80, 95):
        assert (result.lower[level] >= 0).all()
        assert (result.lower[level] <= result.offered + 1e-9).all()
        assert (result.upper[level] >= result.offered - 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_recorded_effects_add_up_to_the_whole_change(data: st.DataObject) -> None:
    base = made(1)
    result = apply(base, [data.draw(any_adjustment(name)) for name in "abc"])
    change = result.offered.sum() - base.offered.sum()
    assert sum(a.contacts for a in result.adjustments) == pytest.approx(change, abs=1e-6)
    before, after = base.work_hours(), result.work_hours()
    assert before is not None
    assert after is not None
    hours = [applied.hours for applied in result.adjustments]
    assert sum(h for h in hours if h is not None) == pytest.approx(after.sum() - before.sum())


def test_order_counts() -> None:
    double, more = Multiply(name="x", factor=2.0), Add(name="y", groups=("night",), contacts=24.0)
    first = apply(made(), [double, more])
    then = apply(made(), [more, double])
    assert then.offered[2].sum() == pytest.approx(first.offered[2].sum() + 7 * 24)
    assert [applied.adjustment.name for applied in first.adjustments] == ["x", "y"]


def test_ends_scale_with_the_volume_that_was_forecast() -> None:
    base = made()
    result = apply(base, [Multiply(name="x", factor=1.5)])
    np.testing.assert_array_equal(result.upper[80], 1.5 * base.upper[80])
    np.testing.assert_array_equal(result.lower[95], 1.5 * base.lower[95])


@pytest.mark.parametrize("contacts", [1e-6, 0.02, 0.5, 1.0, 7.3, 64.0, 1234.5, 1e6])
def test_ends_of_volume_from_nothing_are_those_of_poisson(contacts: float) -> None:
    empty = apply(made(), [Multiply(name="x", factor=0.0)])
    result = apply(empty, [Add(name="y", groups=("night",), contacts=contacts, per="interval")])
    for level in (80, 95):
        tail = (1 - level / 100) / 2
        low = poisson.ppf(tail, contacts)
        # An end never crosses the expected contacts, however few they are.
        high = max(contacts, poisson.ppf(1 - tail, contacts))
        np.testing.assert_allclose(result.lower[level][2], low, atol=1e-9)
        np.testing.assert_allclose(result.upper[level][2], high, atol=1e-9)


def test_contacts_from_elsewhere_widen_the_ends_like_an_independent_count() -> None:
    base = made()
    result = apply(base, [Add(name="y", groups=("front",), contacts=50.0, per="interval")])
    here = base.open[0]
    own = (base.upper[95] - base.offered)[0, here]
    expected = np.hypot(own, poisson.ppf(0.975, 50.0) - 50.0)
    np.testing.assert_allclose((result.upper[95] - result.offered)[0, here], expected)


def test_groups_days_and_times_limit_what_is_concerned() -> None:
    base = made()
    only = Multiply(
        name="x", groups=("front",), first_day=date(2024, 3, 5), last_day=date(2024, 3, 8),
        weekdays=(1, 4), from_time=time(9), to_time=time(11, 30), factor=0.0,
    )  # fmt: skip
    changed = np.argwhere(apply(base, [only]).offered != base.offered)
    assert {(g, n // 24, n % 24) for g, n in changed.tolist()} == {
        (0, day, hour) for day in (1, 4) for hour in (9, 10, 11)
    }


def test_a_forecast_without_handling_times_or_ends_is_adjusted_all_the_same() -> None:
    base = replace(made(with_aht=False), lower={}, upper={})
    hand = HandOver(name="x", groups=("experts",), to_group="front", share=0.5)
    result = apply(base, [hand, Deflect(name="y", coverage=0.5, success=0.5)])
    assert result.aht_s is None
    assert result.lower == {}
    assert {applied.hours for applied in result.adjustments} == {None}
    assert result.offered.sum() == pytest.approx(0.75 * base.offered.sum())


def test_every_problem_of_every_adjustment_is_listed() -> None:
    with pytest.raises(ForecastError) as caught:
        apply(
            made(),
            [
                Multiply(name="", groups=("nobody", "front"), factor=1.0),
                Multiply(name="a", factor=120.0, from_time=time(9), to_time=time(9)),
                Multiply(name="a", groups=("front", "nobody"), factor=1.0),
                Deflect(name="b", coverage=1.2, success=-0.1, cap=0.6, human_share=0.5),
                HandOver(name="c", groups=("front",), to_group="front", share=float("nan")),
                Campaign(name="d", uplift=2.0, shape=(1.0,)),
                Multiply(name="e", factor=1.0, weekdays=(7,), first_day=SUNDAY, last_day=MONDAY),
            ],
        )
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("missing_name", "/adjustments/0/name"),
        ("times_reversed", "/adjustments/1/to_time"),
        ("out_of_range", "/adjustments/1/factor"),
        ("unknown_group", "/adjustments/2/groups/1"),
        ("duplicate_name", "/adjustments/2/name"),
        ("out_of_range", "/adjustments/3/coverage"),
        ("out_of_range", "/adjustments/3/success"),
        ("contradiction", "/adjustments/3/cap"),
        ("out_of_range", "/adjustments/4/share"),
        ("contradiction", "/adjustments/4/to_group"),
        ("missing_field", "/adjustments/5/first_day"),
        ("wrong_shape", "/adjustments/5/shape"),
        ("days_reversed", "/adjustments/6/last_day"),
        ("out_of_range", "/adjustments/6/weekdays/0"),
    ]


@pytest.mark.parametrize(
    ("first", "last", "concerned"),
    [
        (date(2024, 3, 1), None, 7),
        (None, date(2024, 3, 12), 7),
        (date(2024, 5, 1), None, 0),
        (None, date(2023, 5, 1), 0),
    ],
)
def test_days_beyond_the_horizon_are_a_warning_that_stays_with_the_forecast(
    first: date | None, last: date | None, concerned: int
) -> None:
    result = apply(made(), [Multiply(name="x", first_day=first, last_day=last, factor=2.0)])
    (issue,) = result.issues
    assert (issue.code, issue.severity) == ("outside_horizon", "warning")
    assert f"{concerned} of its days" in issue.detail
    assert len(result.adjustments[0].effects) == (3 if concerned else 0)
    assert reverse(result).issues == ()


def test_a_name_that_is_taken_is_refused_later_too() -> None:
    once = apply(made(), [Multiply(name="x", factor=1.1)])
    with pytest.raises(ForecastError) as caught:
        apply(once, [Multiply(name="x", factor=1.1)])
    assert caught.value.issues[0].code == "duplicate_name"


def test_taking_back_what_is_not_there_names_what_is() -> None:
    adjusted = apply(made(), [Multiply(name="x", factor=1.1)])
    with pytest.raises(ForecastError) as caught:
        without(adjusted, "z")
    assert "'x'" in caught.value.issues[0].detail
    assert reverse(made()).adjustments == ()
