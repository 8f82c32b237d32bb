"""Every rule of the verifier: a roster by hand that breaks this one and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    Availability,
    Contract,
    History,
    PlannedActivity,
    Range,
    Request,
    RequestKind,
    Roster,
    Shift,
    ShiftTemplate,
    StaffClass,
    TimeGrid,
    Vendor,
)
from optimizer.roster import verify
from tests.optimizer.roster.cases import MONDAY, MORNING, demand, problem, roster, shift

EVENING = ShiftTemplate("evening", 18 * 60, 18 * 60, (240,), step_minutes=60)
ANY = Range(0, 7)
FREE: dict[str, Any] = {"shifts_per_week": ANY, "rest_minutes": 0, "max_consecutive_days": 7}


def codes(*shifts: Shift, **setting: Any) -> list[str]:
    """Return the codes of what is wrong with shifts, in a problem with few limits of its own."""
    made = problem(**{**FREE, **setting})
    return [issue.code for issue in verify(made, roster(made, *shifts)).issues]


def days(*numbers: int) -> list[Shift]:
    return [shift("a0", day) for day in numbers]


@pytest.mark.parametrize(
    ("code", "shifts", "setting"),
    [
        ("two_shifts_a_day", [shift("a0", 0), shift("a0", 0, 18, template="evening")], {
            "templates": (MORNING, EVENING),
        }),
        (
            "short_rest",
            [shift("a0", 0, 18, template="evening"), shift("a0", 1)],
            {"templates": (MORNING, EVENING), "rest_minutes": 11 * 60},
        ),
        ("too_many_days_in_a_row", days(0, 1, 2), {"max_consecutive_days": 2}),
        ("short_days_off", days(0, 2), {"min_consecutive_days_off": 2}),
        ("too_many_weekends", days(5, 6, 12), {"days": 14, "max_weekends": 1}),
        ("shifts_per_week", days(0, 1, 2), {"shifts_per_week": Range(0, 2)}),
        ("minutes_per_week", days(0, 1, 2), {"minutes_per_week": Range(0, 500)}),
        ("minutes_per_period", days(0, 7, 8), {"days": 14, "minutes_per_period": Range(0, 500)}),
        ("minutes_per_day", days(0), {"minutes_per_day": Range(0, 200)}),
        ("below_shifts_per_week", days(0, 1), {"shifts_per_week": Range(3, 5)}),
        ("below_minutes_per_week", days(0), {"minutes_per_week": Range(480, None)}),
        ("below_minutes_per_period", days(0), {"minutes_per_period": Range(480, None)}),
        ("template_not_in_contract", [shift("a0", 0, 18, template="evening")], {
            "templates": (MORNING, EVENING), "contracts": (Contract("c", templates=("morning",)),),
        }),
        ("wrong_weekday", days(6), {"templates": (replace(MORNING, weekdays=(0, 1, 2)),)}),
        ("wrong_start", [shift("a0", 0, 9)], {}),
        ("wrong_length", [shift("a0", 0, 8, 5)], {}),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_and_no_other(
    code: str, shifts: list[Shift], setting: dict[str, Any]
) -> None:
    assert set(codes(*shifts, **setting)) == {code}


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("day_off", {"days_off": (MONDAY,)}),
        ("outside_availability", {"availability": (Availability((0,), 9 * 60, 20 * 60),)}),
        ("outside_availability", {"availability": (Availability((1,)),)}),
        (
            "short_rest",
            {"history": History(
                days_worked=1,
                last_shift_end=datetime(2026, 11, 22, 23, tzinfo=ZoneInfo("Europe/Paris")),
            )},
        ),
        ("too_many_days_in_a_row", {"history": History(days_worked=6)}),
        ("short_days_off", {"history": History(days_off=1)}),
        ("shifts_per_week", {"history": History(shifts_this_week=5)}),
        ("minutes_per_week", {"history": History(minutes_this_week=900)}),
    ],
)  # fmt: skip
def test_what_an_agent_carries_in_or_cannot_do_is_held(code: str, change: dict[str, Any]) -> None:
    agent = Agent("a0", "c", "here", {"s0": 3}, **change)
    setting = {
        "shifts_per_week": Range(0, 5),
        "minutes_per_week": Range(0, 1000),
        "max_consecutive_days": 6,
        "min_consecutive_days_off": 2,
        "rest_minutes": 660,
    }
    assert codes(shift("a0", 0), agents=(agent,), **setting) == [code]


MEAL = ShiftTemplate(
    "morning",
    8 * 60,
    8 * 60,
    (300,),
    activities=(ActivityTemplate(ActivityKind.MEAL, 60, 120, 180, 60),),
)


@pytest.mark.parametrize(
    ("activities", "found"),
    [
        ([(ActivityKind.MEAL, 10, 11, False)], []),
        ([], ["wrong_activities"]),
        ([(ActivityKind.MEAL, 10, 12, False)], ["wrong_activities"]),
        ([(ActivityKind.BREAK, 10, 11, False)], ["wrong_activities"]),
        ([(ActivityKind.MEAL, 10, 11, True)], ["wrong_activities"]),
        ([(ActivityKind.MEAL, 12, 13, False)], ["activity_outside_window"]),
    ],
)
def test_activities_are_those_of_the_template_in_their_windows(
    activities: list[tuple[ActivityKind, int, int, bool]], found: list[str]
) -> None:
    planned = tuple(PlannedActivity(*activity) for activity in activities)
    assert codes(Shift("a0", "morning", 8, 13, planned), templates=(MEAL,)) == found


def test_a_vendor_lends_no_more_than_it_has() -> None:
    outside = Contract("c", StaffClass.ELASTIC, templates=("morning",), vendor="v")
    setting = {"agents": 3, "contracts": (outside,), "vendors": (Vendor("v", "", 2),)}
    assert codes(shift("a0", 0), shift("a1", 0), **setting) == []
    assert codes(shift("a0", 0), shift("a1", 0), shift("a2", 0), **setting) == ["vendor_cap"]


def test_a_least_value_that_nothing_can_reach_is_a_warning() -> None:
    agent = Agent("a0", "c", "here", {"s0": 3}, days_off=tuple(
        MONDAY + timedelta(days=day) for day in range(6)
    ))  # fmt: skip
    made = problem(agents=(agent,), shifts_per_week=Range(3, 5))
    judged = verify(made, roster(made, shift("a0", 6)))
    assert [(issue.code, issue.severity) for issue in judged.issues] == [
        ("below_shifts_per_week", "warning")
    ]
    assert judged.sound


def test_the_objective_adds_shortage_time_beyond_the_guarantee_premiums_and_calls() -> None:
    made = problem(
        agents=1,
        required=demand(7, range(8, 12), 2.0),
        guaranteed_minutes_per_week=480,
        hourly_cost=10.0,
        weekend_premium=0.5,
        call_cost=3.0,
        **FREE,
    )
    judged = verify(made, roster(made, *days(0, 1, 2, 5)))
    # Two are missing on the three days without a shift, one on the four with it, for four hours.
    assert judged.parts.shortage == 10.0 * 4 * (3 * 2 + 4 * 1)
    # Sixteen hours, eight of them guaranteed; four on Saturday with half as much on top.
    assert judged.parts.labour == 10.0 * 8 + 0.5 * 10.0 * 4
    assert judged.parts.calls == 4 * 3.0
    assert judged.payroll == judged.parts.labour + judged.parts.calls + 10.0 * 8
    assert judged.hours == {"a0": 16.0}


def test_a_multi_skilled_agent_counts_once_and_goes_where_it_is_dearest() -> None:
    both = Agent("a0", "c", "here", {"s0": 3, "s1": 3})
    one = Agent("a1", "c", "here", {"s1": 3})
    made = problem(
        agents=(both, one), required=demand(7, range(8, 12), 1.0, groups=2), prices=(10.0, 99.0)
    )
    alone = verify(made, roster(made, shift("a0", 0)))
    assert alone.shortage[:, 8].tolist() == [1.0, 0.0]
    together = verify(made, roster(made, shift("a0", 0), shift("a1", 0)))
    assert together.shortage[:, 8].tolist() == [0.0, 0.0]


def test_wishes_that_were_not_granted_are_counted_with_their_weights() -> None:
    wishes = (
        Request(MONDAY, RequestKind.OFF, 2.0),
        Request(MONDAY + timedelta(days=1), RequestKind.ON, 3.0),
        Request(MONDAY + timedelta(days=2), RequestKind.ON, 5.0),
    )
    made = problem(agents=(Agent("a0", "c", "here", {"s0": 3}, requests=wishes),))
    judged = verify(made, roster(made, shift("a0", 0), shift("a0", 2)))
    assert (judged.requests_denied, judged.weight_denied) == (2, 5.0)


def test_a_shift_on_the_day_the_clocks_change_starts_at_its_local_time() -> None:
    first = date(2026, 10, 25)  # the clocks go back at three o'clock: 25 hours
    made = problem(first=first, days=1, **FREE)
    grid = made.requirement.grid
    right = Shift("a0", "morning", 9, 13)
    assert grid.local(9).hour == 8
    assert verify(made, roster(made, right)).sound
    wrong = Shift("a0", "morning", 8, 12)
    assert [i.code for i in verify(made, roster(made, wrong)).issues] == ["wrong_start"]


def test_a_roster_on_another_grid_cannot_be_judged() -> None:
    made = problem()
    other = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")
    with pytest.raises(InvalidInput) as caught:
        verify(made, Roster(other, ()))
    assert [issue.code for issue in caught.value.issues] == ["other_grid"]


def test_an_empty_roster_is_short_of_everybody() -> None:
    made = problem(required=demand(7, range(8, 12), 1.5))
    judged = verify(made, roster(made))
    assert judged.short_agent_intervals == pytest.approx(7 * 4 * 1.5)
    np.testing.assert_allclose(judged.shortage, made.requirement.agents)
