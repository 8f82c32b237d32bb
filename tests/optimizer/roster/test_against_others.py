"""The engine beside what is not the engine: enumeration, another solver, textbooks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pulp
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.errors import NoSolution, Severity
from optimizer.model import (
    Agent,
    Contract,
    PlannedActivity,
    Range,
    Roster,
    RosterProblem,
    Shift,
    ShiftTemplate,
    StaffClass,
    check_problem,
)
from optimizer.result import Termination
from optimizer.roster import solve, verify
from tests.optimizer.roster.cases import (
    demand,
    directed_problems,
    problem,
    problems,
    rich_problems,
    soon,
)
from tests.optimizer.roster.enumeration import least_of_all

FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def shifts_of(problem: RosterProblem, agent: Agent) -> Iterator[list[Shift | None]]:
    """Yield for every day the shifts that an agent might work, and None for a day off."""
    grid = problem.requirement.grid
    contracts = {contract.id: contract for contract in problem.organisation.contracts}
    templates = {template.id: template for template in problem.organisation.templates}
    for day in grid.days():
        choices: list[Shift | None] = [None]
        for name in contracts[agent.contract].templates:
            template = templates[name]
            for minute, length in itertools.product(template.starts(), template.lengths):
                start = grid.slot_of(day, minute)
                end = start + length // grid.interval_minutes
                begins = [
                    [
                        PlannedActivity(a.kind, start + offset, start + offset + 1, a.paid)
                        for offset in range(a.earliest_minute // 60, a.latest_minute // 60 + 1)
                    ]
                    for a in template.activities
                ]
                choices += [
                    Shift(agent.id, name, start, end, tuple(placed))
                    for placed in itertools.product(*begins)
                ]
        yield choices


def best_of_all(problem: RosterProblem) -> float:
    """Return the least objective of all rosters there are that the verifier finds sound."""
    weeks = []
    for agent in problem.organisation.agents:
        options = itertools.product(*shifts_of(problem, agent))
        weeks.append([tuple(shift for shift in week if shift) for week in options])
    best = np.inf
    for combination in itertools.product(*weeks):
        shifts = tuple(shift for week in combination for shift in week)
        judged = verify(problem, Roster(problem.requirement.grid, shifts))
        if judged.sound:
            best = min(best, judged.objective)
    return float(best)


@FEW
@given(problems(agents=2, days=2, small=True))
def test_no_roster_of_all_is_better_than_one_called_optimal(drawn: RosterProblem) -> None:
    try:
        built = solve(drawn, deadline=soon(1.0))
    except NoSolution:
        assert best_of_all(drawn) == np.inf
        return
    # What nobody can keep is relaxed as little as possible, which no sound roster is.
    assume(not built.roster.relaxed)
    best = best_of_all(drawn)
    assert built.report.bound is None or built.report.bound <= best + 1e-6
    assert built.report.objective >= best - 1e-6
    if built.report.termination is Termination.OPTIMAL:
        assert built.report.objective == pytest.approx(best, abs=1e-4)


@st.composite
def small_worlds(draw: st.DrawFn) -> RosterProblem:
    """Draw a problem of every kind of rule that is small enough to be enumerated."""
    made = draw(rich_problems(agents=2, days=3, templates=2) | directed_problems(agents=2, days=3))
    shape = made.requirement.agents.shape
    levels = draw(st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=shape[1] // 6))
    agents = np.resize(np.repeat(levels, 6), shape)
    made = replace(made, requirement=replace(made.requirement, agents=agents))
    assume(all(issue.severity is not Severity.ERROR for issue in check_problem(made)))
    return made


@settings(FEW, max_examples=12, suppress_health_check=list(HealthCheck))
@given(small_worlds())
def test_whatever_the_rules_no_roster_is_better_than_one_called_optimal(
    drawn: RosterProblem,
) -> None:
    try:
        built = solve(drawn, deadline=soon(0.3), workers=1)
    except NoSolution:
        assert least_of_all(drawn) in (None, np.inf)
        return
    best = least_of_all(drawn, built.roster.relaxed)
    assume(best is not None)
    assert best is not None
    assert built.report.objective >= best - 1e-6
    if not built.roster.relaxed:
        # What is relaxed may be broken elsewhere, too, at another price.
        assert built.report.bound is None or built.report.bound <= best + 1e-6
        if built.report.termination is Termination.OPTIMAL:
            assert built.report.objective == pytest.approx(best, abs=1e-4)


@FEW
@given(problems(agents=6, days=9), st.integers(0, 3))
def test_every_roster_is_sound_and_not_below_its_bound(drawn: RosterProblem, seed: int) -> None:
    try:
        built = solve(drawn, deadline=soon(1.0), seed=seed)
    except NoSolution:
        # Only a vendor's cap can stand against the least values of several people together.
        assert any(vendor.max_shifts_per_day is not None for vendor in drawn.organisation.vendors)
        return
    judged = verify(drawn, built.roster)
    assert judged.sound
    assert judged.objective == pytest.approx(built.report.objective)
    assert built.report.bound is None or built.report.bound <= judged.objective + 1e-6


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PuLP tells of its version 4
def test_another_solver_finds_the_same_least_cost() -> None:
    rng = np.random.default_rng(5)
    needed = np.zeros((1, 7 * 24))
    for day in range(7):
        needed[0, day * 24 + 8 : day * 24 + 18] = rng.integers(1, 6, 10)
    family = ShiftTemplate("t", 8 * 60, 14 * 60, (240,), step_minutes=60)
    ours = problem(
        agents=8, required=needed, templates=(family,), shifts_per_week=Range(0, 4), call_cost=9.0
    )

    model = pulp.LpProblem("counts", pulp.LpMinimize)
    starts = [(day, hour) for day in range(7) for hour in range(8, 15)]
    count = {key: pulp.LpVariable(f"n_{key[0]}_{key[1]}", 0, 8, "Integer") for key in starts}
    short = {slot: pulp.LpVariable(f"u_{slot}", 0) for slot in np.flatnonzero(needed[0]).tolist()}
    model += 9 * pulp.lpSum(count.values()) + 10 * pulp.lpSum(short.values())
    for slot, missing in short.items():
        day, hour = divmod(slot, 24)
        working = [count[day, start] for start in range(hour - 3, hour + 1) if 8 <= start <= 14]
        model += pulp.lpSum(working) + missing >= needed[0, slot]
    for day in range(7):
        model += pulp.lpSum(count[day, hour] for hour in range(8, 15)) <= 8
    model += pulp.lpSum(count.values()) <= 8 * 4
    model.solve(pulp.PULP_CBC_CMD(msg=False))

    built = solve(ours, deadline=soon())
    assert built.report.objective == pytest.approx(pulp.value(model.objective))


@pytest.mark.parametrize(("agents", "enough"), [(23, True), (22, False)])
def test_five_days_on_and_two_off_need_23_people(agents: int, enough: bool) -> None:
    # Winston, Operations Research: 17, 13, 15, 19, 14, 16, 11 from Monday on.
    needed = np.concatenate(
        [demand(1, range(8, 12), people) for people in (17, 13, 15, 19, 14, 16, 11)], axis=1
    )
    built = solve(
        problem(
            agents=agents,
            required=needed,
            shifts_per_week=Range(5, 5),
            min_consecutive_days_off=2,
            max_consecutive_days=7,
        ),
        # With 23 the optimum ends the search; with 22 nothing does but the time.
        deadline=soon(20.0 if enough else 2.0),
    )
    assert (built.report.objective == 0) is enough


def test_the_airline_s_five_shifts_cost_30610() -> None:
    # Hillier & Lieberman, Union Airways: least-cost agents by shift for one day of 24 hours.
    needed = np.zeros((1, 48))
    for place, people in enumerate((48, 79, 65, 87, 64, 73, 82, 43, 52)):
        needed[0, 6 + 2 * place : 8 + 2 * place] = people
    needed[0, 24:30] = 15
    kinds = [(6, 170.0), (8, 160.0), (12, 175.0), (16, 180.0), (22, 195.0)]
    templates = tuple(
        ShiftTemplate(f"s{hour}", hour * 60, hour * 60, (480,), weekdays=(0,)) for hour, _ in kinds
    )
    contracts = tuple(
        Contract(f"c{hour}", StaffClass.ELASTIC, templates=(f"s{hour}",), call_cost=cost)
        for hour, cost in kinds
    )
    agents = tuple(
        Agent(f"a{hour}_{number}", f"c{hour}", "here", {"s0": 3})
        for hour, _ in kinds
        for number in range(60)
    )
    airline = problem(
        agents=agents,
        required=needed,
        days=2,
        templates=templates,
        contracts=contracts,
        prices=(10_000.0,),
    )
    built = solve(airline, deadline=soon())
    assert built.report.objective == pytest.approx(30_610)
    assert built.report.termination is Termination.OPTIMAL
    worked = [sum(s.template == t.id for s in built.roster.shifts) for t in templates]
    assert worked == [48, 31, 39, 43, 15]
