"""The traits that real histories have are found again in the generated one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasts import history_from_frame
from optimizer.model import Tier
from sample_data import Sample, generate

PROMOTIONS = [
    ("2025-06-10", "2025-06-30"),
    ("2025-11-05", "2025-11-22"),
    ("2025-11-26", "2025-12-12"),
]
"""Each with the days in which late groups feel it."""


def daily(sample: Sample, group: str) -> pd.Series:
    rows = sample.history[sample.history["group"] == group].set_index("start")
    return rows["offered"].resample("D").sum()


@pytest.fixture(scope="module")
def effects(centre: Sample) -> dict[str, float]:
    """Return what multiplies a day of the front line, by least squares on log daily totals.

    Every group has own weekday means; all share a trend, two harmonics of the month and the
    effect of the day after a closure. Promotions are left out.
    """
    front_line = {s.group.id for s in centre.streams if s.group.tier is Tier.FRONT_LINE}
    history = centre.history[centre.history["group"].isin(front_line)]
    totals = history.groupby(["group", history["start"].dt.floor("D")])["offered"].sum()
    table = totals.reset_index()
    for first, last in PROMOTIONS:
        table = table[~table["start"].between(pd.Timestamp(first), pd.Timestamp(last))]
    day = table["start"]
    phase = 2 * np.pi * (day.dt.day - 1) / day.dt.days_in_month
    closures = pd.to_datetime([str(closure.day) for closure in centre.closures])
    columns = {
        "after_closure": (day - pd.Timedelta(days=1)).isin(closures),
        "cos1": np.cos(phase),
        "sin1": np.sin(phase),
        "cos2": np.cos(2 * phase),
        "sin2": np.sin(2 * phase),
        "trend": (day - day.max()).dt.days / 365.25,
    }
    means = pd.get_dummies(table["group"] + day.dt.day_of_week.astype(str))
    design = np.column_stack([*columns.values(), means]).astype(float)
    found = np.linalg.lstsq(design, np.log(table["offered"]), rcond=None)[0]
    return dict(zip(columns, found.tolist(), strict=False))


def test_the_day_after_a_closure_runs_a_quarter_high(effects: dict[str, float]) -> None:
    assert 0.20 < np.expm1(effects["after_closure"]) < 0.30


def test_volume_peaks_at_the_turn_of_the_month(effects: dict[str, float]) -> None:
    phase = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    cycle = (
        effects["cos1"] * np.cos(phase)
        + effects["sin1"] * np.sin(phase)
        + effects["cos2"] * np.cos(2 * phase)
        + effects["sin2"] * np.sin(2 * phase)
    )
    assert cycle.argmax() in (29, 0, 1)
    assert 0.15 < cycle.max() - cycle.min() < 0.35


def test_a_promotion_multiplies_orders_and_reaches_after_sales_days_later(centre: Sample) -> None:
    def against_usual(group: str, day: str) -> float:
        volume = daily(centre, group)
        when = pd.Timestamp(day)
        return float(volume[when] / np.mean([volume[when - pd.Timedelta(weeks=w)] for w in (4, 5)]))

    assert 1.8 < against_usual("voice:orders", "2025-11-28") < 2.6
    assert against_usual("voice:after_sales", "2025-11-28") < 1.2
    assert against_usual("voice:after_sales", "2025-12-02") > 1.4


def test_mondays_are_busiest_and_sundays_quietest(centre: Sample) -> None:
    volume = daily(centre, "voice:orders")
    by_weekday = volume.groupby(volume.index.day_of_week).median()
    assert by_weekday.idxmax() == 0
    assert by_weekday.idxmin() == 6


def test_days_vary_more_than_chance_alone(centre: Sample) -> None:
    """Wednesdays of mid-month, where traits are flat, are overdispersed against Poisson."""
    volume = daily(centre, "voice:orders")
    calm = volume[(volume.index.day_of_week == 2) & (abs(volume.index.day - 17) <= 6)]
    for first, last in PROMOTIONS:
        calm = calm[(calm.index < first) | (calm.index > last)]
    assert len(calm) >= 8
    assert calm.var() > 1.5 * calm.mean()


def test_handling_times_differ_three_times_between_skills(centre: Sample) -> None:
    mean = centre.history.groupby("group")["aht_s"].mean()
    assert mean["voice:technical"] > 3 * mean["voice:orders"]
    assert mean["ticket:faults"] > 3 * mean["voice:technical"]


def test_handling_times_have_a_heavy_tail(centre: Sample) -> None:
    """Half-hours with one contact show single handling times: sd at or above the mean."""
    single = centre.history[centre.history["offered"] == 1].groupby("group")["aht_s"]
    counted = single.size()[single.size() >= 500].index
    assert len(counted) >= 4
    spread = single.std()[counted] / single.mean()[counted]
    assert (spread >= 1.0).all()
    assert (single.median()[counted] < 0.8 * single.mean()[counted]).all()


def test_the_evening_takes_longer(centre: Sample) -> None:
    voice = centre.history[centre.history["group"] == "voice:orders"]
    seconds = voice["offered"] * voice["aht_s"]
    hour = voice["start"].dt.hour
    morning, evening = (
        seconds[hours].sum() / voice["offered"][hours].sum()
        for hours in (hour.between(9, 12), hour.between(19, 20))
    )
    assert 1.1 < evening / morning < 1.3


@pytest.mark.parametrize(("agents", "skills"), [(30, 2), (120, 4), (1500, 8)])
def test_expert_work_is_intermittent(agents: int, skills: int) -> None:
    sample = generate(agents, skills, tickets=0)
    experts = {s.group.id for s in sample.streams if s.group.tier is not Tier.FRONT_LINE}
    rows = sample.history[sample.history["group"].isin(experts)]
    empty = (rows["offered"] == 0).groupby(rows["group"]).mean()
    assert set(empty.index) == experts
    assert empty.between(0.34, 0.92).all()


def test_rows_stand_for_open_half_hours_and_no_others(centre: Sample) -> None:
    closed = {closure.day for closure in centre.closures}
    days = pd.date_range(
        centre.arguments.history_start, periods=7 * centre.arguments.weeks, freq="D"
    )
    for stream in centre.streams:
        starts = centre.history.loc[centre.history["group"] == stream.group.id, "start"]
        open_days = [
            day
            for day in days
            if day.weekday() in stream.opening.weekdays and day.date() not in closed
        ]
        expected = [
            day + pd.Timedelta(minutes=30 * slot)
            for day in open_days
            for slot in range(2 * stream.opening.first_hour, 2 * stream.opening.last_hour)
        ]
        assert starts.tolist() == expected


def test_a_handling_time_stands_exactly_where_contacts_were(centre: Sample) -> None:
    rows = centre.history
    assert (rows["aht_s"].notna() == (rows["offered"] > 0)).all()
    assert rows["aht_s"].min() >= 1.0


def test_the_forecasts_read_it_without_a_remark(centre: Sample) -> None:
    history = history_from_frame(centre.history)
    assert history.issues == ()
    assert history.interval_minutes == 30
    assert set(history.groups) == {group.id for group in centre.organisation.groups}
    assert np.nansum(history.offered) == centre.history["offered"].sum()
