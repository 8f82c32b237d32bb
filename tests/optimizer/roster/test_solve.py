"""What `solve` promises its callers: time, order, honesty about what cannot be held."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.centre import centre
from optimizer.errors import InvalidInput
from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    ChangePrices,
    Directives,
    Range,
    Request,
    RequestKind,
    Requirement,
    RosterProblem,
    ShiftTemplate,
)
from optimizer.progress import Event
from optimizer.result import Termination
from optimizer.roster import solve
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import MONDAY, MORNING, demand, problem, soon


def test_nobody_needed_and_nobody_guaranteed_is_an_empty_roster() -> None:
    built = solve(problem(agents=3), deadline=soon())
    assert built.roster.shifts == ()
    assert built.report.objective == 0.0
    assert built.report.termination is Termination.OPTIMAL


def test_more_work_than_people_is_a_roster_with_its_shortage() -> None:
    built = solve(problem(agents=2, required=demand(7, range(8, 12), 50.0)), deadline=soon())
    assert len(built.roster.shifts) == 10
    assert built.verification.short_agent_intervals == 7 * 4 * 50 - 10 * 4


def test_a_least_number_of_shifts_that_days_off_forbid_is_lowered_and_told() -> None:
    off = tuple(MONDAY + timedelta(days=day) for day in range(5))
    agent = Agent("a0", "c", "here", {"s0": 3}, days_off=off)
    built = solve(problem(agents=(agent,), shifts_per_week=Range(5, 5)), deadline=soon())
    assert len(built.roster.shifts) == 2
    assert [warning.pointer for warning in built.warnings] == ["/organisation/agents/0"]


def test_wishes_decide_between_people_who_are_alike_otherwise() -> None:
    # Two agents, one shift a day, five days; each wants the days that the other does not.
    wanted = {"a0": (0, 1), "a1": (2, 3, 4)}
    agents = tuple(
        Agent(name, "c", "here", {"s0": 3}, requests=tuple(
            Request(MONDAY + timedelta(days=day), RequestKind.ON) for day in days
        ))
        for name, days in wanted.items()
    )  # fmt: skip
    needed = demand(7, range(8, 12), 1.0)
    needed[0, 5 * 24 :] = 0
    built = solve(
        problem(agents=agents, required=needed, call_cost=1.0, shifts_per_week=Range(0, 5)),
        deadline=soon(),
    )
    assert built.verification.requests_denied == 0


def test_a_problem_that_makes_no_sense_lists_every_issue() -> None:
    bad = problem(agents=(), templates=(replace(MORNING, lengths=()),))
    with pytest.raises(InvalidInput) as caught:
        solve(bad, deadline=soon())
    assert {issue.code for issue in caught.value.issues} >= {"no_agents", "no_lengths"}


@pytest.mark.parametrize("first", [date(2026, 3, 27), date(2026, 10, 23)])
def test_shifts_keep_their_local_time_over_a_change_of_clocks(first: date) -> None:
    made = problem(agents=1, days=4, first=first, call_cost=1.0)
    grid = made.requirement.grid
    needed = np.zeros((1, grid.count))
    for day in grid.days():
        start = grid.slot_of(day, 8 * 60)
        needed[0, start : start + 4] = 1
    made = RosterProblem(made.organisation, Requirement(grid, ("g0",), needed))
    built = solve(made, deadline=soon())
    assert [grid.local(shift.start).hour for shift in built.roster.shifts] == [8, 8, 8, 8]
    assert built.verification.short_agent_intervals == 0


def test_the_same_seed_gives_the_same_roster() -> None:
    made = problem(agents=6, required=demand(7, range(8, 12), 3.0), call_cost=2.0)
    first, second = (solve(made, deadline=soon(), seed=4) for _ in range(2))
    assert first.roster == second.roster


@pytest.mark.parametrize("seconds", [1.0, 3.0])
def test_a_deadline_holds_within_a_second_and_still_gives_a_roster(seconds: float) -> None:
    made = centre(200, 4, 7, 2)
    solve(centre(12, 2, 7, 1), deadline=Deadline.after(1.0))  # compiles, once on a machine
    began = time.monotonic()
    built = solve(made, deadline=Deadline.after(seconds))
    assert time.monotonic() - began < seconds + 2.0  # shared machines stall
    assert built.roster.shifts
    assert built.verification.sound


def test_progress_names_phases_and_never_worsens() -> None:
    events: list[Event] = []
    solve(centre(30, 2, 7, 3), deadline=Deadline.after(5.0), observer=events.append)
    assert len({event.phase for event in events}) > 2
    objectives = [event.objective for event in events if event.objective is not None]
    assert objectives == sorted(objectives, reverse=True)
    bounds = [event.bound for event in events if event.bound is not None]
    assert bounds == sorted(bounds)
    assert [event.seconds for event in events] == sorted(event.seconds for event in events)


def test_meals_of_shifts_that_stay_are_not_moved_for_nothing() -> None:
    meal = ActivityTemplate(ActivityKind.MEAL, 60, 60, 180, 60)
    long = ShiftTemplate("long", 8 * 60, 8 * 60, (360,), step_minutes=60, activities=(meal,))
    week = problem(
        agents=3, required=demand(7, range(8, 14), 1.0), templates=(long,), call_cost=1.0
    )
    standing = solve(week, deadline=soon(3.0)).roster
    moved = tuple(
        replace(
            shift,
            activities=tuple(
                replace(what, start=shift.start + 3, end=shift.start + 4)
                for what in shift.activities
            ),
        )
        for shift in standing.shifts
    )
    # With nobody asked for, every place of a meal is as good as any other.
    easy = replace(week, requirement=replace(week.requirement, agents=np.zeros((1, 7 * 24))))
    kept = replace(
        easy,
        directives=Directives(changes=ChangePrices(called=9.0, cancelled=9.0, moved=9.0)),
        previous=replace(standing, shifts=moved),
    )
    assert solve(kept, deadline=soon(3.0)).roster.shifts == moved
