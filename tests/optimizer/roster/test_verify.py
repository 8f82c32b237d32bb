"""The verifier: a roster by hand that breaks one rule and no other, and what it all costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    Availability,
    ChangePrices,
    Contract,
    Directives,
    Fairness,
    Floor,
    History,
    PlannedActivity,
    Range,
    Relaxation,
    Request,
    RequestKind,
    Roster,
    RosterProblem,
    RuleName,
    Shift,
    ShiftDemand,
    ShiftTemplate,
    StaffClass,
    TimeGrid,
    Vendor,
)
from optimizer.roster.rules.match import Match
from optimizer.roster.verify import Verification, verify
from tests.optimizer.roster.agreement import as_roster, drawn_plan, views_of
from tests.optimizer.roster.cases import (
    MONDAY,
    MORNING,
    demand,
    problem,
    problems,
    roster,
    shift,
)

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
        ("shifts", [shift("a0", 0), shift("a0", 0, 18, template="evening")], {
            "templates": (MORNING, EVENING),
        }),
        (
            "rest",
            [shift("a0", 0, 18, template="evening"), shift("a0", 1)],
            {"templates": (MORNING, EVENING), "rest_minutes": 11 * 60},
        ),
        ("max_consecutive_days", days(0, 1, 2), {"max_consecutive_days": 2}),
        ("min_consecutive_days_off", days(0, 2), {"min_consecutive_days_off": 2}),
        ("max_weekends", days(5, 6, 12), {"days": 14, "max_weekends": 1}),
        ("shifts_per_week", days(0, 1, 2), {"shifts_per_week": Range(0, 2)}),
        ("minutes_per_week", days(0, 1, 2), {"minutes_per_week": Range(0, 500)}),
        ("minutes_per_period", days(0, 7, 8), {"days": 14, "minutes_per_period": Range(0, 500)}),
        ("minutes_per_day", days(0), {"minutes_per_day": Range(0, 200)}),
        ("shifts_per_week", days(0, 1), {"shifts_per_week": Range(3, 5)}),
        ("minutes_per_week", days(0), {"minutes_per_week": Range(480, None)}),
        ("minutes_per_period", days(0), {"minutes_per_period": Range(480, None)}),
        ("shifts", [shift("a0", 0, 18, template="evening")], {
            "templates": (MORNING, EVENING), "contracts": (Contract("c", templates=("morning",)),),
        }),
        ("shifts", days(6), {"templates": (replace(MORNING, weekdays=(0, 1, 2)),)}),
        ("shifts", [shift("a0", 0, 9)], {}),
        ("shifts", [shift("a0", 0, 8, 5)], {}),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_and_no_other(
    code: str, shifts: list[Shift], setting: dict[str, Any]
) -> None:
    assert set(codes(*shifts, **setting)) == {code}


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("days_off", {"days_off": (MONDAY,)}),
        ("availability", {"availability": (Availability((0,), 9 * 60, 20 * 60),)}),
        ("availability", {"availability": (Availability((1,)),)}),
        (
            "rest",
            {"history": History(
                days_worked=1,
                last_shift_end=datetime(2026, 11, 22, 23, tzinfo=ZoneInfo("Europe/Paris")),
            )},
        ),
        ("max_consecutive_days", {"history": History(days_worked=6)}),
        ("min_consecutive_days_off", {"history": History(days_off=1)}),
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
        ([], ["shifts"]),
        ([(ActivityKind.MEAL, 10, 12, False)], ["shifts"]),
        ([(ActivityKind.BREAK, 10, 11, False)], ["shifts"]),
        ([(ActivityKind.MEAL, 10, 11, True)], ["shifts"]),
        ([(ActivityKind.MEAL, 12, 13, False)], ["shifts"]),
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
    assert codes(shift("a0", 0), shift("a1", 0), shift("a2", 0), **setting) == ["vendor_caps"]


def forced(*relaxed: Relaxation) -> Verification:
    """Return the judgement of four shifts in a row where two are allowed."""
    made = problem(**{**FREE, "max_consecutive_days": 2}, call_cost=3.0)
    return verify(made, replace(roster(made, *days(0, 1, 2, 3)), relaxed=relaxed))


def admission(of: Match) -> Relaxation:
    return Relaxation("a0", of.rule, of.day, of.amount)


def test_a_broken_rule_that_the_roster_admits_is_a_warning_and_costs_nothing() -> None:
    broken = [match for match in forced().matches if match.broken]
    assert broken
    assert not forced().sound
    judged = forced(*map(admission, broken))
    assert judged.sound
    assert {(issue.code, issue.severity) for issue in judged.issues} == {
        ("max_consecutive_days", "warning")
    }
    assert judged.objective == 4 * 3.0
    assert {match.day for match in judged.matches} >= {match.day for match in broken}


@pytest.mark.parametrize(
    "change",
    [{"amount": 0.5}, {"agent": "a1"}, {"rule": RuleName.REST}, {"day": MONDAY}],
)
def test_what_is_admitted_is_this_breach_and_no_other(change: dict[str, Any]) -> None:
    first, *others = (admission(match) for match in forced().matches if match.broken)
    assert forced(first, *others).sound
    assert not forced(replace(first, **change), *others).sound


def test_what_is_admitted_without_a_day_is_admitted_wherever_it_is() -> None:
    broken = [match for match in forced().matches if match.broken]
    most = max(match.amount for match in broken)
    assert forced(Relaxation("a0", RuleName.MAX_DAYS, None, most)).sound
    assert not forced(Relaxation("a0", RuleName.MAX_DAYS, None, most - 0.5)).sound


def test_some_rules_are_never_given_up() -> None:
    made = problem(**FREE)
    wrong = roster(made, shift("a0", 0, 9))
    admitted = Relaxation("a0", RuleName.SHIFTS, MONDAY, 9)
    assert not verify(made, replace(wrong, relaxed=(admitted,))).sound


def test_a_soft_rule_costs_its_price_and_breaks_nothing() -> None:
    made = problem(**{**FREE, "shifts_per_week": Range(0, 1)}, soft={RuleName.SHIFTS_PER_WEEK: 7.0})
    judged = verify(made, roster(made, *days(0, 1, 2)))
    assert judged.issues == ()
    assert judged.parts.rules == {RuleName.SHIFTS_PER_WEEK: 14.0}
    assert judged.objective == 14.0


def test_every_stretch_of_shortage_is_a_match_of_its_day() -> None:
    required = demand(7, range(8, 12), 2.0)
    required[0, 24 + 20 : 48 + 2] = 1.0
    made = problem(required=required, **FREE)
    judged = verify(made, roster(made, shift("a0", 0, 8, 4)))
    found = [
        (match.day, match.amount, match.cost)
        for match in judged.matches
        if match.rule is RuleName.SHORTAGE
    ]
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    assert found[0] == (MONDAY, 4.0, 40.0)
    # What is missing through the night counts for both days.
    assert found[1:3] == [(tuesday, 8.0, 80.0), (tuesday, 4.0, 40.0)]
    assert found[3] == (wednesday, 2.0, 20.0)


@settings(max_examples=40, deadline=None)
@given(made=problems(agents=3, days=7), seed=st.integers(0, 999))
def test_the_objective_is_the_sum_of_all_rules_and_of_all_matches(
    made: RosterProblem, seed: int
) -> None:
    views = views_of(made)
    made = replace(
        made,
        organisation=replace(made.organisation, fairness=Fairness(1.0, 2.0, 1200, 3.0)),
        directives=Directives(
            shift_demand=(ShiftDemand(MONDAY, "t0", 2, extra_cost=1.0),),
            floors=(Floor(1, cost=5.0),),
            changes=ChangePrices(1.0, 2.0, 3.0),
        ),
        previous=as_roster(views, drawn_plan(views, seed + 1)),
    )
    judged = verify(made, as_roster(views, drawn_plan(views, seed)))
    assert judged.objective == pytest.approx(sum(judged.costs.values()))
    assert judged.objective == pytest.approx(
        sum(match.cost for match in judged.matches if not match.broken)
    )
    assert judged.sound == (not any(match.broken for match in judged.matches))
    assert judged.objective == pytest.approx(
        judged.parts.shortage
        + judged.parts.labour
        + judged.parts.calls
        + sum(judged.parts.rules.values())
    )


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
    assert [i.code for i in verify(made, roster(made, wrong)).issues] == ["shifts"]


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
