"""The analysis adds up to what the verifier finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.model import (
    Agent,
    Fairness,
    History,
    Request,
    RequestKind,
    RuleName,
    ShiftTemplate,
)
from optimizer.roster.after.analysis import analysis
from tests.optimizer.roster.cases import MONDAY, demand, problem, roster, shift

LATE = ShiftTemplate("late", 18 * 60, 18 * 60, (240,), step_minutes=60)
MORNING = ShiftTemplate("morning", 8 * 60, 8 * 60, (240,), step_minutes=60)


def test_costs_by_rule_add_up_and_each_match_says_where() -> None:
    made = problem(agents=1, required=demand(7, range(8, 12), 1.0), call_cost=3.0)
    found = analysis(made, roster(made, shift("a0", 0), shift("a0", 1)))
    assert {rule.rule: rule.cost for rule in found.rules} == {
        RuleName.SHORTAGE: pytest.approx(200.0),
        RuleName.CALLS: pytest.approx(6.0),
    }
    assert sum(rule.cost for rule in found.rules) == pytest.approx(found.verification.objective)
    for rule in found.rules:
        assert sum(match.cost for match in rule.matches) == pytest.approx(rule.cost)
        assert all(match.detail for match in rule.matches)


def test_broken_rules_come_first() -> None:
    made = problem(agents=1, required=demand(7, range(8, 12), 1.0), max_consecutive_days=1)
    found = analysis(made, roster(made, shift("a0", 0), shift("a0", 1)))
    assert found.rules[0].rule is RuleName.MAX_DAYS
    assert found.rules[0].broken == 1
    assert found.rules[0].cost == 0.0


def test_everybody_is_told_with_what_is_carried_in() -> None:
    wishes = (
        Request(MONDAY, RequestKind.OFF, 2.0),
        Request(MONDAY + timedelta(days=1), RequestKind.OFF, 2.0),
        Request(MONDAY - timedelta(days=1), RequestKind.OFF, 2.0),
    )
    past = History(weekends=4, late_shifts=5, requests_denied=6)
    staff = (
        Agent("a0", "c", "here", {"s0": 3}, requests=wishes, history=past),
        Agent("a1", "c", "here", {"s0": 3}),
    )
    made = problem(agents=staff, templates=(MORNING, LATE), guaranteed_minutes_per_week=600)
    made = replace(
        made, organisation=replace(made.organisation, fairness=Fairness(late_end_minute=22 * 60))
    )
    given = roster(
        made, shift("a0", 0), shift("a0", 2, 18, template="late"), shift("a0", 5), shift("a0", 6)
    )
    mine, other = analysis(made, given).shares
    assert (mine.shifts, mine.hours, mine.guaranteed_hours) == (4, 16.0, 10.0)
    assert (mine.weekends, mine.late_shifts, mine.wishes, mine.denied, mine.granted) == (
        1,
        1,
        2,
        1,
        1,
    )
    assert (mine.weekends_before, mine.late_shifts_before, mine.denied_before) == (4, 5, 6)
    assert (other.shifts, other.cost) == (0, 0.0)


def test_cover_is_told_by_group_and_day() -> None:
    made = problem(agents=1, required=demand(7, range(8, 12), 1.5))
    found = analysis(made, roster(made, shift("a0", 0)))
    assert [(day.day.day, day.required_hours, day.short_hours) for day in found.cover[:2]] == [
        (23, pytest.approx(6.0), pytest.approx(2.0)),
        (24, pytest.approx(6.0), pytest.approx(6.0)),
    ]
    assert sum(day.short_hours for day in found.cover) == pytest.approx(
        found.verification.short_agent_intervals
    )


def test_the_unit_cost_is_the_payroll_by_hour_on_contacts() -> None:
    made = problem(agents=1, hourly_cost=20.0)
    found = analysis(made, roster(made, shift("a0", 0)))
    assert found.contact_hours == 4.0
    assert found.unit_cost == pytest.approx(20.0)
    assert analysis(made, roster(made)).unit_cost is None
