"""The counts model: never above the best of all rosters, and exact where it says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pulp
import pytest
from hypothesis import HealthCheck, assume, given, settings

from optimizer.model import Range, ShiftTemplate
from optimizer.roster.counting import CountsModel, kinds_of
from optimizer.roster.frame import Frame, Person
from tests.optimizer.roster.cases import demand, problem, soon
from tests.optimizer.roster.counting.frames import FREE, HARD, frames, least_cost, rosters_of

DRAWN = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@DRAWN
@given(frames())
def test_no_roster_of_all_costs_less_than_the_bound(frame: Frame) -> None:
    best = least_cost(frame)
    bounds = []
    for merged in (False, True):
        model = CountsModel(frame, kinds_of(frame, merged=merged))
        model.relax(soon())
        bounds.append(HARD if model.infeasible else model.bound)
        counts = model.search(soon(), gap=0.0, seed=0)
        if model.infeasible:
            assert best == HARD
        else:
            assert counts is not None
            assert counts.objective <= best + 1e-6
            assert model.bound <= counts.objective + 1e-6
    assert bounds[1] <= bounds[0] + 1e-6


def hardened(person: Person) -> Person:
    """Return a person all of whose prices of more than one day forbid."""
    # What was carried in beyond all bounds is no fault of any shift, and not seen by the rows.
    assume(all(run.too_long[min(run.carried, len(run.too_long) - 1)] == 0 for run in person.runs))
    tallies = []
    for tally in person.tallies:
        allowed = np.flatnonzero(np.isfinite(tally.price))
        assume(len(allowed) > 0)
        price = np.full(len(tally.price), HARD)
        price[allowed[0] : allowed[-1] + 1] = 0.0
        units = tally.units if tally.block is None else np.minimum(tally.units, 1)
        tallies.append(replace(tally, price=price, units=units))
    return replace(
        person,
        rests=tuple(replace(rest, price=HARD) for rest in person.rests),
        successions=tuple(replace(one, price=HARD) for one in person.successions),
        runs=tuple(
            replace(
                run,
                too_short=np.where(run.too_short > 0, HARD, 0.0),
                too_long=np.where(run.too_long > 0, HARD, 0.0),
            )
            for run in person.runs
        ),
        tallies=tuple(tallies),
        spreads=tuple(
            replace(spread, price=np.where(spread.price > 0, HARD, 0.0), low=None, high=None)
            for spread in person.spreads
        ),
    )


@DRAWN
@given(frames())
def test_hard_forms_of_a_single_person_are_exact(frame: Frame) -> None:
    idle = tuple(
        replace(
            frame.people[agent],
            patterns=np.arange(0),
            price=np.empty(0),
            free=np.zeros(len(frame.calendar.days)),
            **dict.fromkeys(("rests", "successions", "runs", "tallies", "spreads"), ()),
        )
        for agent in (0, 2)
    )
    alone = replace(
        frame, people=(idle[0], hardened(frame.people[1]), idle[1]), shared=(), watches=()
    )
    model = CountsModel(alone, kinds_of(alone))
    counts = model.search(soon(), gap=0.0, seed=0)
    possible = {frozenset(roster) - {FREE} for roster in rosters_of(alone, 1)}
    assert (counts is None) == (not possible)
    if counts is not None:
        worked = sum(counts.shifts, Counter[int]())
        assert frozenset(worked) in possible
        assert counts.objective == pytest.approx(least_cost(alone))


def test_time_beyond_the_guarantee_is_seen_for_each_person_and_not_for_the_sum() -> None:
    # Ten hours are guaranteed and shifts have four: two shifts cost nothing, a third two hours.
    # Three people need seven shifts, whose 28 hours the guarantees of all three would cover.
    frame = Frame.of(
        problem(
            agents=3,
            required=demand(7, range(8, 12), 1.0),
            prices=(1000.0,),
            shifts_per_week=Range(0, 7),
            guaranteed_minutes_per_week=600,
            hourly_cost=10.0,
        )
    )
    model = CountsModel(frame, kinds_of(frame))
    model.relax(soon())
    assert model.bound == pytest.approx(2 * 10.0)


def test_counts_tell_how_many_of_a_kind_work_each_pattern() -> None:
    frame = Frame.of(problem(agents=4, required=demand(7, range(8, 12), 2.0), call_cost=1.0))
    model = CountsModel(frame, kinds_of(frame))
    model.relax(soon())
    counts = model.search(soon(), gap=0.0, seed=0)
    assert counts is not None
    assert counts.objective == pytest.approx(14.0)
    assert counts.shifts == (Counter(dict.fromkeys(range(7), 2)),)


def test_whoever_listens_hears_objectives_fall_and_bounds_rise() -> None:
    rng = np.random.default_rng(3)
    required = np.tile(rng.integers(0, 9, 24 * 7), (1, 1)).astype(float)
    family = ShiftTemplate("t", 0, 14 * 60, (240, 420), step_minutes=60)
    frame = Frame.of(problem(agents=12, required=required, templates=(family,), call_cost=9.0))
    model = CountsModel(frame, kinds_of(frame))
    heard: list[tuple[float, float]] = []
    counts = model.search(
        soon(), gap=0.0, seed=0, listener=lambda objective, bound: heard.append((objective, bound))
    )
    assert counts is not None
    assert heard
    objectives, bounds = zip(*heard, strict=True)
    assert list(objectives) == sorted(objectives, reverse=True)
    assert list(bounds) == sorted(bounds)
    assert bounds[-1] <= counts.objective + 1e-6


def test_a_call_that_is_stopped_keeps_what_was_found() -> None:
    # Numbers that do not add up to one another keep a search busy for ever.
    rng = np.random.default_rng(7)
    family = ShiftTemplate("t", 0, 14 * 60, (240, 420), step_minutes=60)
    frame = Frame.of(
        problem(
            agents=40,
            required=rng.uniform(0, 20, (1, 24 * 7)),
            templates=(family,),
            call_cost=7.3,
        )
    )
    model = CountsModel(frame, kinds_of(frame))
    deadline = soon()
    counts = model.search(deadline, gap=0.0, seed=0, listener=lambda *_: deadline.stop())
    assert deadline.passed()
    assert counts is None or counts.objective >= model.bound - 1e-6


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PuLP tells of its version 4
def test_another_solver_finds_the_same_least_cost_of_a_week() -> None:
    rng = np.random.default_rng(5)
    needed = np.zeros((1, 7 * 24))
    for day in range(7):
        needed[0, day * 24 + 8 : day * 24 + 18] = rng.integers(1, 6, 10)
    family = ShiftTemplate("t", 8 * 60, 14 * 60, (240,), step_minutes=60)
    frame = Frame.of(
        problem(
            agents=8,
            required=needed,
            templates=(family,),
            shifts_per_week=Range(0, 4),
            call_cost=9.0,
            rest_minutes=20 * 60,
        )
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
    for day in range(6):
        for end in range(8, 15):
            # From an end at `end + 4` to a start at `end` of the next day are 20 hours.
            late = [count[day, hour] for hour in range(end, 15)]
            soon_after = [count[day + 1, hour] for hour in range(8, end)]
            model += pulp.lpSum(late + soon_after) <= 8
    model += pulp.lpSum(count.values()) <= 8 * 4
    model.solve(pulp.PULP_CBC_CMD(msg=False))

    counted = CountsModel(frame, kinds_of(frame))
    counted.relax(soon())
    counts = counted.search(soon(), gap=0.0, seed=0)
    assert counts is not None
    assert counts.objective == pytest.approx(pulp.value(model.objective))
