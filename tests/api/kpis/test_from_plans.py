"""What was planned comes to the hours and the pay that are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest

from api.data.contact_fields import Contact
from api.kpis.attributes import Centre, Slice
from api.kpis.figures import Tally, add_up, figures_of
from api.kpis.from_plans import count_forecast, count_roster
from api.kpis.plans import contacts_by_interval
from forecasts import Forecast, History
from optimizer.model import ActivityKind, PlannedActivity, Roster, RosterProblem, Shift
from tests.optimizer.builders import MONDAY, organisation, requirement


def planned() -> tuple[RosterProblem, Roster]:
    """Return a roster of two days: eight paid hours of core staff and four of elastic on each."""
    needed = requirement(np.full((2, 96), 0.5))
    meal = PlannedActivity(ActivityKind.MEAL, 24, 26, paid=False)
    shifts = [Shift("a0", "day", 16, 34, (meal,)), Shift("a2", "short", 20, 28)]
    later = [
        replace(
            shift,
            start=shift.start + 48,
            end=shift.end + 48,
            activities=tuple(
                replace(one, start=one.start + 48, end=one.end + 48) for one in shift.activities
            ),
        )
        for shift in shifts
    ]
    roster = Roster(needed.grid, tuple(sorted([*shifts, *later], key=lambda s: (s.agent, s.start))))
    return RosterProblem(organisation(), needed), roster


def test_hours_and_pay_of_a_day_are_those_of_its_shifts() -> None:
    problem, roster = planned()
    tallies = count_roster(problem, roster, MONDAY)
    figures = figures_of(add_up(tallies.values()))
    assert figures["paid_hours"].value == 12.0
    assert figures["cost"].value == 8 * 20.0 + 4 * 25.0 + 15.0
    assert figures["elastic_share"].value == pytest.approx(4 / 12)
    assert figures["scheduled_hours"].value == 8.0 + 4.0
    assert figures["required_hours"].value == 24.0
    core = Slice(None, None, "front_line", "paris", None)
    assert tallies[core]["paid_h"] == 8.0
    assert tallies[replace(core, vendor="outside")]["cost"] == 115.0


def test_a_day_outside_the_roster_has_none() -> None:
    problem, roster = planned()
    assert count_roster(problem, roster, MONDAY - timedelta(days=1)) == {}


def forecast_of(offered: list[float], is_open: list[bool]) -> Forecast:
    starts = pd.date_range(MONDAY, periods=4, freq="6h")
    return Forecast(
        groups=("voice:orders",),
        starts=starts,
        interval_minutes=360,
        offered=np.array([offered]),
        open=np.array([is_open]),
        lower={},
        upper={},
    )


def error_of(came: list[float]) -> Tally:
    forecast = forecast_of([0.0, 10.0, 20.0, 0.0], [False, True, True, False])
    actual = History(("voice:orders",), forecast.starts, 360, np.array([came]))
    [tally] = count_forecast(forecast, actual, Centre.of(organisation())).values()
    return tally


def test_forecast_errors_are_of_intervals_and_their_bias_of_sums() -> None:
    figures = figures_of(error_of([0.0, 14.0, 18.0, 0.0]))
    assert figures["forecast"].value == 30.0
    assert figures["forecast_error"].value == pytest.approx(6 / 32)
    assert figures["forecast_bias"].value == pytest.approx(-2 / 32)
    assert figures["forecast_error"].of == 32.0


def test_contacts_in_closed_hours_are_errors_too() -> None:
    tally = error_of([3.0, 10.0, 20.0, 0.0])
    assert tally["forecast_missed"] == pytest.approx(3.0)


def test_a_day_on_which_nobody_came_has_an_error_but_no_share() -> None:
    tally = error_of([0.0, 0.0, 0.0, 0.0])
    assert tally["forecast_missed"] == 30.0
    assert figures_of(tally)["forecast_error"].value is None


def test_contacts_of_another_clock_have_no_interval_on_the_day() -> None:
    forecast = forecast_of([1.0] * 4, [True] * 4)
    midnight = datetime.combine(MONDAY, time(), UTC)
    created = [midnight.timestamp() + 3600.0 * hour for hour in (-1, 0, 7, 24)]
    contacts = [Contact("a", moment) for moment in created]
    counted = contacts_by_interval(contacts, forecast, MONDAY, "UTC")
    assert counted.offered.tolist() == [[1.0, 1.0, 0.0, 0.0]]
