"""People wanted on a shift, as the published nurse rosters ask for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import (
    Agent,
    Directives,
    RosterProblem,
    ShiftDemand,
    ShiftTemplate,
    Site,
    Tier,
)
from optimizer.roster.checks.worker import workers
from optimizer.roster.rules import shift_demand
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shared import SharedRow
from tests.optimizer.roster.agreement import as_roster, drawn_plan, price_of_row, views_of
from tests.optimizer.roster.cases import MONDAY, MORNING, problem, roster, shift

EVENING = ShiftTemplate("evening", 17 * 60, 20 * 60, (240,), step_minutes=60)

STAFF = (
    Agent("a0", "c", "here", {"s0": 3}),
    Agent("a1", "c", "here", {"s0": 3, "s1": 2}),
    Agent("a2", "c", "there", {"s1": 1}, tier=Tier.TECHNICAL),
)


def asking(*demands: ShiftDemand) -> RosterProblem:
    return problem(
        agents=STAFF,
        templates=(MORNING, EVENING),
        sites=(Site("here", zone="Europe/Paris"), Site("there", zone="Europe/London")),
        prices=(10.0, 10.0),
        directives=Directives(shift_demand=demands),
    )


def matches(demand: ShiftDemand, *names: str) -> list[Match]:
    made = asking(demand)
    # The site in London starts an hour later on the grid's clock.
    shifts = [shift(name, 0, 9 if name == "a2" else 8) for name in names]
    given = roster(made, *shifts)
    return list(shift_demand.check(made, workers(made, given)))


@pytest.mark.parametrize(
    ("demand", "names", "amount", "cost"),
    [
        (ShiftDemand(MONDAY, "morning", 2), ["a0"], 1, 100),
        (ShiftDemand(MONDAY, "morning", 2, extra_cost=1), ["a0", "a1", "a2"], 1, 1),
        (ShiftDemand(MONDAY, "morning", 1, skill="s1"), ["a0"], 1, 100),
        (ShiftDemand(MONDAY, "morning", 1, site="there"), ["a0", "a1"], 1, 100),
        (ShiftDemand(MONDAY, "morning", 1, tier=Tier.TECHNICAL, missing_cost=7), ["a0"], 1, 7),
        (ShiftDemand(MONDAY, "evening", 1), ["a0"], 1, 100),
    ],
)
def test_who_counts_is_counted(
    demand: ShiftDemand, names: list[str], amount: float, cost: float
) -> None:
    (match,) = matches(demand, *names)
    assert (match.amount, match.cost, match.day) == (amount, cost, MONDAY)


@pytest.mark.parametrize(
    ("demand", "names"),
    [
        (ShiftDemand(MONDAY, "morning", 1), ["a0", "a1"]),
        (ShiftDemand(MONDAY, "morning", 1, skill="s1", extra_cost=5), ["a0", "a2"]),
        (ShiftDemand(MONDAY + timedelta(days=30), "morning", 1), []),
    ],
)
def test_a_demand_that_is_met_or_lies_elsewhere_is_silent(
    demand: ShiftDemand, names: list[str]
) -> None:
    assert matches(demand, *names) == []


DEMANDS = st.builds(
    ShiftDemand,
    st.integers(-1, 8).map(lambda day: MONDAY + timedelta(days=day)),
    st.sampled_from(["morning", "evening"]),
    st.integers(0, 3),
    st.sampled_from([100.0, 7.0]),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([None, "s1"]),
    st.sampled_from([None, "there"]),
    st.sampled_from([None, Tier.TECHNICAL]),
)


@given(st.lists(DEMANDS, max_size=8), st.integers(0, 99))
def test_solvers_and_verifier_agree_on_every_demand(demands: list[ShiftDemand], seed: int) -> None:
    made = asking(*demands)
    views = views_of(made)
    plan = drawn_plan(views, seed)
    rows: list[SharedRow] = list(shift_demand.shared(views[0].whole, views))
    staff = workers(made, as_roster(views, plan))
    assert sum(price_of_row(row, plan) for row in rows) == sum(
        match.cost for match in shift_demand.check(made, staff)
    )
