"""Each kind of adjustment against arithmetic done by hand, and what must balance."""

from __future__ import annotations

from datetime import date, time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
)
from tests.forecasts.stored import made

FRONT, EXPERTS, NIGHT = range(3)
shares = st.floats(0.0, 1.0)
factors = st.floats(0.1, 5.0)


def work(forecast: Forecast) -> np.ndarray:
    assert forecast.aht_s is not None
    return (forecast.offered * forecast.aht_s).sum(axis=1)


def days(forecast: Forecast, group: int) -> np.ndarray:
    return forecast.day_totals()[group]


def refused(adjustment: Adjustment) -> list[tuple[str, str]]:
    with pytest.raises(ForecastError) as caught:
        apply(made(), [adjustment])
    return [(issue.code, issue.pointer) for issue in caught.value.issues]


def test_contacts_added_per_day_follow_the_forecast_of_the_day() -> None:
    base = made()
    more = Add(name="x", groups=("front",), contacts=60.0, last_day=date(2024, 3, 9))
    result = apply(base, [more])
    np.testing.assert_allclose(days(result, FRONT)[:6], days(base, FRONT)[:6] + 60.0)
    monday = slice(8, 18)
    ratio = (result.offered / np.maximum(base.offered, 1e-12))[FRONT, monday]
    np.testing.assert_allclose(ratio, ratio[0])


def test_contacts_added_per_interval_come_in_each_open_one_with_their_own_handling_time() -> None:
    base = made()
    more = Add(
        name="x", groups=("front",), contacts=5.0, per="interval", aht_s=90.0,
        last_day=date(2024, 3, 9),
    )  # fmt: skip
    result = apply(base, [more])
    np.testing.assert_allclose((result.offered - base.offered)[FRONT][base.open[FRONT]], 5.0)
    assert (work(result) - work(base))[FRONT] == pytest.approx(5.0 * 60 * 90.0)


def test_no_more_contacts_are_taken_away_than_there_are() -> None:
    base = made()
    result = apply(base, [Add(name="x", groups=("experts",), contacts=-1e6)])
    assert not result.offered[EXPERTS].any()
    assert result.adjustments[0].contacts == pytest.approx(-base.offered[EXPERTS].sum())


def test_adding_where_all_is_closed_is_refused_and_where_some_is_closed_is_told() -> None:
    sunday = date(2024, 3, 10)
    where = {"groups": ("front",), "contacts": 10.0, "name": "x"}
    assert refused(Add(**where, first_day=sunday)) == [("closed", "/adjustments/0/groups")]
    told = apply(made(), [Add(**where)]).issues
    assert [(issue.code, issue.severity) for issue in told] == [("closed", "warning")]
    assert "2024-03-10" in told[0].detail
    assert apply(made(), [Add(name="x", groups=("front",), contacts=-1.0, first_day=sunday)])


@settings(max_examples=25, deadline=None)
@given(share=shares, by_days=st.integers(0, 3), by_minutes=st.sampled_from([-120, 0, 60, 300]))
def test_a_shift_keeps_contacts_and_work(share: float, by_days: int, by_minutes: int) -> None:
    base = made()
    moved = Shift(
        name="x", groups=("front",), first_day=date(2024, 3, 4), last_day=date(2024, 3, 6),
        share=share, by_days=by_days, by_minutes=by_minutes, to_group="experts",
    )  # fmt: skip
    result = apply(base, [moved])
    assert result.offered.sum() == pytest.approx(base.offered.sum())
    assert work(result).sum() == pytest.approx(work(base).sum())
    away = share * days(base, FRONT)[:3].sum()
    assert days(result, EXPERTS).sum() == pytest.approx(days(base, EXPERTS).sum() + away)


def test_a_shift_by_a_day_comes_at_the_same_time_of_the_next() -> None:
    base = made()
    monday = date(2024, 3, 4)
    result = apply(
        base,
        [
            Shift(
                name="x",
                groups=("night",),
                first_day=monday,
                last_day=monday,
                share=0.25,
                by_days=1,
            )
        ],
    )
    before, after = (one.offered[NIGHT].reshape(7, 24) for one in (base, result))
    np.testing.assert_allclose(after[0], 0.75 * before[0])
    np.testing.assert_allclose(after[1], before[1] + 0.25 * before[0])
    np.testing.assert_array_equal(after[2:], before[2:])


def test_what_would_land_on_closed_hours_follows_the_forecast_of_that_day() -> None:
    base = made()
    evening = Shift(
        name="x", groups=("front",), first_day=date(2024, 3, 4), last_day=date(2024, 3, 4),
        from_time=time(17), share=1.0, by_minutes=180,
    )  # fmt: skip
    before, after = (one.offered[FRONT].reshape(7, 24)[0] for one in (base, apply(base, [evening])))
    assert after[18:].sum() == 0
    assert after.sum() == pytest.approx(before.sum())
    expected = before[8:17] * (1 + before[17] / before.sum())
    np.testing.assert_allclose(after[8:17], expected)


def test_moves_to_nowhere_are_refused() -> None:
    assert refused(Shift(name="x", share=0.5)) == [("nothing_moves", "/adjustments/0/by_days")]
    saturday = {"first_day": date(2024, 3, 9), "last_day": date(2024, 3, 9), "share": 0.5}
    front = {"name": "x", "groups": ("front",)}
    assert refused(Shift(**front, **saturday, by_days=1)) == [
        ("closed_target", "/adjustments/0/by_days")
    ]
    assert refused(Shift(**front, **saturday, by_days=2)) == [
        ("outside_horizon", "/adjustments/0/by_days")
    ]
    assert refused(Shift(name="x", share=0.5, by_minutes=90)) == [
        ("off_grid", "/adjustments/0/by_minutes")
    ]
    assert refused(Shift(name="x", share=0.5, to_group="nobody")) == [
        ("unknown_group", "/adjustments/0/to_group")
    ]


def test_a_bot_solves_its_share_and_what_falls_back_takes_longer() -> None:
    base = made()
    bot = Deflect(name="x", coverage=0.5, success=0.6, fallback_aht_multiplier=1.5)
    result = apply(base, [bot])
    np.testing.assert_allclose(result.offered, 0.7 * base.offered)
    # Half never met the bot, a fifth met it in vain.
    np.testing.assert_allclose(work(result), (0.5 + 0.2 * 1.5) * work(base))


def test_a_capped_bot_is_offered_to_fewer() -> None:
    base = made()
    bot = Deflect(name="x", coverage=0.5, success=0.6, cap=0.15, fallback_aht_multiplier=1.5)
    result = apply(base, [bot])
    np.testing.assert_allclose(result.offered, 0.85 * base.offered)
    np.testing.assert_allclose(work(result), (0.75 + 0.1 * 1.5) * work(base))
    floor = Deflect(name="x", coverage=0.5, success=0.6, human_share=0.85)
    np.testing.assert_allclose(apply(base, [floor]).offered, 0.85 * base.offered)


def test_people_keep_as_many_contacts_as_they_must_in_every_interval() -> None:
    base = made()
    result = apply(base, [Deflect(name="x", coverage=1.0, success=0.9, human_contacts=20.0)])
    np.testing.assert_allclose(
        result.offered, np.maximum(0.1 * base.offered, np.minimum(base.offered, 20.0))
    )


def test_a_floor_of_human_contacts_holds_where_almost_nobody_calls() -> None:
    rare = apply(made(), [Multiply(name="w", factor=1e-313)])
    result = apply(rare, [Deflect(name="x", coverage=1.0, success=0.9, human_contacts=1.0)])
    np.testing.assert_array_equal(result.offered, rare.offered)


def test_a_bot_that_solves_nothing_only_makes_work_longer() -> None:
    base = made()
    bot = Deflect(name="x", coverage=0.5, success=0.0, fallback_aht_multiplier=2.0)
    result = apply(base, [bot])
    np.testing.assert_array_equal(result.offered, base.offered)
    np.testing.assert_allclose(work(result), 1.5 * work(base))


def test_a_cap_and_a_floor_that_add_up_to_one_agree() -> None:
    bot = Deflect(name="x", coverage=1.0, success=1.0, cap=0.3, human_share=0.7)
    assert apply(made(), [bot]).adjustments


@settings(max_examples=25, deadline=None)
@given(share=shares, factor=factors)
def test_handed_over_work_balances_and_handling_times_mix_by_volume(
    share: float, factor: float
) -> None:
    base = made()
    hand = HandOver(name="x", groups=("experts",), to_group="front", share=share, aht_factor=factor)
    result = apply(base, [hand])
    np.testing.assert_allclose(result.offered.sum(axis=0), base.offered.sum(axis=0))
    np.testing.assert_allclose(result.offered[EXPERTS], (1 - share) * base.offered[EXPERTS])
    change = work(result) - work(base)
    assert change[EXPERTS] == pytest.approx(-share * work(base)[EXPERTS], abs=1e-4)
    assert change[FRONT] == pytest.approx(factor * share * work(base)[EXPERTS], rel=1e-6, abs=1e-4)
    assert result.aht_s is not None
    assert base.aht_s is not None
    moved = share * base.offered[EXPERTS]
    contacts = base.offered[FRONT] + moved
    mean = np.divide(
        base.offered[FRONT] * base.aht_s[FRONT] + moved * factor * base.aht_s[EXPERTS],
        contacts, out=base.aht_s[FRONT].copy(), where=moved > 0,
    )  # fmt: skip
    np.testing.assert_allclose(result.aht_s[FRONT], mean)


def test_nothing_is_handed_over_while_the_front_line_is_closed() -> None:
    base = made()
    result = apply(base, [HandOver(name="x", groups=("night",), to_group="front", share=1.0)])
    both = base.open[FRONT] & base.open[NIGHT]
    assert not result.offered[NIGHT, both].any()
    np.testing.assert_array_equal(result.offered[NIGHT, ~both], base.offered[NIGHT, ~both])
    early = {"groups": ("night",), "to_group": "front", "share": 1.0, "to_time": time(8)}
    assert refused(HandOver(name="x", **early)) == [("closed_target", "/adjustments/0/to_group")]
    assert ("missing_field", "/adjustments/0/groups") in refused(
        HandOver(name="x", to_group="front", share=0.5)
    )


def test_handling_times_reach_their_factor_in_equal_steps() -> None:
    base = made()
    start = date(2024, 3, 5)
    result = apply(base, [HandlingTime(name="x", first_day=start, factor=0.7, ramp_days=3)])
    assert base.aht_s is not None
    assert result.aht_s is not None
    np.testing.assert_array_equal(result.offered, base.offered)
    ratio = (result.aht_s / base.aht_s)[NIGHT].reshape(7, 24)
    expected = [1.0, 0.925, 0.85, 0.775, 0.7, 0.7, 0.7]
    np.testing.assert_allclose(ratio, np.tile(np.array(expected)[:, None], 24))
    # Begun before the horizon, it is well on its way.
    ahead = apply(
        base, [HandlingTime(name="x", first_day=date(2024, 3, 2), factor=0.7, ramp_days=3)]
    )
    assert ahead.aht_s is not None
    np.testing.assert_allclose((ahead.aht_s / base.aht_s)[NIGHT, :24], 0.775)


def test_handling_times_that_are_not_there_cannot_change() -> None:
    with pytest.raises(ForecastError) as caught:
        apply(made(with_aht=False), [HandlingTime(name="x", factor=0.7)])
    assert caught.value.issues[0].code == "no_handling_times"


def test_a_fixed_cause_leaves_the_other_contacts_alone() -> None:
    base = made()
    fix = RemoveCause(name="x", driver_share=0.3, recurrence_multiplier=0.4, driver="late parcel")
    np.testing.assert_allclose(apply(base, [fix]).offered, (0.7 + 0.3 * 0.4) * base.offered)


def test_a_campaign_rises_stands_and_fades() -> None:
    base = made()
    campaign = Campaign(
        name="x", first_day=date(2024, 3, 6), last_day=date(2024, 3, 7), uplift=3.0,
        before_days=1, after_days=3,
    )  # fmt: skip
    ratio = days(apply(base, [campaign]), NIGHT) / days(base, NIGHT)
    np.testing.assert_allclose(ratio, [1.0, 2.0, 3.0, 3.0, 2.5, 2.0, 1.5])


def test_a_campaign_after_the_horizon_can_reach_into_it() -> None:
    base = made()
    result = apply(
        base, [Campaign(name="x", first_day=date(2024, 3, 12), uplift=2.0, before_days=3)]
    )
    ratio = days(result, NIGHT) / days(base, NIGHT)
    np.testing.assert_allclose(ratio, [1, 1, 1, 1, 1, 1.25, 1.5])


def test_the_shape_of_a_campaign_is_that_of_the_contacts_on_top() -> None:
    base = made()
    shape = tuple(2.0 if hour in (10, 12) else 1.0 if hour == 11 else 0.0 for hour in range(24))
    result = apply(
        base,
        [
            Campaign(
                name="x", first_day=date(2024, 3, 4), uplift=2.0, shape=shape, groups=("front",)
            )
        ],
    )
    extra = (result.offered - base.offered)[FRONT].reshape(7, 24)
    np.testing.assert_allclose(extra.sum(axis=1), days(base, FRONT), atol=1e-9)
    np.testing.assert_allclose(
        extra[0, [10, 11, 12]], days(base, FRONT)[0] * np.array([0.4, 0.2, 0.4])
    )
