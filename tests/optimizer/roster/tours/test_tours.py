"""Tours against all rosters of tiny people, one by one, and the reference cost of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.roster.frame import Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.forms import Tally
from optimizer.roster.tours import OPEN, Tours
from tests.optimizer.roster.tours.people import RULE, patterns, people, rosters

DAYS = 5
TINY = 1e-9

Case = tuple[Patterns, Person, np.ndarray, np.ndarray]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    some = draw(patterns(DAYS))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    person = draw(people(some, DAYS))
    return some, person, random.normal(0, 3, len(some)), random.normal(0, 3, DAYS)


def priced(worked: tuple[int, ...], person: Person, prices: np.ndarray, free: np.ndarray) -> float:
    """Return what prices add to a roster: days outside the agent's own are not priced."""
    own = range(person.first, person.last)
    return sum(prices[worked[day]] if worked[day] >= 0 else free[day] for day in own)


@given(cases())
@settings(max_examples=120)
def test_the_best_tour_is_the_best_of_all_rosters(case: Case) -> None:
    patterns, person, prices, free = case
    tours = Tours.of_people([person], patterns, DAYS)
    tour = tours.best(0, prices, free)
    costs = [c + priced(w, person, prices, free) for w, c in rosters(person, patterns, DAYS)]
    assert tours.exact(0)
    if not costs:
        assert tour.cost == tour.own == np.inf
        return
    worked = tuple(tour.worked.tolist())
    assert tour.cost == pytest.approx(min(costs), abs=TINY)
    assert tour.own == pytest.approx(cost_of(person, patterns, worked), abs=TINY)
    assert tour.cost == pytest.approx(tour.own + priced(worked, person, prices, free), abs=TINY)


@given(cases())
@settings(max_examples=50)
def test_the_cost_through_each_shift_is_that_of_the_best_roster_with_it(case: Case) -> None:
    patterns, person, prices, free = case
    found = Tours.of_people([person], patterns, DAYS).through(0, prices, free)
    working, resting = np.full(len(patterns), np.inf), np.full(DAYS, np.inf)
    for worked, cost in rosters(person, patterns, DAYS):
        total = cost + priced(worked, person, prices, free)
        for day in range(person.first, person.last):
            if worked[day] >= 0:
                working[worked[day]] = min(working[worked[day]], total)
            else:
                resting[day] = min(resting[day], total)
    np.testing.assert_allclose(found.working, working, atol=TINY)
    np.testing.assert_allclose(found.free, resting, atol=TINY)


@given(cases(), st.data())
@settings(max_examples=50)
def test_fixed_days_are_kept(case: Case, data: st.DataObject) -> None:
    patterns, person, prices, free = case
    choices = [[OPEN, OPEN, -1, *np.flatnonzero(patterns.day == day)] for day in range(DAYS)]
    fixed = np.array([data.draw(st.sampled_from(choice)) for choice in choices], np.int64)
    tour = Tours.of_people([person], patterns, DAYS).within(0, prices, fixed, free)
    costs = [
        cost + priced(worked, person, prices, free)
        for worked, cost in rosters(person, patterns, DAYS)
        if all(want in (OPEN, is_) for want, is_ in zip(fixed, worked, strict=True))
    ]
    assert tour.cost == pytest.approx(min(costs, default=np.inf), abs=TINY)


@given(st.data())
@settings(max_examples=25)
def test_many_people_at_once_are_the_same_people_one_by_one(data: st.DataObject) -> None:
    some = data.draw(patterns(DAYS))
    staff = [data.draw(people(some, DAYS, number)) for number in range(3)]
    # People with equal forms and other days open share an automaton.
    staff += [
        replace(staff[0], number=3, patterns=staff[0].patterns[1:], price=staff[0].price[1:]),
        replace(staff[1], number=4, free=np.zeros(DAYS)),
    ]
    random = np.random.default_rng(data.draw(st.integers(0, 2**16)))
    teams, prices = random.integers(0, 2, 5), random.normal(0, 3, (2, len(some)))
    together = Tours.of_people(staff, some, DAYS, teams=teams)
    order = [4, 0, 3, 1, 2]
    costs, owns, worked = together.best_all(prices, order)
    for row, agent in enumerate(order):
        alone = Tours.of_people([staff[agent]], some, DAYS).best(agent, prices[teams[agent]])
        assert costs[row] == pytest.approx(alone.cost, abs=TINY)
        assert owns[row] == pytest.approx(alone.own, abs=TINY)
        np.testing.assert_array_equal(worked[row] >= 0, alone.worked >= 0)


@given(cases())
@settings(max_examples=50)
def test_without_search_a_limit_on_size_gives_lower_bounds_and_says_so(case: Case) -> None:
    patterns, person, prices, free = case
    small = Tours.of_people([person], patterns, DAYS, max_arcs=1).loosened()
    whole = Tours.of_people([person], patterns, DAYS)
    assert small.best(0, prices, free).cost <= whole.best(0, prices, free).cost + TINY
    assert small.exact(0) == (not small.searched(0))
    kept = replace(
        person,
        tallies=tuple(form for form in person.tallies if form not in small.searched(0)),
        spreads=tuple(form for form in person.spreads if form not in small.searched(0)),
    )
    tour = small.best(0, prices, free)
    if np.isfinite(tour.cost):
        assert tour.own == pytest.approx(cost_of(kept, patterns, tour.worked.tolist()), abs=TINY)


@given(cases())
@settings(max_examples=120)
def test_forms_that_no_automaton_holds_are_kept_by_search(case: Case) -> None:
    patterns, person, prices, free = case
    tours = Tours.of_people([person], patterns, DAYS, max_arcs=1)
    whole = Tours.of_people([person], patterns, DAYS)
    tour = tours.best(0, prices, free)
    best = whole.best(0, prices, free).cost
    assert tour.cost == pytest.approx(best, abs=1e-7)
    if np.isinf(best):
        assert tour.own == np.inf
        return
    worked = tuple(tour.worked.tolist())
    assert tour.own == pytest.approx(cost_of(person, patterns, worked), abs=1e-7)
    assert tour.cost == pytest.approx(tour.own + priced(worked, person, prices, free), abs=1e-7)
    found, wanted = tours.through(0, prices, free), whole.through(0, prices, free)
    np.testing.assert_allclose(found.working, wanted.working, atol=1e-7)
    np.testing.assert_allclose(found.free, wanted.free, atol=1e-7)


@given(cases(), st.integers(0, 20))
@settings(max_examples=60)
def test_a_search_cut_short_gives_a_lower_bound_and_a_roster_that_may_be(
    case: Case, states: int
) -> None:
    patterns, person, prices, _ = case
    tours = Tours.of_people([person], patterns, DAYS, max_arcs=1, max_states=states)
    tour = tours.best(0, prices)
    best = Tours.of_people([person], patterns, DAYS).best(0, prices).cost
    assert tour.cost <= best + 1e-7
    if np.isfinite(tour.own):
        worked = tuple(tour.worked.tolist())
        assert tour.own == pytest.approx(cost_of(person, patterns, worked), abs=1e-7)
        assert tour.own + priced(worked, person, prices, np.zeros(DAYS)) >= best - 1e-7


def test_what_is_fixed_is_exact_even_where_the_whole_is_too_large() -> None:
    days = 40
    day = np.repeat(np.arange(days), 2)
    zeros, start = np.zeros(2 * days, np.int64), 4 * day
    some = Patterns(zeros, zeros, day, start, start + 2, np.tile([1, 2], days), ((),))
    # Exactly 31 units, of 1 or 2 a day.
    price = np.where(np.arange(80) == 31, 0.0, np.inf)
    total = Tally(RULE, 0, days, np.tile([1, 2], days), price)
    anything, nothing = np.arange(2 * days), np.zeros(2 * days)
    free = np.zeros(days)
    person = Person(0, 0, days, anything, nothing, free, (), (), (), (total,), ())
    tours = Tours.of_people([person], some, days, max_arcs=100)
    prices = np.tile([-1.0, -3.0], days)
    assert not tours.exact(0)
    assert tours.loosened().best(0, prices).cost == pytest.approx(-3.0 * days)
    # Nine days off, and 31 days of one unit: all other days cost nothing to give up.
    assert tours.best(0, prices).cost == pytest.approx(-3.0 * 15 - 1.0)
    fixed = np.full(days, -1)
    fixed[:14] = 2 * np.arange(14) + 1
    fixed[20:24] = OPEN
    tour = tours.within(0, prices, fixed)
    assert tour.cost == pytest.approx(-3.0 * 14 - 3.0 - 1.0)
    assert cost_of(person, some, tour.worked.tolist()) == 0.0
