"""Vendors lend so many shifts a day and so much paid time a week."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.model import Agent, Contract, History, RosterProblem, Shift, StaffClass, Vendor
from optimizer.roster.checks.worker import workers
from optimizer.roster.rules import vendors
from optimizer.roster.rules.match import Match
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import MONDAY, problem, roster, shift

CONTRACTS = (
    Contract("core", templates=("morning",)),
    Contract("lent", StaffClass.ELASTIC, templates=("morning",), vendor="v"),
)


def lending(vendor: Vendor, *, minutes_before: int = 0) -> RosterProblem:
    """Return a problem of two people who are lent and one who is not."""
    past = History(minutes_this_week=minutes_before)
    agents = (
        Agent("a0", "lent", "here", {"s0": 3}, history=past),
        Agent("a1", "lent", "here", {"s0": 3}),
        Agent("a2", "core", "here", {"s0": 3}, history=past),
    )
    return problem(agents=agents, contracts=CONTRACTS, vendors=(vendor,), days=14)


def matches(made: RosterProblem, *shifts: Shift) -> list[Match]:
    return list(vendors.check(made, workers(made, roster(made, *shifts))))


def test_only_the_vendors_own_people_use_up_its_shifts_of_a_day() -> None:
    made = lending(Vendor("v", max_shifts_per_day=1))
    assert matches(made, shift("a0", 0), shift("a1", 1), shift("a2", 0)) == []
    (match,) = matches(made, shift("a0", 0), shift("a1", 0))
    assert (match.day, match.amount, match.cost) == (MONDAY, 1, math.inf)


def test_minutes_of_a_week_are_capped_from_monday_to_sunday() -> None:
    made = lending(Vendor("v", max_minutes_per_week=480))
    assert matches(made, shift("a0", 5), shift("a1", 6), shift("a1", 7), shift("a0", 8)) == []
    (match,) = matches(made, *(shift("a0", day) for day in (7, 8, 9)))
    assert (match.day, match.amount) == (MONDAY + timedelta(days=7), 240)


def test_minutes_before_the_period_count_and_cannot_be_taken_back() -> None:
    made = lending(Vendor("v", max_minutes_per_week=480), minutes_before=400)
    assert [match.amount for match in matches(made, shift("a1", 0))] == [160]
    over = lending(Vendor("v", max_minutes_per_week=480), minutes_before=900)
    assert matches(over) == []
    assert [match.amount for match in matches(over, shift("a1", 0))] == [240]


def test_a_cap_is_a_row_for_each_day_and_each_week() -> None:
    views = views_of(lending(Vendor("v", "", 1, 480), minutes_before=400))
    rows = list(vendors.shared(views[0].whole, views))
    assert [row.upper for row in rows] == [1] * 14 + [80, 480]
    assert all(part.agents.tolist() == [0, 1] for row in rows for part in row.parts)
    assert all(row.above_price == math.inf for row in rows)


@pytest.mark.parametrize("vendor", [Vendor("v"), Vendor("w", "", 0, 0)])
def test_a_vendor_without_caps_or_without_people_has_no_rows(vendor: Vendor) -> None:
    made = lending(Vendor("v"))
    organisation = replace(made.organisation, vendors=(Vendor("v"), vendor))
    views = views_of(replace(made, organisation=organisation))
    assert list(vendors.shared(views[0].whole, views)) == []
