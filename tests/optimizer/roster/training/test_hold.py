"""Sessions of training, beside every way in which the agents could attend."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    Directives,
    Floor,
    Keep,
    Pin,
    PlannedActivity,
    RosterProblem,
    ShiftTemplate,
    Training,
)
from optimizer.roster.checks.cover import shortage_of
from optimizer.roster.checks.worker import workers
from optimizer.roster.convert import roster_of
from optimizer.roster.frame import Frame
from optimizer.roster.placement import FREE
from optimizer.roster.rules import activities, floors
from optimizer.roster.rules import training as rule
from optimizer.roster.state import State
from optimizer.roster.training import hold_trainings
from tests.optimizer.roster.cases import MONDAY, problem, soon

MEAL = ActivityTemplate(ActivityKind.MEAL, 60, 120, 180, 60)
DAY = ShiftTemplate("day", 8 * 60, 9 * 60, (300,), step_minutes=60, activities=(MEAL,))
PRICES = (4.0, 9.0)

Sessions = dict[int, tuple[PlannedActivity, ...]]


@st.composite
def cases(draw: st.DrawFn) -> RosterProblem:
    held = draw(st.lists(st.sets(st.integers(0, 1), min_size=1), min_size=1, max_size=3))
    agents = tuple(
        Agent(f"a{i}", "c", "here", {f"s{skill}": 3 for skill in sorted(skills)})
        for i, skills in enumerate(held)
    )
    names = tuple(agent.id for agent in agents)
    trainings = tuple(
        Training(
            f"t{number}",
            names[draw(st.integers(0, len(names) - 1)) :],
            60 * draw(st.integers(1, 2)),
            group_min=draw(st.integers(1, 2)),
            group_max=draw(st.integers(2, 3)),
            earliest_minute=draw(st.sampled_from([0, 9 * 60])),
            latest_end_minute=draw(st.sampled_from([12 * 60, 24 * 60])),
            cost=draw(st.sampled_from([3.0, 10.0, 25.0])),
        )
        for number in range(draw(st.integers(1, 2)))
    )
    levels = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=6, max_size=6)
    required = np.zeros((2, 24))
    for group in range(2):
        required[group, 8:14] = draw(levels)
    made = problem(
        agents=agents,
        required=required,
        days=1,
        prices=PRICES,
        templates=(replace(DAY, min_stretch_minutes=draw(st.sampled_from([0, 120]))),),
    )
    floor = Floor(
        1, start_minute=8 * 60, end_minute=12 * 60, cost=draw(st.sampled_from([2.0, 6.0]))
    )
    return replace(made, directives=Directives(trainings=trainings, floors=(floor,)))


def price_of(frame: Frame, state: State, sessions: Sessions) -> float:
    """Return what the verifier's parts make of coverage, floors and training."""
    made = frame.problem
    plan = roster_of(frame, state.worked, state.begins, sessions)
    staff = workers(made, plan)
    matches = [*rule.check(made, staff), *floors.check(made, staff)]
    matches += [match for worker in staff for match in activities.check(worker)]
    missing = shortage_of(made, plan)
    return float(np.array(PRICES) @ missing.sum(axis=1)) + sum(match.cost for match in matches)


def every_way(frame: Frame, state: State) -> list[Sessions]:
    """Return all ways in which the agents could sit in sessions somewhere in their shifts."""
    made = frame.problem
    per_agent: list[list[tuple[PlannedActivity, ...]]] = []
    for agent, person in enumerate(made.organisation.agents):
        pattern = int(state.worked[agent, 0])
        ways: list[tuple[PlannedActivity, ...]] = [()]
        for training in made.directives.trainings:
            if person.id not in training.agents or pattern == FREE:
                continue
            size = training.minutes // 60
            starts = range(int(frame.patterns.start[pattern]), int(frame.patterns.end[pattern]))
            ways += [
                (*way, PlannedActivity(training.kind, start, start + size, True, training.id))
                for way in ways
                for start in starts
            ]
        per_agent.append(ways)
    return [dict(enumerate(way)) for way in product(*per_agent)]


@settings(max_examples=25, deadline=None)
@given(cases(), st.data())
def test_no_way_to_hold_the_sessions_is_cheaper(made: RosterProblem, data: st.DataObject) -> None:
    frame = Frame.of(made)
    state = State(frame)
    for agent, person in enumerate(frame.people):
        row = np.array([data.draw(st.sampled_from([FREE, *person.patterns.tolist()]))])
        state.put_in(agent, row, state.place(agent, row), own=0.0)
    before = state.cost
    assert before == pytest.approx(price_of(frame, state, {}))
    ways = every_way(frame, state)
    saved = hold_trainings(state, soon())
    assert before - state.cost == pytest.approx(saved)
    assert state.cost == pytest.approx(price_of(frame, state, state.sessions))
    # Beside each other, sessions may fill a stretch that one alone would leave too short.
    joint = (
        len(made.directives.trainings) > 1 and made.organisation.templates[0].min_stretch_minutes
    )
    if len(ways) <= 500 and not joint:
        least = min(price_of(frame, state, way) for way in ways)
        assert state.cost == pytest.approx(least)


def crowd(agents: int, required: float, training: Training) -> tuple[Frame, State]:
    """Return a morning on which everybody works, without meals."""
    level = np.zeros((1, 24))
    level[0, 8:12] = required
    made = problem(agents=agents, required=level, days=1)
    frame = Frame.of(replace(made, directives=Directives(trainings=(training,))))
    worked = np.zeros((agents, 1), dtype=np.int64)
    return frame, State.of(frame, worked, np.zeros((agents, 1, 0), dtype=np.int64))


def test_groups_split_where_they_would_leave_too_few_on_contacts() -> None:
    names = tuple(f"a{i}" for i in range(8))
    _, state = crowd(8, 6.0, Training("t", names, 60, group_min=2, group_max=8, cost=15.0))
    hold_trainings(state, soon())
    starts = sorted(s.start for sessions in state.sessions.values() for s in sessions)
    assert starts == [8, 8, 9, 9, 10, 10, 11, 11]
    assert state.cost == 0.0


def test_without_time_the_plan_stays_as_it_is() -> None:
    names = ("a0", "a1")
    _, state = crowd(2, 0.0, Training("t", names, 60, cost=15.0))
    assert hold_trainings(state, soon(0.0)) == 0.0
    assert state.cost == 30.0


def test_a_second_call_is_never_worse_and_keeps_what_a_pin_keeps() -> None:
    course = Training("t", ("a0", "a1", "a2"), 60, group_min=2, group_max=3, cost=15.0)
    frame, state = crowd(3, 1.0, course)
    hold_trainings(state, soon())
    held = state.cost
    assert hold_trainings(state, soon()) == pytest.approx(0.0)
    assert state.cost == held
    previous = roster_of(frame, state.worked, state.begins, state.sessions)
    pins = (Pin("a0", MONDAY, Keep.ACTIVITIES),)
    directives = replace(frame.problem.directives, pins=pins)
    again = Frame.of(replace(frame.problem, previous=previous, directives=directives))
    state = State.of(again, state.worked, state.begins)
    kept = previous.shifts[0].activities[0]
    assert state.training(0) == [kept]
    hold_trainings(state, soon())
    assert 0 not in state.sessions
    assert state.training(0) == [kept]
    # The others need not join the session that is held in any case.
    assert state.cost == 0.0
