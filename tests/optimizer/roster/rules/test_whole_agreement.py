"""All rules together: solvers and verifier put the same price on every roster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import RosterProblem
from optimizer.roster.checks.worker import workers
from optimizer.roster.frame import Frame
from optimizer.roster.rules import (
    calls,
    changes,
    elastic_share,
    fairness,
    floors,
    frozen,
    labour,
    notice,
    pins,
    requests,
    shift_demand,
    vendors,
)
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.registry import CHECKS
from optimizer.roster.rules.shared import SharedRow
from optimizer.roster.rules.view import View
from tests.optimizer.roster.agreement import (
    Plan,
    as_roster,
    checked,
    drawn_plan,
    formed,
    price_of_row,
    price_of_watch,
    views_of,
)
from tests.optimizer.roster.cases import directed_problems

PERSONAL = (calls, changes, fairness, frozen, labour, notice, pins, requests)
COMMON = (elastic_share, floors, shift_demand, vendors)
PLANS = 4


def with_previous(made: RosterProblem, seed: int) -> tuple[RosterProblem, Sequence[View], Plan]:
    """Return a problem after a random previous roster, its views, and that roster as a plan."""
    views = views_of(made)
    old = drawn_plan(views, seed)
    if seed % 3 == 0:
        return made, views, old
    made = replace(made, previous=as_roster(views, old))
    return made, views_of(made), old


def near(old: Plan, new: Plan, seed: int) -> Plan:
    """Return a plan that has some columns of one and the others of the other."""
    mixed = new.copy()
    mixed[:, seed % 2 :: 2] = old[:, seed % 2 :: 2]
    return mixed if seed % 5 else old


@settings(max_examples=20, deadline=None)
@given(made=directed_problems(agents=2), seed=st.integers(0, 999))
def test_a_rule_of_one_person_costs_by_its_check_what_it_costs_by_its_forms(
    made: RosterProblem, seed: int
) -> None:
    made, views, old = with_previous(made, seed)
    for step in range(seed, seed + PLANS):
        plan = near(old, drawn_plan(views, 1000 + step), step)
        roster = as_roster(views, plan)
        for rule in PERSONAL:
            found, paid = checked(rule, made, roster), formed(rule, views, plan)
            assert found == pytest.approx(paid), rule.__name__


@settings(max_examples=20, deadline=None)
@given(made=directed_problems(), seed=st.integers(0, 999))
def test_a_rule_of_several_people_costs_by_its_check_what_it_costs_by_its_rows(
    made: RosterProblem, seed: int
) -> None:
    views = views_of(made)
    for step in range(seed, seed + PLANS):
        plan = drawn_plan(views, step)
        roster = as_roster(views, plan)
        for rule in COMMON:
            paid = sum(
                price_of_row(row, plan)
                if isinstance(row, SharedRow)
                else price_of_watch(row, made, roster)
                for row in rule.shared(views[0].whole, views)
            )
            found = sum(match.cost for match in rule.check(made, workers(made, roster)))
            assert found == pytest.approx(paid), rule.__name__


@settings(max_examples=20, deadline=None)
@given(made=directed_problems(), seed=st.integers(0, 999))
def test_all_rules_of_a_person_together_cost_what_the_solvers_say(
    made: RosterProblem, seed: int
) -> None:
    made, _, old = with_previous(made, seed)
    frame, views = Frame.of(made), views_of(made)
    for step in range(seed, seed + PLANS):
        plan = near(old, drawn_plan(views, 1000 + step, free=0.6), step)
        for worker in workers(made, as_roster(views, plan)):
            person = frame.people[worker.number]
            paid = cost_of(person, frame.patterns, plan[worker.number].tolist())
            found = [match.cost for check in CHECKS for match in check(worker)]
            assert paid == pytest.approx(math.fsum(found) if math.inf not in found else math.inf)
