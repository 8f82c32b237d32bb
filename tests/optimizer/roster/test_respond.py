"""Best responses, beside all rosters that one person can have."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.errors import Severity
from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Contract,
    PlannedActivity,
    Range,
    RosterProblem,
    StaffClass,
    Vendor,
    check_problem,
)
from optimizer.roster.convert import roster_of
from optimizer.roster.frame import Frame
from optimizer.roster.placement import FREE
from optimizer.roster.respond import first_plan, improve_responses, plan_from, respond
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.tours import Tours
from optimizer.roster.verify import verify
from tests.optimizer.roster.cases import (
    MORNING,
    demand,
    directed_problems,
    problem,
    problems,
    roster,
    shift,
    soon,
)

DAYS = 3


def rosters(frame: Frame, agent: int) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return all rosters of an agent that cost something finite."""
    person = frame.people[agent]
    day = frame.patterns.day[person.patterns]
    choices = [[FREE, *person.patterns[day == d].tolist()] for d in range(len(frame.calendar.days))]
    return [
        np.array(row, dtype=np.int64)
        for row in product(*choices)
        if np.isfinite(cost_of(person, frame.patterns, row))
    ]


@settings(max_examples=25, deadline=None)
@given(problems(agents=4, days=DAYS, small=True), st.integers(0, 9))
def test_after_the_rounds_nobody_can_improve_alone(made: RosterProblem, seed: int) -> None:
    frame = Frame.of(made)
    tours = Tours.of(frame)
    state = first_plan(frame, tours, soon(), seed)
    weight = state.weight
    for agent in range(len(frame.people)):
        state.take_out(agent)
        for row in rosters(frame, agent):
            state.put_in(agent, row, state.place(agent, row))
            assert state.weight >= weight - 1e-4
            state.take_out(agent)
        row = np.full(DAYS, FREE, dtype=np.int64)
        state.put_in(agent, row, state.place(agent, row))
        respond(state, tours, agent)
        assert state.weight == pytest.approx(weight, abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(problems(agents=4, days=DAYS, small=True))
def test_what_responses_save_is_what_the_plan_costs_less(made: RosterProblem) -> None:
    frame = Frame.of(made)
    tours = Tours.of(frame)
    state = first_plan(frame, tours, soon(0.0))
    before = state.weight
    saved = improve_responses(state, tours, soon())
    if np.isfinite(before):
        assert before - state.weight == pytest.approx(saved, abs=1e-4)
    elif all(rosters(frame, agent) for agent in range(len(frame.people))):
        assert np.isfinite(state.weight)


def test_somebody_is_lent_for_the_best_days_that_a_week_of_the_vendor_allows() -> None:
    # Eight hours may be lent: two of the three days on which somebody is missing.
    required = demand(3, range(8, 12), 1.0) * np.repeat([1.0, 2.0, 3.0], 24)
    contract = Contract("c", StaffClass.ELASTIC, templates=(MORNING.id,), vendor="v")
    made = problem(
        agents=3,
        days=3,
        required=required,
        contracts=(contract,),
        vendors=(Vendor("v", max_minutes_per_week=8 * 60),),
    )
    frame = Frame.of(made)
    state = first_plan(frame, Tours.of(frame), soon())
    assert np.isfinite(state.cost)
    assert np.count_nonzero(state.worked != FREE) == 2


def test_after_the_deadline_only_those_who_must_work_get_shifts() -> None:
    free = Contract("c", templates=(MORNING.id,))
    bound = replace(free, id="bound", shifts_per_week=Range(2, 5))
    made = problem(agents=2, contracts=(free, bound), required=demand(7, range(8, 12), 1.0))
    one, two = made.organisation.agents
    organisation = replace(made.organisation, agents=(one, replace(two, contract="bound")))
    frame = Frame.of(replace(made, organisation=organisation))
    state = first_plan(frame, Tours.of(frame), soon(0.0), patience=0.0)
    assert (state.worked[0] == FREE).all()
    assert np.count_nonzero(state.worked[1] != FREE) >= 2
    assert np.isfinite(state.cost)


def test_the_same_seed_gives_the_same_plan() -> None:
    made = problem(agents=6, required=demand(7, range(8, 12), 3.0), shifts_per_week=Range(2, 4))
    frame = Frame.of(made)
    tours = Tours.of(frame)
    one, two = (first_plan(frame, tours, soon(), seed=3) for _ in range(2))
    assert (one.worked == two.worked).all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.one_of(problems(agents=4, days=7), directed_problems(agents=3, days=8)))
def test_the_verifier_finds_the_cost_that_the_state_says(made: RosterProblem) -> None:
    assume(all(issue.severity is not Severity.ERROR for issue in check_problem(made)))
    frame = Frame.of(made)
    state = first_plan(frame, Tours.of(frame), soon())
    assume(np.isfinite(state.cost))
    sessions = {agent: tuple(state.training(agent)) for agent in range(len(frame.people))}
    judged = verify(made, roster_of(frame, state.worked, state.begins, sessions))
    assert judged.sound
    assert judged.objective == pytest.approx(state.cost, abs=1e-4)


def test_a_roster_to_begin_from_has_its_meals_where_they_may_be() -> None:
    meal = ActivityTemplate(ActivityKind.MEAL, 60, 60, 120, 60)
    asked = problem(agents=1, templates=(replace(MORNING, activities=(meal,)),))
    at = [PlannedActivity(ActivityKind.MEAL, slot, slot + 1, False) for slot in (10, 24 + 8)]
    shifts = tuple(
        replace(shift("a0", day), activities=(eaten,))
        for day, eaten in zip((0, 1), at, strict=True)
    )
    state = plan_from(Frame.of(asked), roster(asked, *shifts))
    assert (state.worked[0, :2] >= 0).all()
    assert state.begins[0, 0, 0] == 10
    assert state.begins[0, 1, 0] in (24 + 9, 24 + 10)


def test_a_deadline_that_is_over_leaves_a_moment_for_a_first_plan() -> None:
    frame = Frame.of(problem(agents=2, required=demand(7, range(8, 12), 1.0)))
    state = first_plan(frame, Tours.of(frame), soon(0.0))
    assert state.missing.sum() == 0.0
