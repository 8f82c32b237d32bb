"""Rows over several people that contracts leave no room for: contracts give way, and say so."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from optimizer.errors import NoSolution
from optimizer.model import (
    Agent,
    Contract,
    Directives,
    Range,
    Roster,
    RosterProblem,
    RuleName,
    StaffClass,
    Vendor,
)
from optimizer.roster import solve
from tests.optimizer.roster.cases import MORNING, demand, problem, roster, shift, soon


def lent(agents: int, vendor: Vendor, *, wanted: int = 0, days: int = 7) -> RosterProblem:
    """Return a problem of a vendor's agents with two shifts a week each."""
    needed = demand(days, range(8, 12), wanted)
    terms = {"shifts_per_week": Range(2, 2), "vendor": "v"}
    return problem(agents=agents, required=needed, vendors=(vendor,), **terms)


def shifts_by_agent(built: Roster) -> list[int]:
    return sorted(Counter(shift.agent for shift in built.shifts).values())


@pytest.mark.parametrize("wanted", [0, 2])
def test_a_vendor_that_lends_nobody_goes_before_the_least_shifts_of_its_agents(wanted: int) -> None:
    built = solve(lent(2, Vendor("v", max_shifts_per_day=0), wanted=wanted), deadline=soon(1))
    assert built.roster.shifts == ()
    assert {(r.agent, r.rule, r.amount) for r in built.roster.relaxed} == {
        ("a0", RuleName.SHIFTS_PER_WEEK, 2),
        ("a1", RuleName.SHIFTS_PER_WEEK, 2),
    }
    assert {warning.code for warning in built.warnings} >= {"rule_relaxed"}
    assert built.verification.sound


def test_room_is_made_even_where_there_is_no_time() -> None:
    built = solve(lent(2, Vendor("v", max_shifts_per_day=0)), deadline=soon(0))
    assert built.roster.shifts == ()


def test_minutes_of_a_week_that_a_vendor_lends_are_used_up_to_the_last_shift() -> None:
    built = solve(lent(2, Vendor("v", max_minutes_per_week=3 * 240)), deadline=soon(1))
    assert shifts_by_agent(built.roster) == [1, 2]
    assert [(r.rule, r.amount) for r in built.roster.relaxed] == [(RuleName.SHIFTS_PER_WEEK, 1)]


def test_nobody_gives_way_where_a_cap_has_room_for_all() -> None:
    built = solve(lent(2, Vendor("v", max_shifts_per_day=1), wanted=1), deadline=soon(1))
    assert built.roster.relaxed == ()
    assert len(built.roster.shifts) == 4


def test_least_shifts_of_elastic_staff_give_way_to_its_share() -> None:
    contracts = (
        Contract("core", templates=("morning",), shifts_per_week=Range(1, 1)),
        Contract("el", StaffClass.ELASTIC, templates=("morning",), shifts_per_week=Range(2, 3)),
    )
    people = tuple(Agent(name, name, "here", {"s0": 3}) for name in ("core", "el"))
    asked = problem(agents=people, contracts=contracts, max_elastic_share=0.5)
    built = solve(asked, deadline=soon(1))
    assert shifts_by_agent(built.roster) == [1, 1]
    assert [(r.agent, r.rule) for r in built.roster.relaxed] == [("el", RuleName.SHIFTS_PER_WEEK)]


def test_a_cap_that_the_frozen_past_breaks_is_the_reason_why_there_is_no_roster() -> None:
    asked = problem(agents=1, vendors=(Vendor("v", max_shifts_per_day=0),), vendor="v")
    before = roster(asked, shift("a0", 0))
    begun = Directives(now=asked.requirement.grid.start + timedelta(hours=10))
    frozen = problem(
        agents=1,
        templates=(MORNING,),
        vendors=asked.organisation.vendors,
        vendor="v",
        previous=before,
        directives=begun,
    )
    with pytest.raises(NoSolution) as caught:
        solve(frozen, deadline=soon(1))
    assert [issue.code for issue in caught.value.issues] == ["vendor_caps"]
