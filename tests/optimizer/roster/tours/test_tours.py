"""Tours against all rosters of tiny people, one by one, and the reference cost of each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.roster.frame import Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.tours import OPEN, Tours
from tests.optimizer.roster.tours.people import patterns, people, rosters

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
@settings(max_examples=300)
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
@settings(max_examples=150)
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
@settings(max_examples=150)
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
