"""Opening parts of a plan: what is found is the best there is nearby, and never worse."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.centre import centre
from optimizer.model import RosterProblem
from optimizer.roster.frame import Frame, Person
from optimizer.roster.near.choosing import CHOOSERS, Chooser, Outlook
from optimizer.roster.near.dealing import deal
from optimizer.roster.near.neighbourhood import job_of
from optimizer.roster.near.search import improve, near_moves
from optimizer.roster.placement import FREE, nearest_places
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.state import Seat, State
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import demand, problem, problems, soon


def idle(frame: Frame) -> State:
    """Return the plan in which nobody works, allowed or not."""
    state = State(frame)
    return State.of(frame, state.worked, state.begins)


def allowed(frame: Frame) -> State:
    """Return a plan in which everybody has what the contract demands, whenever that is."""
    dealt = deal(frame, [(agents, Counter()) for agents in frame.teams], soon())
    state = State(frame)
    for agent, worked in enumerate(dealt.worked):
        state.put_in(agent, worked, state.place(agent, worked))
    return state


def seats(state: State, person: Person) -> list[Seat]:
    """Return every roster of a person, activities as early or as late as they may be."""
    patterns = state.frame.patterns
    days: list[list[tuple[int, np.ndarray]]] = []
    for day in range(len(state.frame.calendar.days)):
        options = [(FREE, np.zeros(state.begins.shape[2], dtype=np.int64))]
        for pattern in person.patterns[patterns.day[person.patterns] == day].tolist():
            for wanted in (patterns.start[pattern], patterns.end[pattern]):
                begins = np.zeros_like(options[0][1])
                nearest_places(state.shapes, pattern, np.full(len(begins), wanted), begins)
                options.append((pattern, begins))
        days.append(options)
    found = []
    for choice in itertools.product(*days):
        worked = np.array([pattern for pattern, _ in choice])
        own = cost_of(person, patterns, worked.tolist())
        if math.isfinite(own):
            found.append(Seat(worked, np.array([begins for _, begins in choice]), own))
    return found


def best_of_all(state: State) -> float:
    """Return the cost of the best plan, by trying all."""
    people = state.frame.people
    best = math.inf
    for combination in itertools.product(*(seats(state, person) for person in people)):
        for person, seat in zip(people, combination, strict=True):
            state.take_out(person.number)
            state.put_back(person.number, seat)
        best = min(best, state.cost)
    return best


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(agents=2, days=2, small=True))
def test_with_everything_open_one_search_finds_the_best_plan(drawn: RosterProblem) -> None:
    frame = Frame.of(drawn)
    state = idle(frame)
    everything = {person.number: range(person.first, person.last) for person in frame.people}
    found = job_of(state, Outlook(frame).totals, everything, effort=5.0, seed=0)(soon())
    best = best_of_all(state)
    if found.rows is None:
        assert best == math.inf
        return
    assert found.proven
    for agent, (worked, begins) in found.rows.items():
        state.take_out(agent)
        state.put_in(agent, worked, begins)
    assert state.cost == pytest.approx(best, abs=0.01)


def test_preparing_a_search_leaves_the_plan_as_it_was() -> None:
    frame = Frame.of(centre(8, 2, 7, 1))
    state = allowed(frame)
    worked, begins, weight = state.worked.copy(), state.begins.copy(), state.weight
    job_of(state, Outlook(frame).totals, {1: range(2, 5), 4: range(7)}, effort=0.1, seed=0)
    assert (state.worked == worked).all()
    assert (state.begins == begins).all()
    assert state.weight == pytest.approx(weight)


@pytest.mark.parametrize("chooser", CHOOSERS)
def test_every_kind_of_neighbourhood_opens_each_of_its_people_once(chooser: Chooser) -> None:
    frame = Frame.of(centre(12, 2, 14, 1))
    state, outlook = idle(frame), Outlook(frame)
    for seed in range(5):
        proposed = chooser(state, outlook, np.random.default_rng(seed))
        assert 0 <= proposed.first < proposed.last <= 14
        assert len(np.unique(proposed.agents)) == len(proposed.agents) > 0


def test_a_plan_gets_better_step_by_step_from_one_that_is_not_allowed() -> None:
    frame = Frame.of(centre(8, 2, 7, 2, distinct=True))
    state = idle(frame)
    weights: list[float] = []
    improve(
        state, near_moves(state), soon(), searches=10, better=lambda now: weights.append(now.cost)
    )
    finite = [weight for weight in weights if math.isfinite(weight)]
    assert finite
    assert finite == sorted(finite, reverse=True)
    # The books are kept exactly: a fresh state of the plan costs the same.
    assert State.of(frame, state.worked, state.begins).cost == pytest.approx(state.cost)


def test_the_same_seed_gives_the_same_plan() -> None:
    plans = []
    for _ in range(2):
        state = allowed(Frame.of(centre(8, 2, 7, 2)))
        improve(state, near_moves(state), soon(60), seed=7, searches=6)
        plans.append(state.worked.copy())
    assert (plans[0] == plans[1]).all()


def test_two_searches_at_a_time_work_on_different_people() -> None:
    state = allowed(Frame.of(centre(12, 2, 7, 2)))
    before = state.weight
    improve(state, near_moves(state), soon(), searches=6, workers=2)
    assert state.weight < before
    assert State.of(state.frame, state.worked, state.begins).cost == pytest.approx(state.cost)


def test_a_search_ends_at_its_target() -> None:
    state = idle(Frame.of(problem(agents=2, required=demand(7, range(8, 12), 1.0))))
    turns = improve(state, near_moves(state), soon(), target=0.0)
    assert state.weight == pytest.approx(0.0)
    assert turns < 50


def test_no_search_begins_after_the_deadline_or_a_stop() -> None:
    state = idle(Frame.of(problem(agents=2, required=demand(7, range(8, 12), 1.0))))
    moves = near_moves(state)
    assert improve(state, moves, Deadline.after(0.0)) == 0
    deadline = soon(600)
    assert improve(state, moves, deadline, better=lambda _: deadline.stop()) < 50
    assert deadline.passed()
