"""One person in CP-SAT costs what the forms say, for every roster there is."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from optimizer.model import RuleName
from optimizer.roster.frame import Person
from optimizer.roster.near.person import PersonModel
from optimizer.roster.near.priced import COINS, PricedModel
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.forms import Rest, Run, Spread, Succession, Tally

DAYS, FREE = 5, -1
NAME = RuleName.REST

# Two shifts a day of eight slots, the second of the last day missing.
PATTERNS = Patterns(
    clock=np.zeros(9, dtype=np.int64),
    template=np.array([0, 1] * 4 + [0]),
    day=np.array([0, 0, 1, 1, 2, 2, 3, 3, 4]),
    start=np.array([24 * (i // 2) + 8 * (i % 2) + 6 for i in range(9)]),
    end=np.array([24 * (i // 2) + 8 * (i % 2) + 14 for i in range(9)]),
    paid=np.full(9, 8),
    activities=((), ()),
)

prices = st.sampled_from([0.0, 0.0, 1.0, 2.5, 7.25, math.inf])
tables = st.lists(prices, min_size=1, max_size=5).map(np.array)
units = st.lists(st.integers(0, 2), min_size=9, max_size=9).map(np.array)


def rising(table: np.ndarray) -> np.ndarray:
    return np.maximum.accumulate(table)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    first = draw(st.integers(0, DAYS - 1))
    last = draw(st.integers(first + 1, DAYS))
    blocks = draw(st.sampled_from([None, [0, 0, -1, 1, 1], [-1, 0, 0, 0, 1]]))
    off = draw(st.none() | st.lists(st.integers(0, 2), min_size=DAYS, max_size=DAYS).map(np.array))
    block = None if blocks is None else np.array(blocks)
    price = draw(tables | tables.map(rising))
    return Tally(NAME, first, last, draw(units), price, off, block)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    short, carried = draw(tables), draw(st.integers(0, 2))
    return Run(NAME, draw(st.booleans()), short, rising(draw(tables)), carried)


@st.composite
def spreads(draw: st.DrawFn) -> Spread:
    first = draw(st.integers(0, DAYS - 1))
    known = draw(st.none() | st.integers(0, 3))
    key = draw(st.lists(st.integers(0, 3), min_size=9, max_size=9).map(np.array))
    # No difference costs nothing.
    price = np.concatenate([[0.0], rising(draw(tables))])
    return Spread(NAME, first, DAYS, key, price, known, known)


flags = st.lists(st.booleans(), min_size=9, max_size=9).map(np.array)


@st.composite
def persons(draw: st.DrawFn) -> Person:
    first, last = draw(st.sampled_from([(0, DAYS), (0, DAYS), (1, 4)]))
    mine = [p for p in range(9) if first <= PATTERNS.day[p] < last and draw(st.integers(0, 4))]
    free = np.zeros(DAYS)
    free[first:last] = draw(st.lists(prices, min_size=last - first, max_size=last - first))
    return Person(
        0,
        first,
        last,
        np.array(mine, dtype=np.int64),
        np.array([draw(st.sampled_from([0.0, -1.5, 3.0])) for _ in mine]),
        free,
        tuple(draw(st.lists(st.builds(Rest, st.just(NAME), st.sampled_from([9, 12, 30]), prices)))),
        tuple(draw(st.lists(st.builds(Succession, st.just(NAME), flags, flags, prices)))),
        tuple(draw(st.lists(runs(), max_size=2))),
        tuple(draw(st.lists(tallies(), max_size=2))),
        tuple(draw(st.lists(spreads(), max_size=1))),
    )


def rosters(person: Person) -> list[tuple[int, ...]]:
    choices = [
        [FREE, *(int(p) for p in person.patterns if PATTERNS.day[p] == day)] for day in range(DAYS)
    ]
    return list(itertools.product(*choices))


def optimum(person: Person, worked: tuple[int, ...], open_days: range) -> tuple[int, ...] | None:
    costs = PricedModel()
    made = PersonModel(costs, person, PATTERNS, worked, open_days)
    costs.model.minimize(costs.cost())
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(costs.model) != cp_model.OPTIMAL:
        return None
    found = [FREE if day in open_days else worked[day] for day in range(DAYS)]
    for pattern, literal in made.works.items():
        if solver.boolean_value(literal):
            found[PATTERNS.day[pattern]] = pattern
    return tuple(found)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(persons())
def test_the_best_roster_of_a_person_is_the_best_of_all(person: Person) -> None:
    costs = [cost_of(person, PATTERNS, worked) for worked in rosters(person)]
    found = optimum(person, (FREE,) * DAYS, range(person.first, person.last))
    if found is None:
        assert min(costs) == math.inf
    else:
        assert cost_of(person, PATTERNS, found) == pytest.approx(min(costs))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(persons(), st.integers(0, DAYS - 1), st.integers(1, 3), st.randoms(use_true_random=False))
def test_some_open_days_are_chosen_as_well_as_they_can_be(
    person: Person, first: int, number: int, random: st.DataObject
) -> None:
    good = [w for w in rosters(person) if cost_of(person, PATTERNS, w) < math.inf]
    if not good:
        return
    start = random.choice(good)
    days = range(first, min(DAYS, first + number))
    near = [w for w in good if all(w[d] == start[d] for d in range(DAYS) if d not in days)]
    found = optimum(person, start, days)
    assert found is not None
    best = min(cost_of(person, PATTERNS, w) for w in near)
    assert cost_of(person, PATTERNS, found) == pytest.approx(best)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(persons())
def test_a_roster_costs_what_the_forms_say_in_coins(person: Person) -> None:
    found = optimum(person, (FREE,) * DAYS, range(person.first, person.last))
    if found is None or any(run.carried for run in person.runs):
        return
    costs = PricedModel()
    made = PersonModel(costs, person, PATTERNS, (FREE,) * DAYS, range(DAYS))
    for pattern, literal in made.works.items():
        costs.model.add(literal == int(pattern in found))
    costs.model.minimize(costs.cost())
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(costs.model) == cp_model.OPTIMAL
    assert solver.objective_value == pytest.approx(COINS * cost_of(person, PATTERNS, found))
