"""From numbers of shifts to people: alike or not, everybody keeps every rule."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.centre import centre
from optimizer.model import Agent, Range, Request, RequestKind, RosterProblem
from optimizer.roster.frame import Frame
from optimizer.roster.near.dealing import Class, deal
from optimizer.roster.near.person import PersonModel
from optimizer.roster.near.priced import PricedModel
from optimizer.roster.near.solving import run
from optimizer.roster.patterns import FREE
from optimizer.roster.rules.evaluate import cost_of
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import MONDAY, problem, problems, soon

Rows = npt.NDArray[np.int64]


def people(*changes: dict[str, object]) -> tuple[Agent, ...]:
    return tuple(
        replace(Agent(f"a{i}", "c", "here", {"s0": 3}), **change)
        for i, change in enumerate(changes)
    )


def some_rosters(frame: Frame, seed: int) -> Rows | None:
    """Return a roster for everybody that keeps all rules, drawn by chance; None if none is."""
    random, nothing = np.random.default_rng(seed), [FREE] * len(frame.calendar.days)
    rows = []
    for person in frame.people:
        costs = PricedModel()
        drawn = replace(person, price=random.normal(0.0, 50.0, len(person.price)))
        model = PersonModel(costs, drawn, frame.patterns, nothing, range(len(nothing)))
        costs.model.minimize(costs.cost())
        solver = run(costs.model, soon(), effort=1.0)
        if solver is None:
            return None
        rows.append(model.chosen(solver))
    return np.array(rows, dtype=np.int64)


def classes_of(frame: Frame, rows: Rows) -> list[Class]:
    return [
        (agents, Counter(rows[agents][rows[agents] != FREE].tolist())) for agents in frame.teams
    ]


def cost(frame: Frame, rows: Rows) -> float:
    return sum(
        cost_of(person, frame.patterns, row)
        for person, row in zip(frame.people, rows.tolist(), strict=True)
    )


@pytest.mark.parametrize("distinct", [False, True])
def test_what_people_could_work_is_dealt_out_again(distinct: bool) -> None:
    frame = Frame.of(centre(30, 2, 7, 3, distinct=distinct))
    rows = some_rosters(frame, seed=1)
    assert rows is not None
    dealt = deal(frame, classes_of(frame, rows), soon())
    assert not any(dealt.left)
    assert not any(dealt.extra)
    assert math.isfinite(cost(frame, dealt.worked))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(agents=3, days=8, small=True))
def test_shifts_are_shared_in_the_cheapest_way(drawn: RosterProblem) -> None:
    frame = Frame.of(drawn)
    rows = some_rosters(frame, seed=0)
    if rows is None:
        return
    dealt = deal(frame, classes_of(frame, rows), soon())
    assert not any(dealt.left)
    assert cost(frame, dealt.worked) <= cost(frame, rows) + 0.02


def test_the_same_seed_deals_the_same() -> None:
    frame = Frame.of(centre(20, 2, 7, 5, distinct=True))
    rows = some_rosters(frame, seed=2)
    assert rows is not None
    one, other = (deal(frame, classes_of(frame, rows), soon(), workers=n).worked for n in (1, 2))
    assert (one == other).all()


def test_whoever_wishes_to_be_off_is_off_if_a_colleague_can_work() -> None:
    wish = (Request(MONDAY, RequestKind.OFF),)
    frame = Frame.of(problem(agents=people({"requests": wish}, {}, {"requests": wish})))
    monday = int(np.flatnonzero(frame.patterns.day == 0)[0])
    dealt = deal(frame, [(np.arange(3), Counter({monday: 1}))], soon())
    assert dealt.worked[:, 0].tolist() == [FREE, monday, FREE]


def test_what_cannot_be_dealt_out_is_left_and_nobody_breaks_a_rule() -> None:
    # Two agents, at most one day in a row each: three shifts on two days are one too many,
    # and one of the two has the first day off.
    made = problem(agents=people({}, {"days_off": (MONDAY,)}), max_consecutive_days=1)
    frame = Frame.of(made)
    monday, tuesday = (int(np.flatnonzero(frame.patterns.day == n)[0]) for n in (0, 1))
    wanted = Counter({monday: 1, tuesday: 2})
    dealt = deal(frame, [(np.arange(2), wanted)], soon())
    assert [left.total() for left in dealt.left] == [1]
    assert math.isfinite(cost(frame, dealt.worked))


def test_shifts_that_contracts_demand_are_added_to_those_that_are_wanted() -> None:
    frame = Frame.of(problem(agents=2, shifts_per_week=Range(2, 5)))
    wanted = Counter({int(np.flatnonzero(frame.patterns.day == 3)[0]): 2})
    dealt = deal(frame, [(np.arange(2), wanted)], soon())
    assert not any(dealt.left)
    assert [extra.total() for extra in dealt.extra] == [2]
    assert math.isfinite(cost(frame, dealt.worked))


def test_without_time_shifts_are_still_handed_out() -> None:
    frame = Frame.of(problem(agents=people({}, {"days_off": (MONDAY + timedelta(days=1),)})))
    dealt = deal(frame, [(np.arange(2), Counter({0: 2, 1: 2}))], Deadline.after(0.0))
    assert np.count_nonzero(dealt.worked != FREE) == 3
