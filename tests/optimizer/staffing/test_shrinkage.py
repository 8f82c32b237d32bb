"""Scheduled agents: never one too few, never one too many for a rounded division."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import Channel, ChannelKind, Organisation, ShrinkageWindow, TimeGrid
from optimizer.staffing import scheduled_agents, shrinkage_of, with_shrinkage
from tests.optimizer.builders import MONDAY, organisation, requirement


@pytest.mark.parametrize(
    ("required", "shrinkage", "scheduled"),
    [(14, 0.3, 20), (10, 0.3333333, 15), (18, 0.25, 24), (7, 0.3, 10), (0, 0.5, 0), (5, 0, 5)],
)
def test_scheduled_agents_are_those_printed(
    required: int, shrinkage: float, scheduled: int
) -> None:
    assert int(scheduled_agents(required, shrinkage)) == scheduled


@given(st.integers(0, 100_000), st.integers(0, 99))
def test_rounding_agrees_with_exact_fractions(required: int, percent: int) -> None:
    exact = Fraction(required) / (1 - Fraction(percent, 100))
    assert int(scheduled_agents(required, percent / 100)) == -(
        -exact.numerator // exact.denominator
    )


def test_each_group_gets_its_own_shrinkage_and_deferred_work_keeps_its_fractions() -> None:
    base = organisation()
    orders, billing = base.groups
    centre = replace(
        base,
        channels=(*base.channels, Channel("email", ChannelKind.EMAIL)),
        groups=(replace(orders, shrinkage=0.3), replace(billing, channel="email", shrinkage=0.2)),
    )
    needed = requirement(np.array([[14.0, 1.0, 0.0] * 16, [0.4, 2.0, 0.0] * 16]))
    scheduled = with_shrinkage(needed, centre)
    assert scheduled.agents[0, :3].tolist() == [20.0, 2.0, 0.0]
    assert scheduled.agents[1, :3] == pytest.approx([0.5, 2.5, 0.0])
    assert (scheduled.grid, scheduled.groups) == (needed.grid, needed.groups)


@pytest.mark.parametrize(("required", "shrinkage"), [(10, 1.0), (10, -0.1), (-1, 0.2), (np.nan, 0)])
def test_absurd_shrinkage_is_bad_input(required: float, shrinkage: float) -> None:
    with pytest.raises(InvalidInput):
        scheduled_agents(required, shrinkage)


def with_windows(*windows: ShrinkageWindow) -> Organisation:
    base = organisation()
    orders, billing = base.groups
    return replace(
        base, groups=(replace(orders, shrinkage=0.3, shrinkage_windows=windows), billing)
    )


def test_a_window_takes_the_place_of_the_plain_share_on_its_weekdays_and_hours() -> None:
    centre = with_windows(ShrinkageWindow(0.2, 0.1, (0, 2), 540, 600))
    grid = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")
    shares = shrinkage_of(centre, grid)
    inside = np.zeros(grid.count, dtype=bool)
    for day in (0, 2):
        inside[48 * day + 18 : 48 * day + 20] = True
    assert shares.planned[0].tolist() == np.where(inside, 0.2, 0.0).tolist()
    assert shares.unplanned[0].tolist() == np.where(inside, 0.1, 0.3).tolist()
    assert not shares.total[1].any()


def test_the_first_window_that_fits_counts() -> None:
    centre = with_windows(
        ShrinkageWindow(0.5, start_minute=600, end_minute=660), ShrinkageWindow(0.1, 0.05)
    )
    shares = shrinkage_of(
        centre, TimeGrid.of_days(MONDAY, 1, 60), ["voice:billing", "voice:orders"]
    )
    assert shares.planned[1, 9:12].tolist() == [0.1, 0.5, 0.1]
    assert shares.unplanned[1, 9:12].tolist() == [0.05, 0.0, 0.05]
    assert not shares.total[0].any()


def test_windows_follow_the_clock_through_a_night_of_25_hours() -> None:
    centre = with_windows(ShrinkageWindow(0.2, 0.0, (6,), 120, 180))
    grid = TimeGrid.of_days(date(2026, 10, 25), 1, 60, "Europe/Paris")
    assert np.flatnonzero(shrinkage_of(centre, grid).planned[0]).tolist() == [2, 3]


def test_the_roster_needs_more_agents_in_the_hours_with_more_shrinkage() -> None:
    centre = with_windows(ShrinkageWindow(0.25, 0.25, (0,), 0, 60))
    needed = requirement(np.full((2, 48), 7.0))
    assert with_shrinkage(needed, centre).agents[0, :4].tolist() == [14.0, 14.0, 10.0, 10.0]


def test_an_unknown_group_has_no_shrinkage() -> None:
    with pytest.raises(InvalidInput):
        shrinkage_of(organisation(), TimeGrid.of_days(MONDAY, 1, 60), ["fax"])
