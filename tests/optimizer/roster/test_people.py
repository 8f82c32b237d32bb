"""From counts to people: alike or not, everybody keeps every rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.centre import centre
from optimizer.model import Agent, Range, Request, RequestKind, Roster, RosterProblem
from optimizer.roster.checks.reach import least_values_reachable
from optimizer.roster.checks.worker import workers
from optimizer.roster.counts import CountsModel
from optimizer.roster.people import deal
from optimizer.roster.personal import best_personal_roster
from optimizer.roster.setting import Setting
from optimizer.roster.verify import verify
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import MONDAY, demand, problem, problems, soon


def people(*changes: dict[str, object]) -> tuple[Agent, ...]:
    return tuple(
        replace(Agent(f"a{i}", "c", "here", {"s0": 3}), **change)
        for i, change in enumerate(changes)
    )


def test_agents_are_of_one_type_if_the_same_shifts_are_open_to_them() -> None:
    tuesday = (MONDAY + timedelta(days=1),)
    agents = people(
        {},
        {"name": "Another name", "requests": (Request(MONDAY, RequestKind.OFF),)},
        {"days_off": tuesday},
        {"skills": {}},
    )
    setting = Setting.of(problem(agents=agents))
    assert [alike.agents for alike in setting.types] == [(0, 1), (2,), (3,)]
    # Whoever of a family works a shift, cover and cost are the same, days off or not.
    assert [family.types for family in setting.families()] == [(0, 1), (2,)]


def test_a_type_set_apart_has_one_agent_each() -> None:
    setting = Setting.of(problem(agents=3))
    apart = setting.split(setting.families())
    assert [alike.agents for alike in apart.types] == [(0,), (1,), (2,)]


@pytest.mark.parametrize("distinct", [False, True])
def test_every_shift_of_the_counts_finds_somebody(distinct: bool) -> None:
    setting = Setting.of(centre(40, 2, 7, 3, distinct=distinct))
    model = CountsModel(setting)
    model.relax(soon())
    counts = model.search(soon(), gap=1e-3, seed=0)
    assert counts is not None
    plan = deal(setting, counts.shifts, soon())
    assert Counter(pattern for _, _, pattern in plan.shifts()) == sum(counts.shifts, Counter())


def test_what_cannot_be_dealt_out_is_left_and_nobody_breaks_a_rule() -> None:
    # Two agents, at most one day in a row each: three shifts on two days are one too many,
    # and one of the two has the first day off.
    made = problem(agents=people({}, {"days_off": (MONDAY,)}), max_consecutive_days=1)
    setting = Setting.of(made)
    day = setting.patterns.day
    monday, tuesday = (int(np.flatnonzero(day == number)[0]) for number in (0, 1))
    wanted = [Counter({monday: 1, tuesday: 1}), Counter({tuesday: 1})]
    plan = deal(setting, wanted, soon())
    assert len(plan.shifts()) == 2
    assert verify(made, plan.roster(setting)).sound


def test_without_time_shifts_are_still_handed_out() -> None:
    setting = Setting.of(problem(agents=2))
    plan = deal(setting, [Counter({0: 2})], Deadline.after(0.0))
    assert len(plan.shifts()) == 2


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(agents=1, days=9))
def test_solver_and_verifier_agree_on_what_one_person_can_reach(drawn: RosterProblem) -> None:
    setting = Setting.of(drawn)
    (worker,) = workers(drawn, Roster(drawn.requirement.grid, ()))
    personal = best_personal_roster(setting, setting.types[0], soon())
    assert personal is not None
    assert (personal.lowered == ()) is least_values_reachable(worker)


def test_a_least_value_is_lowered_no_further_than_it_must_be() -> None:
    agents = people({"days_off": tuple(MONDAY + timedelta(days=d) for d in (0, 1, 2, 3))})
    setting = Setting.of(
        problem(agents=agents, required=demand(7, range(8, 12), 1.0), shifts_per_week=Range(5, 5))
    )
    personal = best_personal_roster(setting, setting.types[0], soon())
    assert personal is not None
    assert [week.shifts.minimum for week in personal.type.weeks] == [3]
    assert personal.lowered == ("3 of 5 shifts in the week of 2026-11-23",)
