"""Shortage, kept by the solver and recomputed by the verifier, beside a linear program."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from optimizer.model import Agent, RosterProblem
from optimizer.roster.cover import Demand
from optimizer.roster.fill import Filler
from optimizer.roster.patterns import Calendar, expand_patterns
from optimizer.roster.plan import Plan
from optimizer.roster.setting import Setting
from optimizer.roster.shortage import add_shift, best_begins, cover_of, shapes_of
from optimizer.roster.verify import verify
from tests.optimizer.roster.cases import demand, problem, roster, shift

PRICES = (3.0, 11.0, 7.0)
SKILLS = st.lists(st.sets(st.integers(0, 2), min_size=1), min_size=1, max_size=6)
REQUIRED = st.tuples(*[st.sampled_from([0.0, 0.4, 1.0, 1.5, 3.0])] * 3)


def one_slot(skills: list[set[int]], required: tuple[float, ...]) -> RosterProblem:
    """Return a problem in which everybody may work at eight, when all groups need somebody."""
    agents = tuple(
        Agent(f"a{i}", "c", "here", {f"s{skill}": 3 for skill in held})
        for i, held in enumerate(skills)
    )
    needed = np.zeros((3, 24))
    needed[:, 8] = required
    return problem(agents=agents, required=needed, days=1, prices=PRICES)


def least_price(skills: list[set[int]], required: tuple[float, ...]) -> float:
    """Return the least priced shortage by linear programming: shares of people, then shortage."""
    shares = [(agent, group) for agent, held in enumerate(skills) for group in sorted(held)]
    cost = np.concatenate([np.zeros(len(shares)), PRICES])
    rows, bounds = [], []
    for agent in range(len(skills)):
        rows.append([float(a == agent) for a, _ in shares] + [0.0] * 3)
        bounds.append(1.0)
    for group in range(3):
        rows.append(
            [-float(g == group) for _, g in shares] + [-float(g == group) for g in range(3)]
        )
        bounds.append(-required[group])
    found = linprog(cost, A_ub=np.array(rows), b_ub=bounds, method="highs")
    return float(found.fun)


@settings(max_examples=60, deadline=None)
@given(SKILLS, REQUIRED)
def test_the_verifier_finds_the_least_priced_shortage(
    skills: list[set[int]], required: tuple[float, ...]
) -> None:
    made = one_slot(skills, required)
    everybody = roster(made, *(shift(f"a{i}", 0) for i in range(len(skills))))
    judged = verify(made, everybody)
    assert judged.parts.shortage == pytest.approx(least_price(skills, required), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(SKILLS, REQUIRED)
def test_people_added_one_by_one_leave_the_least_priced_shortage(
    skills: list[set[int]], required: tuple[float, ...]
) -> None:
    made = one_slot(skills, required)
    calendar = Calendar.of(made)
    shapes = shapes_of(expand_patterns(made, calendar))
    sets = [sum(1 << skill for skill in held) for held in skills]
    kinds = sorted(set(sets))
    cover = cover_of(Demand.of(made), kinds)
    begins = np.zeros(0, dtype=np.int64)
    gained = 0.0
    for serves in sets:
        promised = best_begins(shapes, cover, 0, kinds.index(serves), begins)
        gain = add_shift(shapes, cover, 0, kinds.index(serves), begins)
        assert gain <= promised + 1e-9
        gained += gain
    left = float(cover.missing[8] @ np.array(PRICES))
    assert left == pytest.approx(least_price(skills, required), abs=1e-9)
    assert gained == pytest.approx(float(np.array(required) @ np.array(PRICES)) - left, abs=1e-9)


def test_filling_leaves_the_demand_as_it_is() -> None:
    setting = Setting.of(problem(agents=2, required=demand(7, range(8, 12), 1.0)))
    before = setting.demand.agents.copy()
    plan = Plan.empty(setting)
    Filler(setting).fill(plan)
    assert plan.shifts()
    assert (setting.demand.agents == before).all()


def test_nobody_is_called_for_less_than_the_call_costs() -> None:
    # Half an agent is missing for four hours at 10 each: 20 is the most that a shift can save.
    for call_cost, shifts in ((19.0, 7), (21.0, 0)):
        made = problem(
            agents=2,
            required=demand(7, range(8, 12), 0.5),
            call_cost=call_cost,
            max_consecutive_days=7,
        )
        setting = Setting.of(made)
        plan = Plan.empty(setting)
        Filler(setting).fill(plan)
        assert len(plan.shifts()) == shifts
        assert verify(made, plan.roster(setting)).sound
