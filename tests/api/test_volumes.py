from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from api.volumes import Volumes, on_contacts, requirement_for, volumes_of
from forecasts import Forecast
from optimizer.errors import InvalidInput
from optimizer.model import (
    Channel,
    ChannelKind,
    Organisation,
    PlanningGroup,
    ServiceGoal,
    TimeGrid,
)
from optimizer.staffing import DeferredMethod, Method, least_agents
from tests.optimizer.builders import organisation

GROUPS = ("voice:orders", "voice:billing")


def forecast(first: str, days: int = 1, groups: tuple[str, ...] = GROUPS) -> Forecast:
    """Return a forecast whose volume tells the half-hour of the day it stands for."""
    starts = pd.date_range(first, periods=48 * days, freq="30min")
    offered = np.tile(np.arange(48.0), (len(groups), days))
    nothing = {80: offered, 95: offered}
    return Forecast(
        groups, starts, 30, offered, offered >= 0, nothing, nothing, np.full_like(offered, 180.0)
    )


def test_an_ordinary_day_keeps_its_half_hours_in_order() -> None:
    volumes = volumes_of(organisation(), forecast("2026-11-23"))
    np.testing.assert_array_equal(volumes.offered[0], np.arange(48))


def test_the_hour_that_the_clocks_skip_is_left_out() -> None:
    volumes = volumes_of(organisation(), forecast("2026-03-29"))
    assert volumes.grid.count == 46
    assert volumes.offered[0].tolist() == [0, 1, 2, 3, *range(6, 48)]


def test_the_hour_that_comes_twice_is_expected_twice() -> None:
    volumes = volumes_of(organisation(), forecast("2026-10-25"))
    assert volumes.grid.count == 50
    assert volumes.offered[0].tolist() == [0, 1, 2, 3, 4, 5, 4, 5, *range(6, 48)]


def test_work_outside_the_forecast_is_nothing() -> None:
    volumes = volumes_of(organisation(), forecast("2026-11-23"))
    wider = volumes.on(TimeGrid.of_days(date(2026, 11, 22), 3, 30, "Europe/Paris"))
    assert wider.offered.sum(axis=1).tolist() == [1128, 1128]
    np.testing.assert_array_equal(wider.offered[0, 48:96], np.arange(48))


def test_a_forecast_that_does_not_fit_lists_everything() -> None:
    odd = replace(forecast("2026-11-23", groups=("voice:orders", "fax", "telex")), aht_s=None)
    with pytest.raises(InvalidInput) as caught:
        volumes_of(organisation(), odd)
    assert [(i.code, i.pointer) for i in caught.value.issues] == [
        ("unknown_group", "/groups/fax"),
        ("unknown_group", "/groups/telex"),
        ("group_without_forecast", "/groups/voice:billing"),
        ("no_handling_times", "/aht_s"),
    ]


def test_the_requirement_is_the_least_that_meets_the_goal_after_shrinkage() -> None:
    centre = organisation()
    groups = tuple(replace(group, shrinkage=0.25) for group in centre.groups)
    volumes = volumes_of(centre, forecast("2026-11-23"))
    needed = requirement_for(replace(centre, groups=groups), volumes, method=Method.BY_INTERVAL)
    least = least_agents(groups[0].goal, np.arange(48.0), 180.0, 1800.0)
    np.testing.assert_array_equal(needed.agents[0], np.ceil(least / 0.75 - 1e-9))


def test_floors_hold_while_a_group_is_open_and_deferred_ones_when_any_other_is() -> None:
    """Open from 8 to 18, the front line expects contacts only at nine; letters come at night."""
    centre = organisation()
    orders, billing = centre.groups
    letters = Channel("letters", ChannelKind.EMAIL)
    centre = replace(
        centre,
        channels=(*centre.channels, letters),
        groups=(replace(orders, floor=2), replace(billing, channel="letters", floor=1)),
    )
    clock = np.arange(48)
    hours = (clock >= 16) & (clock < 36)
    expected = forecast("2026-11-23")
    offered = np.array([np.where(clock == 18, 0.01, 0.0), np.where(clock == 4, 0.01, 0.0)])
    expected = replace(expected, offered=offered, open=np.array([hours, clock == 4]))
    needed = on_contacts(centre, volumes_of(centre, expected)).agents
    assert (needed[0] == np.where(hours, 2, 0)).all()
    assert (needed[1] == np.where(hours, 1, 0)).all()


def mixed_centre() -> tuple[Organisation, Volumes]:
    """Return two desks and letters that a third of the people can also answer, with their work."""
    centre = organisation(6)
    letters = Channel("letters", ChannelKind.EMAIL)
    orders, billing = centre.groups
    slow = PlanningGroup(
        "email:orders", "letters", "orders", goal=ServiceGoal(first_response_seconds=4 * 3600.0)
    )
    centre = replace(centre, channels=(*centre.channels, letters), groups=(orders, billing, slow))
    names = (*GROUPS, slow.id)
    expected = forecast("2026-11-23", groups=names)
    few = expected.offered / np.array([[1.0], [1.0], [8.0]])
    return centre, volumes_of(centre, replace(expected, offered=few))


def test_pooling_lowers_the_desks_and_leaves_letters_alone() -> None:
    centre, volumes = mixed_centre()
    separate = on_contacts(centre, volumes).agents
    pooled = on_contacts(centre, volumes, pooled=True).agents
    assert (pooled <= separate).all()
    assert pooled[:2].sum() < separate[:2].sum()
    np.testing.assert_array_equal(pooled[2], separate[2])


def test_letters_fill_what_is_idle_after_pooling() -> None:
    centre, volumes = mixed_centre()
    alone, together = (
        on_contacts(centre, volumes, deferred=DeferredMethod.FILL, pooled=pooled).agents
        for pooled in (False, True)
    )
    separate = on_contacts(centre, volumes).agents
    np.testing.assert_array_equal(alone[:2], separate[:2])
    assert (together[:2] == on_contacts(centre, volumes, pooled=True).agents[:2]).all()
    # Whoever is pooled has less time for letters.
    assert alone[2].sum() <= together[2].sum() < separate[2].sum()
