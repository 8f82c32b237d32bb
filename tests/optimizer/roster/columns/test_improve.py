"""Column generation against the enumeration of all rosters, and against linear programs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from threading import Timer

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, assume, given, settings
from scipy.optimize import linprog

from optimizer.model import Directives, Range, ShiftDemand, ShiftTemplate
from optimizer.progress import Event
from optimizer.roster.columns import improve_columns
from optimizer.roster.columns.generate import generate
from optimizer.roster.columns.grain import grain_of
from optimizer.roster.columns.master import Master, elastic_cost
from optimizer.roster.columns.pool import Column
from optimizer.roster.columns.rows import HARD, Rows
from optimizer.roster.columns.workshop import Workshop
from optimizer.roster.frame import Frame
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.tours import Tours
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import MONDAY, problem, soon
from tests.optimizer.roster.counting.frames import coupling_cost, frames, least_cost, rosters_of

DRAWN = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

EARLY = ShiftTemplate("early", 360, 360, (480,))
LATE = ShiftTemplate("late", 840, 840, (480,))


def wanted(seed: int, *, agents: int = 3, days: int = 5, extra: float = 1.0) -> Frame:
    """Return agents who may work two or three days each, and random numbers wanted of them."""
    rng = np.random.default_rng(seed)
    directives = Directives(
        shift_demand=tuple(
            ShiftDemand(
                MONDAY.replace(day=MONDAY.day + day),
                template.id,
                int(rng.integers(0, agents)),
                float(rng.integers(5, 20)),
                extra,
            )
            for day in range(days)
            for template in (EARLY, LATE)
        )
    )
    return Frame.of(
        problem(
            agents=agents,
            days=days,
            templates=(EARLY, LATE),
            directives=directives,
            shifts_per_week=Range(2, 3),
            min_consecutive_days_off=2,
        )
    )


def cost_by_hand(frame: Frame, plan: Sequence[Sequence[int]]) -> float:
    """Return own costs and what is missing and too much, one demand after the other."""
    total = sum(
        cost_of(person, frame.patterns, worked)
        for person, worked in zip(frame.people, plan, strict=True)
    )
    for row in frame.shared:
        there = sum(pattern in worked for worked in plan for pattern in row.parts[0].patterns)
        total += max(0, row.lower - there) * row.below_price
        total += max(0, there - row.upper) * row.above_price
    return total


def best_by_hand(frame: Frame) -> float:
    """Return the least cost of all plans of three people."""
    rows = frame.shared
    units, own = [], []
    for agent, person in enumerate(frame.people):
        mine = list(rosters_of(frame, agent))
        own.append(np.array([cost_of(person, frame.patterns, roster) for roster in mine]))
        parts = [row.parts[0].patterns for row in rows]
        units.append(np.array([[np.isin(part, one).sum() for part in parts] for one in mine]))
    there = units[0][:, None, None] + units[1][None, :, None] + units[2]
    total = own[0][:, None, None] + own[1][None, :, None] + own[2]
    for place, row in enumerate(rows):
        total = total + np.maximum(0, row.lower - there[..., place]) * row.below_price
        total = total + np.maximum(0, there[..., place] - row.upper) * row.above_price
    return float(total.min())


@DRAWN
@given(frames())
def test_bound_and_plan_stand_on_both_sides_of_the_best_of_all_plans(frame: Frame) -> None:
    assume(all(any(True for _ in rosters_of(frame, agent)) for agent in range(3)))
    best = least_cost(frame)
    found = improve_columns(frame, Tours.of(frame), soon(), seed=1, attempts=6)
    assert found.bound <= found.objective + 1e-6
    own = sum(
        cost_of(person, frame.patterns, worked.tolist())
        for person, worked in zip(frame.people, found.worked, strict=True)
    )
    assert np.isfinite(own)
    plan = [tuple(worked.tolist()) for worked in found.worked]
    if best < np.inf:
        assert found.bound <= best + 1e-6
        # By the model meals may be shared out in fractions: a lower bound of what they cost.
        assert found.objective <= own + coupling_cost(frame, plan) + 1e-6 or best >= HARD
    else:
        assert found.objective >= HARD


@pytest.mark.parametrize("seed", range(6))
def test_small_problems_are_solved_as_well_as_by_enumeration(seed: int) -> None:
    frame = wanted(seed)
    found = improve_columns(frame, Tours.of(frame), soon(), seed=seed, attempts=25)
    assert found.objective == pytest.approx(best_by_hand(frame))
    assert found.objective == pytest.approx(cost_by_hand(frame, found.worked.tolist()))
    assert found.bound <= found.objective


@pytest.mark.parametrize("seed", range(3))
def test_the_relaxation_is_the_linear_program_over_all_rosters(seed: int) -> None:
    frame = wanted(seed, agents=4)
    workshop = Workshop.of(frame, Tours.of(frame), 1)
    nothing, agents = np.zeros(len(workshop.rows)), list(range(4))
    priced = workshop.price(nothing, agents, soon())
    assert priced is not None
    master = Master(workshop.rows, agents, nothing)
    master.add(priced.columns)
    found = generate(workshop, master, nothing, soon(), rounds=500)
    assert found.relaxed is not None
    expected = over_all_rosters(frame)
    assert found.relaxed.objective == pytest.approx(expected, abs=1e-5)
    assert found.bound == pytest.approx(expected, abs=1e-5)


def over_all_rosters(frame: Frame) -> float:
    """Return the least cost of shares of all rosters that there are, by another solver."""
    rows = [(row, row.parts[0]) for row in frame.shared]
    cost, matrix = [], []
    for agent in range(len(frame.people)):
        for roster in rosters_of(frame, agent):
            cost.append(cost_of(frame.people[agent], frame.patterns, roster))
            works = [sum(pattern in roster for pattern in part.patterns) for _, part in rows]
            matrix.append([*works, *(float(agent == other) for other in range(len(frame.people)))])
    for number, (row, _) in enumerate(rows):
        for price, sign in ((row.below_price, 1.0), (row.above_price, -1.0)):
            cost.append(price)
            matrix.append([sign * (number == place) for place in range(len(matrix[0]))])
    right = [*(row.lower for row, _ in rows), *(1.0 for _ in frame.people)]
    return float(linprog(cost, A_eq=np.array(matrix).T, b_eq=right).fun)


@DRAWN
@given(frames())
def test_prices_of_shifts_are_what_rosters_take_from_the_rows(frame: Frame) -> None:
    rows = Rows.of(frame)
    rng = np.random.default_rng(len(rows))
    duals = rng.normal(size=len(rows))
    prices = rows.prices(duals)
    for agent in range(3):
        worked = np.array(next(rosters_of(frame, agent), (-1,) * len(frame.calendar.days)))
        team = int(frame.team[agent])
        at, values = rows.terms(team, worked)
        assert prices[team, worked[worked >= 0]].sum() == pytest.approx(-duals[at] @ values)


@DRAWN
@given(frames())
def test_rows_cost_at_most_what_people_make_of_them(frame: Frame) -> None:
    rows = Rows.of(frame)
    plans = [next(rosters_of(frame, agent), None) for agent in range(3)]
    assume(None not in plans)
    load = np.zeros(len(rows))
    for agent, plan in enumerate(plans):
        at, values = rows.terms(int(frame.team[agent]), np.array(plan))
        load[at] += values
    exact = coupling_cost(frame, [plan for plan in plans if plan is not None])
    cost = elastic_cost(rows, load)
    assert cost <= exact + 1e-6 or exact == np.inf
    # Any duals bound the cost of the rows from below.
    duals = np.random.default_rng(1).normal(size=len(rows))
    assert rows.constant(duals, load) <= cost + 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_rows_apart_cost_what_the_linear_program_makes_of_them(seed: int) -> None:
    rows = Rows.of(wanted(seed))
    # Two ways to fill each row, the cheaper one small.
    twice = np.tile(np.arange(len(rows.cost)), 2)
    rows = replace(
        rows,
        cost=np.concatenate((rows.cost, rows.cost / 2)),
        least=rows.least[twice],
        most=np.concatenate((rows.most, np.full(len(rows.most), 0.5))),
        row=np.tile(rows.row, 2),
        elastic=np.concatenate((rows.elastic, rows.elastic + len(rows.cost))),
        value=np.tile(rows.value, 2),
    )
    load = np.random.default_rng(seed).integers(0, 5, len(rows)).astype(float)
    relaxed = Master(rows, (), load).solve(soon())
    assert relaxed is not None
    assert elastic_cost(rows, load) == pytest.approx(relaxed.objective)


def test_a_given_plan_is_never_made_worse() -> None:
    frame = wanted(7)
    best = improve_columns(frame, Tours.of(frame), soon(), attempts=25)
    again = improve_columns(frame, Tours.of(frame), soon(), start=best.worked, attempts=0)
    assert again.objective <= best.objective


def test_the_same_seed_finds_the_same_plan_again() -> None:
    frame = wanted(1, agents=14, days=7, extra=0.5)
    first, second = (
        improve_columns(frame, Tours.of(frame), soon(), seed=5, threads=1, attempts=20)
        for _ in range(2)
    )
    assert first.bound < first.objective, "nothing was left to search"
    assert first.objective == second.objective
    assert (first.worked == second.worked).all()


def test_who_stops_the_call_at_once_still_gets_a_plan() -> None:
    frame, deadline = wanted(3), soon()
    deadline.stop()
    found = improve_columns(frame, Tours.of(frame), deadline)
    assert found.bound == -np.inf
    own = [
        cost_of(p, frame.patterns, w.tolist())
        for p, w in zip(frame.people, found.worked, strict=True)
    ]
    assert np.isfinite(own).all()


def test_stopping_midway_keeps_the_best_so_far() -> None:
    frame, deadline = wanted(3), soon()
    seen: list[Event] = []

    def watch(event: Event) -> None:
        seen.append(event)
        if event.bound is not None:
            deadline.stop()

    found = improve_columns(frame, Tours.of(frame), deadline, watch)
    assert found.objective == min(e.objective for e in seen if e.objective is not None)
    assert found.bound == max(e.bound for e in seen if e.bound is not None)


def test_further_moves_are_called_and_what_they_find_is_kept() -> None:
    frame = wanted(5, agents=4)
    best = improve_columns(frame, Tours.of(frame), soon(), attempts=40)
    called = []

    def know(
        plan: npt.NDArray[np.int64], rng: np.random.Generator, deadline: Deadline
    ) -> npt.NDArray[np.int64]:
        called.append(plan.copy())
        return best.worked

    found = improve_columns(frame, Tours.of(frame), soon(), improvers=[know], attempts=40)
    assert found.objective <= best.objective
    assert called or found.objective == found.bound


def test_a_stop_ends_a_long_linear_program() -> None:
    rng = np.random.default_rng(0)
    count, agents = 1500, 40
    nothing = np.empty(0, dtype=np.int64)
    rows = Rows(
        rng.integers(5, 15, count).astype(float),
        np.full(count, np.inf),
        np.full(count, 90.0),
        np.zeros(count),
        np.full(count, 99.0),
        np.arange(count),
        np.arange(count),
        np.ones(count),
        np.full((1, 1), -1),
        np.zeros(1, dtype=np.int64),
        nothing,
        np.empty(0),
    )
    master = Master(rows, range(agents), np.zeros(count))
    plan = np.full(1, -1)
    master.add(
        Column(
            number,
            number % agents,
            float(rng.integers(1, 50)),
            plan,
            np.sort(rng.choice(count, 200, replace=False)),
            np.ones(200),
        )
        for number in range(2500)
    )
    deadline = Deadline.after(600.0)
    Timer(0.2, deadline.stop).start()
    assert master.solve(deadline) is None
    assert deadline.passed()


def test_an_agent_without_any_roster_is_named() -> None:
    frame = wanted(0)
    nobody = replace(frame.people[1], free=np.full(5, np.inf), patterns=np.empty(0, np.int64))
    nobody = replace(nobody, price=np.empty(0))
    frame = replace(frame, people=(frame.people[0], nobody, frame.people[2]))
    with pytest.raises(ValueError, match=r"\[1\]"):
        improve_columns(frame, Tours.of(frame), soon())


def test_bounds_are_rounded_up_only_where_all_prices_are_whole() -> None:
    assert grain_of(wanted(0)) == 1.0
    assert grain_of(wanted(0, extra=0.5)) == 0.0
    contacts = Frame.of(problem(required=np.ones((1, 7 * 24))))
    assert grain_of(contacts) == 0.0


def test_all_plans_of_whole_prices_cost_whole_units() -> None:
    frame = wanted(4, agents=2, days=3)
    for plan in itertools.product(*(rosters_of(frame, agent) for agent in (0, 1))):
        assert cost_by_hand(frame, plan) == round(cost_by_hand(frame, plan))
