"""Hand shifts out in order of time, each to whoever needs work most and may take it.

Among equals the one who was at work last comes first, which keeps those with an early end free
for early starts. Where all people are alike, that places whole weeks of shifts without a
remainder; where they are not, it is a start for the search. Only hard rules count, and of those
only what later shifts cannot mend; all people of a class are looked at in one array operation, so
that the effort grows with the patterns and hardly with the people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Person
from optimizer.roster.patterns import FREE, Patterns
from optimizer.roster.rules.forms import Run, Spread, Succession, Tally

__all__ = ["hand_out"]

NO_LIMIT = np.iinfo(np.int64).max // 4

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def hand_out(
    people: Sequence[Person], patterns: Patterns, days: int, wanted: Counter[int]
) -> tuple[Integers, Counter[int]]:
    """Give wanted shifts to people.

    Parameters
    ----------
    days
        Length of the calendar.
    wanted
        Number of shifts per pattern.

    Returns
    -------
    tuple
        Pattern of each of these people on each day, [people, days], and what was left over.
    """
    worked = np.full((len(people), days), FREE, dtype=np.int64)
    limits = _Limits(people, patterns, worked)
    left: Counter[int] = Counter()
    for pattern in sorted(wanted, key=lambda p: (int(patterns.day[p]), int(patterns.start[p]), p)):
        takers = limits.takers(pattern)[: wanted[pattern]]
        limits.take(pattern, takers)
        if len(takers) < wanted[pattern]:
            left[pattern] = wanted[pattern] - len(takers)
    return worked, left


class _Limits:
    """What hard rules leave open for each of some people, kept while days go by."""

    def __init__(self, people: Sequence[Person], patterns: Patterns, worked: Integers) -> None:
        size = len(people)
        self._patterns, self._worked = patterns, worked
        self._price = np.full((size, len(patterns)), np.inf)
        for row, person in enumerate(people):
            self._price[row, person.patterns] = person.price
        self._first = np.array([person.first for person in people])
        self._rest = np.array(
            [
                max((r.slots for r in p.rests if np.isinf(r.price)), default=-NO_LIMIT)
                for p in people
            ]
        )
        self._end = np.full(size, -NO_LIMIT)
        self._load = np.zeros(size, dtype=np.int64)
        self._work = _Runs(people, worked.shape[1], at_work=True)
        self._off = _Runs(people, worked.shape[1], at_work=False)
        self._last = np.full(size, FREE)
        self._since = self._first - self._work.carried
        self._tallies = [_Caps(*group) for group in _grouped(people, _tallies_of)]
        self._spreads = [_Spreads(*group) for group in _grouped(people, lambda p: p.spreads)]
        self._successions = [
            (form, rows) for form, rows, _ in _grouped(people, _hard_successions_of)
        ]

    def takers(self, pattern: int) -> Integers:
        """Return who may work a pattern, those first who should."""
        day = int(self._patterns.day[pattern])
        may = np.isfinite(self._price[:, pattern]) & (self._worked[:, day] == FREE)
        may &= self._end + self._rest <= self._patterns.start[pattern]
        worked_before = self._last != FREE
        yesterday = np.where(worked_before, self._last, self._first - 1) == day - 1
        goes_on = yesterday & (worked_before | (self._work.carried > 0))
        length = np.where(goes_on, day - self._since, 0)
        may &= ~self._work.forbidden(length + 1)
        # A gap closes the run of work before it, and is itself a run of days off.
        gap = np.where(worked_before, day - 1 - self._last, day - self._first + self._off.carried)
        off_known = worked_before | (self._off.carried > 0) | (self._work.carried > 0)
        ran = np.where(worked_before, self._last + 1, self._first) - self._since
        ran_known = (self._since > self._first) | (self._work.carried > 0)
        closes = (gap > 0) & (ran > 0)
        may &= ~((gap > 0) & self._off.forbidden(gap))
        may &= ~((gap > 0) & off_known & self._off.too_short(gap))
        may &= ~(closes & ran_known & self._work.too_short(ran))
        before = np.where(yesterday & worked_before, self._worked[:, day - 1], FREE)
        for form, rows in self._successions:
            if form.after[pattern]:
                may[rows] &= ~((before[rows] != FREE) & form.before[before[rows]])
        need = np.zeros(len(may), dtype=np.int64)
        for caps in self._tallies:
            if caps.first <= day < caps.last:
                caps.check(pattern, day, may, need)
        for spread in self._spreads:
            if spread.first <= day < spread.last:
                spread.check(pattern, may)
        found = np.flatnonzero(may)
        keys = -self._end[found], self._price[found, pattern], self._load[found], -need[found]
        return found[np.lexsort(keys)]

    def take(self, pattern: int, takers: Integers) -> None:
        """Give each of these people a shift of this pattern."""
        day = int(self._patterns.day[pattern])
        worked_before = self._last[takers] != FREE
        yesterday = np.where(worked_before, self._last[takers], self._first[takers] - 1)
        carries_on = (yesterday == day - 1) & (worked_before | (self._work.carried[takers] > 0))
        self._since[takers] = np.where(carries_on, self._since[takers], day)
        self._last[takers] = day
        self._worked[takers, day] = pattern
        self._end[takers] = self._patterns.end[pattern]
        self._load[takers] += 1
        for caps in self._tallies:
            if caps.first <= day < caps.last:
                caps.add(pattern, day, takers)
        for spread in self._spreads:
            if spread.first <= day < spread.last:
                spread.add(pattern, takers)


class _Runs:
    """Which lengths of runs the hard rules of each person rule out."""

    def __init__(self, people: Sequence[Person], days: int, *, at_work: bool) -> None:
        self.carried = np.zeros(len(people), dtype=np.int64)
        runs = [[run for run in person.runs if run.at_work == at_work] for person in people]
        most = max((run.carried for mine in runs for run in mine), default=0)
        lengths = np.arange(days + most + 2)
        self._long = np.zeros((len(people), len(lengths)), dtype=bool)
        self._short = np.zeros_like(self._long)
        self._rows = np.arange(len(people))
        for row, mine in enumerate(runs):
            for run in mine:
                self.carried[row] = max(self.carried[row], run.carried)
                self._long[row] |= np.isinf(_held(run.too_long, lengths))
                number = len(run.too_short)
                self._short[row, :number] |= np.isinf(run.too_short[: len(lengths)])

    def forbidden(self, length: Integers) -> Flags:
        """Tell whose run may not be as long as this."""
        return self._long[self._rows, np.minimum(length, self._long.shape[1] - 1)]

    def too_short(self, length: Integers) -> Flags:
        """Tell whose run may not end with this length."""
        return self._short[self._rows, np.minimum(length, self._short.shape[1] - 1)]


class _Caps:
    """One tally of some people: totals so far, and how far each may go and must get."""

    def __init__(self, form: Tally, rows: Integers, forms: Sequence[Tally]) -> None:
        self.first, self.last = form.first, form.last
        self._units, self._block, self._rows = form.units, form.block, rows
        allowed = [np.flatnonzero(np.isfinite(tally.price)) for tally in forms]
        self._most = np.array(
            [
                NO_LIMIT if np.isfinite(tally.price[-1]) else int(fine.max(initial=-1))
                for tally, fine in zip(forms, allowed, strict=True)
            ]
        )
        self._least = np.array([int(fine.min(initial=0)) for fine in allowed])
        self._unit = max(1, int(form.units.max(initial=0)))
        self._total = np.zeros(len(rows), dtype=np.int64)
        self._counted = np.full(len(rows), FREE)

    def check(self, pattern: int, day: int, may: Flags, need: Integers) -> None:
        """Rule out who would go too far, and say how many shifts each still needs, in place."""
        adds = self._adds(pattern, day, slice(None))
        may[self._rows] &= self._total + adds <= self._most
        missing = -(-(self._least - self._total) // self._unit)
        need[self._rows] = np.maximum(need[self._rows], missing)

    def add(self, pattern: int, day: int, takers: Integers) -> None:
        """Count a shift of these people."""
        mine = np.flatnonzero(np.isin(self._rows, takers))
        self._total[mine] += self._adds(pattern, day, mine)
        if self._block is not None and self._units[pattern]:
            self._counted[mine] = self._block[day]

    def _adds(self, pattern: int, day: int, rows: Any) -> Integers:
        units = np.full(len(self._counted[rows]), self._units[pattern])
        if self._block is not None:
            block = int(self._block[day])
            units[(self._counted[rows] == block) | (block < 0)] = 0
        return units


class _Spreads:
    """The keys that each of some people has used, and how far apart they may lie."""

    def __init__(self, form: Spread, rows: Integers, forms: Sequence[Spread]) -> None:
        self.first, self.last = form.first, form.last
        self._key, self._rows = form.key, rows
        allowed = [np.flatnonzero(np.isfinite(spread.price)) for spread in forms]
        self._most = np.array(
            [
                NO_LIMIT if np.isfinite(spread.price[-1]) else int(fine.max(initial=-1))
                for spread, fine in zip(forms, allowed, strict=True)
            ]
        )
        self._low = np.array([NO_LIMIT if s.low is None else s.low for s in forms])
        self._high = np.array([-NO_LIMIT if s.high is None else s.high for s in forms])

    def check(self, pattern: int, may: Flags) -> None:
        """Rule out whose keys would lie too far apart, in place."""
        key = self._key[pattern]
        apart = np.maximum(self._high, key) - np.minimum(self._low, key)
        may[self._rows] &= apart <= self._most

    def add(self, pattern: int, takers: Integers) -> None:
        """Count a shift of these people."""
        mine = np.isin(self._rows, takers)
        key = self._key[pattern]
        self._low[mine] = np.minimum(self._low[mine], key)
        self._high[mine] = np.maximum(self._high[mine], key)


def _held(table: Floats, index: Integers) -> Floats:
    """Return entries of a table whose last one holds for everything beyond."""
    held: Floats = table[np.minimum(index, len(table) - 1)]
    return held


def _tallies_of(person: Person) -> Iterable[Tally]:
    return (tally for tally in person.tallies if np.isinf(tally.price).any())


def _hard_successions_of(person: Person) -> Iterable[Succession]:
    return (form for form in person.successions if np.isinf(form.price))


def _grouped(people: Sequence[Person], forms_of: Any) -> list[tuple[Any, Integers, list[Any]]]:
    """Group forms that differ in their prices alone: one of them, the rows, and each one's form.

    A person with two such forms stands in two groups.
    """
    groups: dict[Any, tuple[list[int], list[Any]]] = {}
    for row, person in enumerate(people):
        for form in forms_of(person):
            key: Any = _shape(form)
            while key in groups and groups[key][0][-1] == row:
                key = ("again", key)
            rows, forms = groups.setdefault(key, ([], []))
            rows.append(row)
            forms.append(form)
    return [(forms[0], np.array(rows), forms) for rows, forms in groups.values()]


def _shape(form: Tally | Spread | Succession | Run) -> Any:
    """Return what two forms share if they differ in their prices alone."""
    if isinstance(form, Tally):
        block = None if form.block is None else form.block.tobytes()
        return form.first, form.last, form.units.tobytes(), block
    if isinstance(form, Spread):
        return form.first, form.last, form.key.tobytes()
    if isinstance(form, Succession):
        return form.before.tobytes(), form.after.tobytes()
    return id(form)
