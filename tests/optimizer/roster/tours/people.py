"""Tiny people drawn at random, with every form, and all their rosters one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import strategies as st

from optimizer.model import RuleName
from optimizer.roster.frame import Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.forms import Rest, Run, Spread, Succession, Tally

FREE = -1
RULE = RuleName.SHIFTS_PER_WEEK
SLOTS_PER_DAY = 4

_PRICES = st.sampled_from([0.0, 0.0, 1.0, 2.5, 0.1, 7.3, np.inf])
_CREDITS = st.sampled_from([0.0, 0.0, 1.0, -2.5, 0.3])


@st.composite
def patterns(draw: st.DrawFn, days: int) -> Patterns:
    """Draw up to three patterns a day, quarters of a day long at least."""
    rows = []
    for day in range(days):
        for _ in range(draw(st.sampled_from([0, 1, 1, 2, 2, 3]))):
            start = SLOTS_PER_DAY * day + draw(st.integers(0, 3))
            rows.append((day, start, start + draw(st.integers(1, 5)), draw(st.integers(1, 3))))
    day, start, end, paid = np.array(sorted(rows), np.int64).reshape(-1, 4).T.copy()
    zeros = np.zeros(len(rows), np.int64)
    return Patterns(zeros, zeros, day, start, end, paid, ((),))


def _array(draw: st.DrawFn, values: st.SearchStrategy[float], size: int) -> np.ndarray:
    return np.array(draw(st.lists(values, min_size=size, max_size=size)), float)


def _integers(draw: st.DrawFn, most: int, size: int) -> np.ndarray:
    return _array(draw, st.integers(0, most), size).astype(np.int64)


@st.composite
def people(draw: st.DrawFn, patterns: Patterns, days: int, number: int = 0) -> Person:
    """Draw a person with up to two forms of each sort."""
    first = draw(st.sampled_from([0, 0, 0, 1]))
    last = draw(st.sampled_from([days, days, days, days - 1]))
    some = [p for p in range(len(patterns)) if first <= patterns.day[p] < last]
    some = [p for p in some if draw(st.integers(0, 5))]
    free = np.zeros(days)
    free[first:last] = _array(
        draw, st.sampled_from([0.0, 0.0, 0.0, -1.0, 2.0, np.inf]), last - first
    )

    def few(of: st.SearchStrategy) -> tuple:
        return tuple(draw(st.lists(of, max_size=2)))

    size = len(patterns)
    flags = st.builds(
        lambda bits: np.array(bits, bool), st.lists(st.booleans(), min_size=size, max_size=size)
    )
    return Person(
        number,
        first,
        last,
        np.array(some, np.int64),
        _array(draw, _CREDITS, len(some)),
        free,
        few(st.builds(Rest, st.just(RULE), st.integers(1, 9), _PRICES)),
        few(st.builds(Succession, st.just(RULE), flags, flags, _PRICES)),
        few(_runs()),
        few(_tallies(size, days)),
        few(_spreads(size, days)),
    )


@st.composite
def _runs(draw: st.DrawFn) -> Run:
    lengths = st.integers(1, 4)
    return Run(
        RULE,
        draw(st.booleans()),
        _array(draw, _PRICES, draw(lengths)),
        _array(draw, _PRICES, draw(lengths)),
        draw(st.sampled_from([0, 0, 1, 3])),
    )


@st.composite
def _tallies(draw: st.DrawFn, size: int, days: int) -> Tally:
    first = draw(st.integers(0, days - 1))
    blocks = [None, [0, 0, 1, 1, 2, 2], [-1, 0, 0, -1, 1, 1], [0, 0, 0, 1, 1, 1]]
    block = draw(st.sampled_from(blocks))
    return Tally(
        RULE,
        first,
        draw(st.integers(first + 1, days)),
        _integers(draw, 2, size),
        _array(draw, _PRICES, draw(st.integers(1, 7))),
        _integers(draw, 1, days) if draw(st.booleans()) else None,
        None if block is None else np.array(block[:days], np.int64),
    )


@st.composite
def _spreads(draw: st.DrawFn, size: int, days: int) -> Spread:
    first = draw(st.integers(0, days - 1))
    carried = st.one_of(st.none(), st.integers(0, 4))
    return Spread(
        RULE,
        first,
        draw(st.integers(first + 1, days)),
        _integers(draw, 4, size),
        _array(draw, _PRICES, draw(st.integers(1, 5))),
        draw(carried),
        draw(carried),
    )


def rosters(
    person: Person, patterns: Patterns, days: int
) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield every roster of finite own cost, with that cost."""
    mine = set(person.patterns.tolist())
    choices = [
        [FREE, *(p for p in range(len(patterns)) if patterns.day[p] == day and p in mine)]
        for day in range(days)
    ]
    for worked in product(*choices):
        cost = cost_of(person, patterns, worked)
        if np.isfinite(cost):
            yield worked, cost
