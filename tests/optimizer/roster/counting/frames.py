"""Tiny frames with every form of rule, and the least cost of all rosters by enumeration."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from optimizer.model import ActivityKind, ActivityTemplate, Agent, RosterProblem, RuleName
from optimizer.model import ShiftTemplate as Template
from optimizer.roster.frame import Frame, Person
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.forms import Rest, Run, Spread, Succession, Tally
from optimizer.roster.rules.shared import Part, SharedRow, Watch
from tests.optimizer.roster.cases import problem

DAYS = 4
FREE = -1
HARD = float("inf")
PRICES = st.sampled_from([0.0, 1.0, 2.0])
RULE = RuleName.SHIFTS_PER_WEEK

Plan = tuple[tuple[int, ...], ...]


def base(agents: int, required: npt.NDArray[np.float64], *, meal: bool = False) -> Frame:
    """Return a frame of two shifts a day and two groups; the first agent serves only one."""
    lunch = ActivityTemplate(ActivityKind.MEAL, 60, 60, 120, 60)
    templates = (
        Template("early", 8 * 60, 8 * 60, (240,), activities=(lunch,) if meal else ()),
        Template("late", 14 * 60, 14 * 60, (300,)),
    )
    people = tuple(
        Agent(f"a{i}", "c", "here", {"s0": 3} if i == 0 else {"s0": 3, "s1": 3})
        for i in range(agents)
    )
    made: RosterProblem = problem(
        agents=people, required=required, days=DAYS, templates=templates, prices=(10.0, 4.0)
    )
    frame = Frame.of(made)
    days = len(frame.calendar.days)
    plain = tuple(
        replace(
            person,
            patterns=np.arange(len(frame.patterns)),
            price=np.zeros(len(frame.patterns)),
            free=np.zeros(days),
            rests=(),
            successions=(),
            runs=(),
            tallies=(),
            spreads=(),
        )
        for person in frame.people
    )
    return replace(frame, people=plain, shared=(), watches=())


def _prices(size: int, values: Sequence[float]) -> st.SearchStrategy[npt.NDArray[np.float64]]:
    return st.lists(st.sampled_from(values), min_size=size, max_size=size).map(np.array)


def _from_zero(size: int, values: Sequence[float]) -> st.SearchStrategy[npt.NDArray[np.float64]]:
    """Draw prices that never fall and of which the first is nothing."""
    return _prices(size, values).map(
        lambda drawn: np.concatenate([[0.0], np.maximum.accumulate(drawn)])
    )


@st.composite
def persons(draw: st.DrawFn, frame: Frame, person: Person) -> Person:
    """Draw an agent with any forms; each is there every other time."""
    size, days = len(frame.patterns), len(frame.calendar.days)
    flags = st.lists(st.booleans(), min_size=size, max_size=size).map(np.array)
    units = st.lists(st.integers(0, 2), min_size=size, max_size=size).map(np.array)
    some = [0.0, 0.0, 3.0, 7.5]
    price = draw(_prices(size, [0.0, 1.0, -2.0, HARD]))
    possible = np.flatnonzero(np.isfinite(price))

    def maybe(strategy: st.SearchStrategy[object]) -> tuple[object, ...]:
        return (draw(strategy),) if draw(st.booleans()) else ()

    block = np.array(draw(st.sampled_from([[0, 0, 1, 1], [-1, 0, 0, -1], [0, 1, 1, 2]])))
    tallies = st.builds(
        Tally,
        st.just(RULE),
        st.integers(0, 1),
        st.integers(3, DAYS),
        units,
        _prices(5, [*some, HARD]),
        st.none() | st.just(np.array([1, 0, 2, 1])),
        st.none() | st.just(block),
    )
    runs = st.builds(
        Run,
        st.just(RULE),
        st.booleans(),
        _prices(3, [*some, HARD]),
        _from_zero(3, [*some, HARD]),
        st.integers(0, 2),
    )
    spreads = st.builds(
        Spread,
        st.just(RULE),
        st.integers(0, 1),
        st.just(DAYS),
        units,
        _from_zero(2, [*some, HARD]),
        st.none() | st.integers(0, 2),
        st.none() | st.integers(0, 2),
    )
    return replace(
        person,
        patterns=possible,
        price=price[possible],
        free=draw(_prices(days, [0.0, 0.0, 2.0, HARD])),
        rests=maybe(
            st.builds(Rest, st.just(RULE), st.sampled_from([12, 20]), st.sampled_from([1.0, HARD]))
        ),
        successions=maybe(
            st.builds(Succession, st.just(RULE), flags, flags, st.sampled_from([4.0, HARD]))
        ),
        runs=maybe(runs),
        tallies=(*maybe(tallies), *maybe(tallies)),
        spreads=maybe(spreads),
    )  # type: ignore[arg-type]  # of `maybe`, which keeps no types apart


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Draw two agents, alike or not, with shared rows and watches."""
    levels = st.sampled_from([0.0, 1.0, 1.5, 2.0])
    required = np.zeros((2, 24 * DAYS))
    for day, group in itertools.product(range(DAYS), range(2)):
        required[group, 24 * day + 9] = draw(levels)
        required[group, 24 * day + 10] = draw(levels)
        required[group, 24 * day + 15] = draw(levels)
    frame = base(3, required, meal=draw(st.booleans()))
    # The second and the third agent are of one team; the first may work a single shift.
    first = replace(frame.people[0], patterns=np.arange(1), price=np.array([draw(PRICES)]))
    second = draw(persons(frame, frame.people[1]))
    third = draw(persons(frame, frame.people[2]))
    likeness = draw(st.sampled_from(["alike", "but for prices", "not"]))
    if likeness != "not":
        own = {"patterns": third.patterns, "price": third.price, "free": third.free}
        third = replace(second, number=2, **(own if likeness == "but for prices" else {}))
    size = len(frame.patterns)
    everybody = np.array([1, 2])
    shared = draw(
        st.lists(
            st.builds(
                SharedRow,
                st.just(RuleName.VENDOR_CAPS),
                st.just((Part(everybody, np.arange(0, size, 2), np.ones(len(range(0, size, 2)))),)),
                st.sampled_from([-HARD, 1.0, 3.0]),
                st.sampled_from([3.0, 5.0, HARD]),
                st.sampled_from([0.0, 5.0]),
                st.sampled_from([3.0, HARD]),
            ),
            max_size=1,
        )
    )
    needed = np.zeros(24 * DAYS)
    needed[[9, 10, 24 + 16]] = 1.0
    watches = draw(st.lists(st.just(Watch(RuleName.FLOORS, everybody, needed, 6.0)), max_size=1))
    return replace(
        frame, people=(first, second, third), shared=tuple(shared), watches=tuple(watches)
    )


def rosters_of(frame: Frame, agent: int) -> Iterator[tuple[int, ...]]:
    """Yield every roster of an agent whose cost is finite."""
    mine = frame.people[agent].patterns.tolist()
    days = [
        [FREE, *(p for p in mine if frame.patterns.day[p] == day)]
        for day in range(len(frame.calendar.days))
    ]
    for roster in itertools.product(*days):
        if cost_of(frame.people[agent], frame.patterns, roster) < HARD:
            yield roster


def least_cost(frame: Frame) -> float:
    """Return the least cost of all rosters there are; infinite if there is none."""
    options = [
        [
            (one, cost_of(frame.people[agent], frame.patterns, one))
            for one in rosters_of(frame, agent)
        ]
        for agent in range(len(frame.people))
    ]

    @cache
    def on(day: int, patterns: tuple[int, ...]) -> float:
        return _presence_cost(frame, day, patterns)

    best = HARD
    for plan in itertools.product(*options):
        worked = [roster for roster, _ in plan]
        total = sum(cost for _, cost in plan) + _shared_cost(frame, worked)
        if total < best:
            total += sum(
                on(day, patterns) for day, patterns in enumerate(zip(*worked, strict=True))
            )
            best = min(best, total)
    return best


def coupling_cost(frame: Frame, worked: Sequence[Sequence[int]]) -> float:
    """Return what given shifts cost together, their activities placed as well as can be."""
    return _shared_cost(frame, worked) + sum(
        _presence_cost(frame, day, patterns)
        for day, patterns in enumerate(zip(*worked, strict=True))
    )


def _shared_cost(frame: Frame, worked: Sequence[Sequence[int]]) -> float:
    total = 0.0
    for row in frame.shared:
        units = sum(
            float(part.units[part.patterns.tolist().index(pattern)])
            for part in row.parts
            for agent in part.agents.tolist()
            for pattern in worked[agent]
            if pattern in part.patterns
        )
        if units < row.lower and row.below_price:
            total += (row.lower - units) * row.below_price
        if units > row.upper and row.above_price:
            total += (units - row.upper) * row.above_price
    return total


def _presence_cost(frame: Frame, day: int, patterns: tuple[int, ...]) -> float:
    """Return shortage and watches of a day, with the best places for everybody's activities."""
    places = [list(_working(frame, pattern)) for pattern in patterns]
    best = HARD
    for chosen in itertools.product(*places):
        total = 0.0
        for slot in range(24 * day, 24 * (day + 1)):
            there = [agent for agent, slots in enumerate(chosen) if slot in slots]
            total += _shortage(frame, slot, there)
            total += sum(
                watch.price
                * max(0.0, watch.needed[slot] - len(set(there) & set(watch.agents.tolist())))
                for watch in frame.watches
            )
        best = min(best, total)
    return best


def _working(frame: Frame, pattern: int) -> Iterator[frozenset[int]]:
    """Yield the slots at work for every placement of a pattern's activities (one at most)."""
    if pattern == FREE:
        yield frozenset()
        return
    start, end = int(frame.patterns.start[pattern]), int(frame.patterns.end[pattern])
    activities = frame.patterns.activities[frame.patterns.template[pattern]]
    if not activities:
        yield frozenset(range(start, end))
    for activity in activities:
        for at in range(activity.earliest, activity.latest + 1, activity.step):
            yield frozenset(range(start, end)) - {start + at}


def _shortage(frame: Frame, slot: int, there: Sequence[int]) -> float:
    """Return the priced shortage of a slot: each agent's time is given to the dearest first.

    By the deficit of every set of groups: what a set wants beyond all who serve one of it.
    """
    demand = frame.demand
    needs = demand.agents[:, slot]
    both = Counter(frame.serves[frame.team[agent]] for agent in there)
    zero = max(0.0, needs[0] - both[1] - both[3])
    one = max(0.0, needs[1] - both[2] - both[3])
    together = max(zero + one, float(needs.sum()) - len(there)) if needs.all() else zero + one
    # The dearer group lacks as little as it can by itself; the other one lacks the rest.
    first, second = (
        (zero, together - zero) if demand.price[0] >= demand.price[1] else (together - one, one)
    )
    return float(demand.price @ [first, second])
