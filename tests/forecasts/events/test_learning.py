"""Effects of events are learnt from days on which the truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import ForecastError, read_history
from forecasts.calendars import Calendar, learn_calendar
from forecasts.countries import country_holidays
from forecasts.events import Event, holiday_events, learn_all_effects
from forecasts.gaps import make_whole
from forecasts.models import ProfileLevel

YEARLY = {
    "2023-11-10": 0.8,
    "2023-11-11": 2.3,
    "2023-11-12": 1.3,
    "2024-11-10": 0.8,
    "2024-11-11": 2.3,
    "2024-11-12": 1.3,
}
NEXT = np.array(["2025-11-10", "2025-11-11", "2025-11-12"], "datetime64[D]")


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def day_factors(effects, event: str) -> list[float]:
    return [one.factor for one in effects.learnt if one.event == event]


def test_a_yearly_promotion_is_recovered_within_its_stated_deviation(
    make_group, learn, singles_day, evening
) -> None:
    shapes = {"2023-11-11": evening, "2024-11-11": evening}
    day_scores, slot_scores = [], []
    for seed in range(20):
        group = make_group(YEARLY, seed, shapes=shapes)
        (effects,) = learn([group], [singles_day])
        learnt = effects.learnt
        day_scores.append(
            [
                (one.factor - truth) / (one.factor * one.deviation)
                for one, truth in zip(learnt, (0.8, 2.3, 1.3), strict=True)
            ]
        )
        found = effects.factors(NEXT[1:2])
        slot_scores.append((found - 2.3 * evening) / (found * effects.deviation(NEXT[1:2])))
        assert all(0.02 < one.deviation < 0.1 for one in learnt)
    # Scores of an honest deviation have mean 0 and deviation 1; of 60 (dependent 480), 1.5 is far.
    assert np.sqrt(np.mean(np.square(day_scores))) < 1.5
    assert np.sqrt(np.mean(np.square(slot_scores))) < 1.5
    assert abs(np.mean(day_scores)) < 0.6


def test_the_deviation_covers_occurrences_that_differ_from_each_other(make_group, learn) -> None:
    rng = np.random.default_rng(3)
    dates = [date(2023, 1, 20) + timedelta(days=35 * k) for k in range(20)]
    event = Event("launch", tuple(dates))
    scores = []
    for seed in range(40):
        factors = 2.0 * rng.gamma(25.0, 0.04, 21)
        moved = dict(zip(map(str, dates), factors, strict=False))
        (effects,) = learn([make_group(moved, seed)], [event])
        (one,) = effects.learnt
        scores.append((one.factor - factors[-1]) / (one.factor * one.deviation))
        assert 0.1 < one.deviation < 0.4
    assert 0.7 < np.sqrt(np.mean(np.square(scores))) < 1.4


def test_without_noise_the_truth_is_found_exactly_but_for_shrinkage(
    make_group, learn, singles_day, evening
) -> None:
    shapes = {"2023-11-11": evening, "2024-11-11": evening}
    group = make_group(YEARLY, total=1e6, noise=None, shapes=shapes)
    (effects,) = learn([group], [singles_day])
    truth = np.outer([0.8, 2.3, 1.3], np.ones(24))
    truth[1] *= evening
    np.testing.assert_allclose(effects.factors(NEXT), truth, rtol=0.02)


def test_a_promotion_to_come_is_forecast_within_the_noise(
    make_group, learn, singles_day, evening
) -> None:
    shapes = {"2023-11-11": evening, "2024-11-11": evening}
    with_effects, without = [], []
    for seed in range(8):
        group = make_group(YEARLY, seed, days=690, shapes=shapes)
        known = int((group.days < np.datetime64("2024-11-08")).sum())
        seen = replace(
            group.whole,
            series=group.whole.series.first(known),
            actual=group.whole.actual[:known],
        )
        (effects,) = learn([replace(group, whole=seen)], [singles_day])
        window = slice(known, known + 6)
        to_come, truth = group.days[window], group.expected[window]
        model = ProfileLevel()
        neutral = model.fit(effects.neutral(seen).series, group.calendar).predict(to_come)
        forecast = neutral * effects.factors(to_come)
        plain = model.fit(seen.series, group.calendar).predict(to_come)
        with_effects.append(np.abs(forecast - truth).sum() / truth.sum())
        without.append(np.abs(plain - truth).sum() / truth.sum())
    assert np.mean(with_effects) < 0.09
    assert np.mean(without) > 0.2


def test_events_that_do_nothing_change_next_to_nothing(make_group, learn) -> None:
    monthly = Event(
        "bill run", tuple(date(2023 + m // 12, m % 12 + 1, 10) for m in range(24)), 1, 2
    )
    yearly = Event("fair", (date(2023, 6, 14), date(2024, 6, 12)), length_days=3)
    with_effects, without = [], []
    for seed, total in enumerate((40.0, 40.0, 400.0, 400.0, 4000.0, 4000.0)):
        group = make_group(seed=seed, total=total)
        (effects,) = learn([group], [monthly, yearly])
        factors = effects.factors(group.days)
        assert np.average(np.abs(factors - 1), weights=group.usual) < 0.01
        known = 690
        to_come, truth = group.days[known:], group.expected[known:]
        model = ProfileLevel()
        neutral = effects.neutral(group.whole).series.first(known)
        forecast = model.fit(neutral, group.calendar).predict(to_come) * factors[known:]
        plain = model.fit(group.whole.series.first(known), group.calendar).predict(to_come)
        with_effects.append(np.abs(forecast - truth).sum() / truth.sum())
        without.append(np.abs(plain - truth).sum() / truth.sum())
    assert np.mean(with_effects) < 1.03 * np.mean(without)


@settings(max_examples=10, deadline=None)
@given(scale=st.floats(0.2, 50.0))
def test_scaling_all_volumes_leaves_the_factors_of_a_busy_group(
    make_group, learn, singles_day, scale: float
) -> None:
    group = make_group(YEARLY, total=1e6, days=690)
    series = group.whole.series
    scaled = replace(group.whole, series=replace(series, offered=scale * series.offered))
    (before,) = learn([group], [singles_day])
    (after,) = learn([replace(group, whole=scaled)], [singles_day])
    np.testing.assert_allclose(after.factors(NEXT), before.factors(NEXT), rtol=0.01)


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(4)), events_order=st.permutations(range(4)))
def test_the_order_of_groups_and_events_does_not_matter(
    make_group, singles_day, order: list[int], events_order: list[int]
) -> None:
    groups = [make_group(YEARLY, seed, total=100.0 * 4**seed) for seed in range(4)]
    events = [
        singles_day,
        Event("copy", (date(2025, 12, 12),), like="Double 11"),
        Event("meets it", (date(2023, 11, 12), date(2024, 5, 5)), groups=("b", "c")),
        Event("sale", (date(2024, 3, 3), date(2024, 11, 12)), family="sales"),
    ]
    names = ["a", "b", "c", "d"]

    def learn(order: list[int], events: list[Event]) -> dict[str, np.ndarray]:
        effects = learn_all_effects(
            [names[index] for index in order],
            [groups[index].whole for index in order],
            [groups[index].calendar for index in order],
            events,
        )
        year = np.arange("2023-11-01", "2026-01-01", dtype="datetime64[D]")
        return {names[index]: one.factors(year) for index, one in zip(order, effects, strict=True)}

    straight = learn([0, 1, 2, 3], events)
    for name, factors in learn(order, [events[index] for index in events_order]).items():
        np.testing.assert_allclose(factors, straight[name], rtol=1e-9)


def test_a_thin_group_borrows_what_busy_ones_learnt(make_group, learn, singles_day) -> None:
    busy = [make_group(YEARLY, seed) for seed in range(5)]
    thin_errors, alone_errors = [], []
    for seed in range(10):
        thin = make_group(YEARLY, 100 + seed, total=5.0)
        together = learn([*busy, thin], [singles_day])[-1]
        (alone,) = learn([thin], [singles_day])
        thin_errors.append(day_factors(together, "Double 11")[1] - 2.3)
        alone_errors.append(day_factors(alone, "Double 11")[1] - 2.3)
    assert np.std(thin_errors) < 0.2
    assert np.sqrt(np.mean(np.square(thin_errors))) < np.sqrt(np.mean(np.square(alone_errors))) / 2


def test_a_busy_group_that_differs_keeps_its_own_effect(make_group, learn, singles_day) -> None:
    others = [make_group(YEARLY, seed) for seed in range(5)]
    calm = make_group({"2023-11-11": 1.1, "2024-11-11": 1.1}, 9)
    effects = learn([*others, calm], [singles_day])
    assert abs(day_factors(effects[-1], "Double 11")[1] - 1.1) < 0.1
    assert abs(day_factors(effects[0], "Double 11")[1] - 2.3) < 0.25


def test_an_event_to_come_takes_what_is_given_or_what_another_did(
    make_group, learn, singles_day
) -> None:
    group = make_group(YEARLY)
    launch = date(2025, 3, 3)
    events = [
        singles_day,
        Event("given", (launch,), 1, 1, length_days=2, uplift=1.7),
        Event("alike", (launch + timedelta(days=20),), 2, 2, length_days=2, like="Double 11"),
        Event("unheard of", (launch + timedelta(days=40),)),
    ]
    (effects,) = learn([group], events)
    sources = {one.event: one.source for one in effects.learnt}
    assert sources == {
        "Double 11": "learnt",
        "given": "given",
        "alike": "like Double 11",
        "unheard of": "unknown",
    }
    assert day_factors(effects, "given") == [1.0, 1.7, 1.7, 1.0]
    before, peak, after = day_factors(effects, "Double 11")
    assert day_factors(effects, "alike") == [1.0, before, peak, peak, after, 1.0]
    assert day_factors(effects, "unheard of") == [1.0]
    assert [issue.code for issue in effects.issues] == ["event_unknown"]
    assert "unheard of" in effects.issues[0].detail
    deviation = {one.event: one.deviation for one in effects.learnt}
    assert deviation["given"] > deviation["Double 11"]
    # Out of its groups an event does nothing, known or not.
    elsewhere = [replace(event, groups=("g1",)) for event in events]
    nothing = learn([group, group], elsewhere)[0]
    assert (nothing.learnt, nothing.issues) == ((), ())
    assert (nothing.factors(NEXT) == 1).all()


def test_own_history_outweighs_what_is_given(make_group, learn, singles_day) -> None:
    (effects,) = learn([make_group(YEARLY)], [replace(singles_day, uplift=9.0)])
    assert abs(day_factors(effects, "Double 11")[1] - 2.3) < 0.4


def test_meeting_events_multiply_and_are_told_apart(make_group, learn) -> None:
    sale = tuple(date(2023, 3, 1) + timedelta(days=37 * k) for k in range(16))
    mail = (date(2023, 2, 1), *sale[1::2])
    moved: dict[str, float] = {}
    for dates, factor in ((sale, 1.5), (mail, 1.4)):
        for day in dates:
            moved[str(day)] = moved.get(str(day), 1.0) * factor
    group = make_group(moved, noise=0.02)
    (effects,) = learn([group], [Event("sale", sale), Event("mail", mail)])
    np.testing.assert_allclose(day_factors(effects, "sale"), [1.5], rtol=0.03)
    np.testing.assert_allclose(day_factors(effects, "mail"), [1.4], rtol=0.03)
    both = effects.factors(days(str(sale[1])))[0]
    assert abs(both @ group.usual[58] / group.usual[58].sum() - 2.1) < 0.1


def test_neutral_days_are_the_usual_ones(make_group, learn, singles_day) -> None:
    group = make_group(YEARLY, noise=0.02)
    (effects,) = learn([group], [singles_day])
    neutral = effects.neutral(group.whole)
    moved = np.isin(group.days.astype(str), list(YEARLY))
    totals = neutral.series.offered.sum(axis=1)
    np.testing.assert_allclose(totals[moved], group.usual[moved].sum(axis=1), rtol=0.1)
    np.testing.assert_array_equal(
        neutral.series.offered[~moved], group.whole.series.offered[~moved]
    )
    assert (effects.deviation(group.days)[~moved] == 0).all()
    assert (effects.deviation(group.days)[moved] > 0).all()


def test_an_event_takes_no_credit_for_the_day_after_a_closure(
    office: Callable[..., np.ndarray], history_of, learn
) -> None:
    # Every closed Monday is followed by a bill run that does nothing; other closures are not.
    mondays = [date(2024, 1, 8) + timedelta(days=28 * k) for k in range(12)]
    fridays = [date(2024, 1, 26) + timedelta(days=28 * k) for k in range(12)]
    closures = tuple(str(day) for day in (*mondays, *fridays))
    values = office(365, closures=closures, uplift=1.3, month_wave=0.0)
    series = history_of(values).series(0)
    calendar = learn_calendar(series)
    run = Event("bill run", tuple(day + timedelta(days=1) for day in mondays))
    (effects,) = learn_all_effects(["all"], [make_whole(series, calendar)], [calendar], [run])
    assert abs(day_factors(effects, "bill run")[0] - 1) < 0.05


def test_holidays_share_the_mean_effect_of_holidays(make_group, learn) -> None:
    span = days("2023-01-02", "2025-12-31")
    dates = country_holidays("US", span).astype(str)
    group = make_group(dict.fromkeys(dates, 0.6), days=500, noise=0.03)
    events = holiday_events("US", span)
    (effects,) = learn([group], events)
    seen = [one for one in effects.learnt if one.source == "learnt"]
    assert len(seen) >= 10
    np.testing.assert_allclose([one.factor for one in seen], 0.6, rtol=0.1)
    # In a hundred days only three holidays were seen; the others get the mean of those.
    group = make_group(dict.fromkeys(dates, 0.6), days=100, noise=0.03)
    (effects,) = learn([group], events)
    unseen = [one for one in effects.learnt if one.source == "family public holidays"]
    assert {"US Thanksgiving Day", "US Independence Day"} <= {one.event for one in unseen}
    np.testing.assert_allclose([one.factor for one in unseen], 0.6, rtol=0.15)
    assert effects.issues == ()


def test_holidays_do_not_move_a_group_that_was_closed_on_them(make_group, learn) -> None:
    span = days("2023-01-02", "2025-12-31")
    dates = tuple(country_holidays("US", span).astype(str))
    # On the last two holidays of its history the group was open, and on one busy.
    group = make_group({"2024-11-28": 3.0}, days=720, closed=dates[:-14])
    assert (group.calendar.closures.astype(str)[:3] == list(dates[:3])).all()
    (effects,) = learn([group], holiday_events("US", span))
    assert effects.learnt == ()
    neutral = effects.neutral(group.whole).series.offered
    np.testing.assert_array_equal(neutral, group.whole.series.offered)


def test_holidays_of_the_united_states_leave_the_bank_calls_as_they_are(
    reference_data: Callable[[str], Path],
) -> None:
    history = read_history(reference_data("forecasts/bank_calls_30min.csv"))
    series = history.series(0)
    calendar = learn_calendar(series, holidays=country_holidays("US", history.days))
    whole = make_whole(series, calendar)
    events = holiday_events("US", days("2003-03-03", "2004-02-28"))
    (effects,) = learn_all_effects(["bank"], [whole], [calendar], events)
    assert effects.neutral(whole).series.offered.tobytes() == whole.series.offered.tobytes()
    assert (effects.factors(np.arange(days("2003-03-03")[0], days("2004-02-28")[0])) == 1).all()


def test_histories_without_a_usual_day_teach_nothing(make_group, learn, singles_day) -> None:
    group = make_group(days=30)
    empty = replace(group.whole.series, offered=np.full_like(group.whole.series.offered, np.nan))
    zero = replace(group.whole.series, offered=np.zeros_like(group.whole.series.offered))
    every_day = Event("always", tuple(group.days.tolist()))
    for series in (empty, zero):
        unknown = replace(group, whole=replace(group.whole, series=series))
        (effects,) = learn([unknown], [every_day, singles_day])
        assert (effects.factors(group.days) == 1).all()
    (effects,) = learn([group], [every_day])
    assert (effects.factors(group.days) == 1).all()
    (effects,) = learn([group], [])
    assert effects.neutral(group.whole).series.offered.tobytes() == (
        group.whole.series.offered.tobytes()
    )
    assert effects.deviation(NEXT).shape == (3, 24)


def test_a_group_without_contacts_borrows_and_stays_at_zero(make_group, learn, singles_day) -> None:
    busy = make_group(YEARLY)
    nothing = np.zeros_like(busy.whole.series.offered)
    idle = replace(
        busy, whole=replace(busy.whole, series=replace(busy.whole.series, offered=nothing))
    )
    effects = learn([busy, idle], [singles_day])[1]
    assert {one.source for one in effects.learnt} == {"other groups"}
    assert abs(day_factors(effects, "Double 11")[1] - 2.3) < 0.3
    assert (effects.neutral(idle.whole).series.offered == 0).all()


def test_a_closed_unknown_event_is_no_matter(make_group, learn) -> None:
    group = make_group(days=60)
    closed = Calendar(group.calendar.open_slots, days("2024-01-01"))
    event = Event("party", (date(2024, 1, 1),))
    assert learn([replace(group, calendar=closed)], [event])[0].issues == ()
    assert learn([group], [event])[0].issues


def test_events_that_make_no_sense_are_refused(make_group, learn) -> None:
    with pytest.raises(ForecastError) as caught:
        learn([make_group(days=30)], [Event("x", (), groups=("nobody",))])
    assert {issue.code for issue in caught.value.issues} == {"no_days", "unknown_group"}
