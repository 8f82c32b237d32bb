"""The forms of the rules and their checks say the same of every roster."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import RosterProblem
from optimizer.roster.checks.worker import workers
from optimizer.roster.frame import Frame
from optimizer.roster.rules import (
    absences,
    activities,
    availability,
    days_off,
    forbidden,
    minutes,
    rest,
    rotation,
    runs,
    shifts,
    shifts_per_week,
    start_spread,
    template_limits,
    weekends,
)
from optimizer.roster.rules.evaluate import FREE, cost_of
from optimizer.roster.rules.registry import CHECKS
from tests.optimizer.roster.agreement import (
    Plan,
    as_roster,
    checked,
    drawn_plan,
    formed,
    views_of,
)
from tests.optimizer.roster.cases import rich_problems

RULES = (
    absences,
    activities,
    availability,
    days_off,
    forbidden,
    minutes,
    rest,
    rotation,
    runs,
    shifts,
    shifts_per_week,
    start_spread,
    template_limits,
    weekends,
)


@settings(max_examples=40, deadline=None)
@given(
    made=rich_problems(agents=2, intervals=(60, 30, 15)),
    seed=st.integers(0, 999),
    free=st.sampled_from([0.2, 0.5, 0.8]),
)
def test_every_rule_costs_by_its_check_what_it_costs_by_its_forms(
    made: RosterProblem, seed: int, free: float
) -> None:
    views = views_of(made)
    plan = drawn_plan(views, seed, free)
    roster = as_roster(views, plan)
    # Rules may say anything of templates that are not in the contract: `shifts` forbids them.
    by_check, by_forms = checked(shifts, made, roster), formed(shifts, views, plan)
    for rule in RULES:
        check = np.add(by_check, checked(rule, made, roster))
        forms = np.add(by_forms, formed(rule, views, plan))
        assert (rule, check.tolist()) == (rule, pytest.approx(forms.tolist()))


@settings(max_examples=25, deadline=None)
@given(made=rich_problems(agents=1, days=3, templates=2))
def test_all_rules_together_price_every_roster_of_one_person_alike(made: RosterProblem) -> None:
    frame = Frame.of(made)
    patterns, (person,), views = frame.patterns, frame.people, views_of(made)
    choices = [
        [FREE, *np.flatnonzero(patterns.day == day)[:4]] for day in range(len(frame.calendar.days))
    ]
    for worked in product(*choices):
        plan: Plan = np.array([worked])
        (worker,) = workers(made, as_roster(views, plan))
        by_check = sum(match.cost for check in CHECKS for match in check(worker))
        assert by_check == pytest.approx(cost_of(person, patterns, worked))
