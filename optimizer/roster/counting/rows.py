"""The forms of a kind as rows over the numbers of its people: a relaxation of each form.

Every row holds for the sum over any rosters of the kind's people, and every price is at most what
these rosters cost together. For a kind of one person the hard forms are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.counting.envelope import Day, envelope_of
from optimizer.roster.counting.kinds import Kind
from optimizer.roster.linear import LinearModel
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.forms import Rest, Run, Spread, Succession, Tally

__all__ = ["KindRows"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class KindRows:
    """Adds the variables and the rows of one kind to a model.

    Attributes
    ----------
    numbers
        The variable of each cell of the kind: how many of its group work its pattern.
    constant
        Cost that is there whatever the variables are.
    """

    def __init__(self, model: LinearModel, kind: Kind, patterns: Patterns) -> None:
        self._model, self._kind, self._patterns = model, kind, patterns
        self._days = range(kind.person.first, kind.person.last)
        edges = np.searchsorted(
            patterns.day[kind.pattern], np.arange(self._days.start, self._days.stop + 1)
        ).tolist()
        self._cells = {
            day: slice(edges[offset], edges[offset + 1]) for offset, day in enumerate(self._days)
        }
        free = np.where(np.isfinite(kind.free), kind.free, 0.0)
        self.constant = float(free @ kind.heads)
        self.numbers = model.add_variables(
            len(kind.pattern),
            kind.heads[kind.group],
            kind.price - free[kind.group],
            integer=True,
        )
        # One shift a day, and no day off where there must be none.
        must = np.where(np.isfinite(kind.free), -np.inf, kind.heads)
        rows = model.add_rows(len(kind.heads), lower=must, upper=kind.heads)
        model.add_terms(rows[kind.group], self.numbers)

    def add_forms(self) -> None:
        """Add every form of more than one day."""
        person = self._kind.person
        for rest in person.rests:
            self._rest(rest)
        for succession in person.successions:
            self._succession(succession)
        for run in person.runs:
            self._too_long(run)
            self._too_short(run)
        for tally in person.tallies:
            self._tally(tally)
        for spread in person.spreads:
            self._spread(spread)

    def _rest(self, rest: Rest) -> None:
        """Of all patterns that end late and those that start soon after, one person has one."""
        start, end = (
            self._patterns.start[self._kind.pattern],
            self._patterns.end[self._kind.pattern],
        )
        for day in self._days:
            mine = self._cells[day]
            for later in range(day + 1, self._days.stop):
                theirs = self._cells[later]
                if theirs.start == theirs.stop:
                    continue
                conflicts = _rest_conflicts(end[mine], start[theirs], rest.slots)
                if not conflicts:
                    break
                pairs = [
                    (self.numbers[mine][late], self.numbers[theirs][soon])
                    for late, soon, _ in conflicts
                ]
                self._conflicts(pairs, [rest.price * short for _, _, short in conflicts])

    def _succession(self, succession: Succession) -> None:
        pattern = self._kind.pattern
        for day in self._days[:-1]:
            mine, theirs = self._cells[day], self._cells[day + 1]
            before = self.numbers[mine][succession.before[pattern[mine]]]
            after = self.numbers[theirs][succession.after[pattern[theirs]]]
            if len(before) and len(after):
                self._conflicts([(before, after)], [succession.price])

    def _conflicts(
        self, pairs: Sequence[tuple[Integers, Integers]], prices: Sequence[float]
    ) -> None:
        """Let whoever is in both sets of a pair pay the price of the dearest such pair."""
        heads = self._kind.count
        paid = self._model.add_variables(1, cost=1.0) if min(prices) < np.inf else None
        for (one, other), price in zip(pairs, prices, strict=True):
            both = np.concatenate([one, other])
            if price == np.inf:
                self._model.add_row(both, upper=heads)
            elif price > 0 and paid is not None:
                signs = np.append(np.full(len(both), price), -1.0)
                self._model.add_row(np.append(both, paid), signs, upper=price * heads)

    def _too_long(self, run: Run) -> None:
        """Bound the days of every window that is one longer than what is free, or allowed."""
        longest = run.carried + len(self._days)
        price = _prolonged(run.too_long, longest)
        allowed = int(np.flatnonzero(np.isfinite(price))[-1])
        free = int(np.flatnonzero(price == 0)[-1])
        self._windows(run, allowed, np.inf)
        if free < allowed:
            # A run of `free + k` days has k such windows.
            over = np.arange(1, allowed - free + 1)
            self._windows(run, free, float((price[free + 1 : allowed + 1] / over).min()))

    def _windows(self, run: Run, most: int, price: float) -> None:
        first, end = self._days.start, self._days.stop
        for begin in range(first - min(run.carried, most), end - most):
            inside = range(max(begin, first), begin + most + 1)
            carried = len(range(begin, first))
            self._at_most(most - carried, [(day, run.at_work) for day in inside], price)

    def _too_short(self, run: Run) -> None:
        """Price what is otherwise on both sides of too few days."""
        first, end = self._days.start, self._days.stop
        for length in np.flatnonzero(run.too_short > 0).tolist():
            price = float(run.too_short[length])
            begins = range(first + 1, end - length) if length else ()
            for begin in begins:
                outer = [(begin - 1, not run.at_work), (begin + length, not run.at_work)]
                inner = [(day, run.at_work) for day in range(begin, begin + length)]
                self._at_most(length + 1, outer + inner, price)
            more = length - run.carried
            if run.carried and 0 <= more < len(self._days):
                inner = [(day, run.at_work) for day in range(first, first + more)]
                self._at_most(more, [*inner, (first + more, not run.at_work)], price)

    def _at_most(self, most: int, states: Iterable[tuple[int, bool]], price: float) -> None:
        """Let each person be in at most so many of some states (day, at work), or pay a price."""
        columns, signs, heads = list[Integers](), list[Floats](), self._kind.count
        upper = heads * most
        for day, at_work in states:
            mine = self.numbers[self._cells[day]]
            columns.append(mine)
            signs.append(np.full(len(mine), 1.0 if at_work else -1.0))
            upper -= 0 if at_work else heads
        if price < np.inf:
            columns.append(self._model.add_variables(1, cost=price))
            signs.append(np.array([-1.0]))
        self._model.add_row(np.concatenate(columns), np.concatenate(signs), upper=upper)

    def _tally(self, tally: Tally) -> None:
        """Bound and price the sum of the totals by the envelope of one person's price."""
        days = range(max(tally.first, self._days.start), min(tally.last, self._days.stop))
        shifts = self._shifts(tally, days)
        envelope = envelope_of(tally, [self._day(tally, day) for day in days], shifts)
        if envelope is None:
            self._model.add_rows(1, lower=1.0)  # no total is allowed: nobody can have a roster
            return
        columns, units, constant = self._total(tally, days)
        heads = self._kind.count
        least, most = (heads * bound - constant for bound in envelope.bounds)
        narrow = envelope.bounds[0] > envelope.reach[0], envelope.bounds[1] < envelope.reach[1]
        if any(narrow):
            self._model.add_row(
                columns,
                units,
                lower=least if narrow[0] else -np.inf,
                upper=most if narrow[1] else np.inf,
            )
        if all(line == (0.0, 0.0) for line in envelope.lines):
            return
        paid = self._model.add_variables(1, cost=1.0)
        for slope, intercept in envelope.lines:
            self._model.add_row(
                np.append(columns, paid),
                np.append(slope * units, -1.0),
                upper=-heads * intercept - slope * constant,
            )

    def _shifts(self, tally: Tally, days: range) -> list[int]:
        """Return how many of some days may be worked, by the tallies of all shifts of these days.

        What may not be worked anyway would make the envelope of hours lower than it is. Tallies
        of shifts themselves ask no other, or two that agree would be left out for each other.
        """
        allowed = np.ones(len(days) + 1, dtype=bool)
        if self._counts_shifts(tally, days):
            return list(range(len(days) + 1))
        for other in self._kind.person.tallies:
            same_days = (other.first, other.last) == (tally.first, tally.last)
            if same_days and self._counts_shifts(other, days):
                allowed &= np.isfinite(_prices(other.price, len(days)))
        return np.flatnonzero(allowed).tolist()

    def _counts_shifts(self, tally: Tally, days: range) -> bool:
        return (
            tally.block is None
            and tally.free_units is None
            and all((tally.units[self._kind.pattern[self._cells[day]]] == 1).all() for day in days)
        )

    def _day(self, tally: Tally, day: int) -> Day:
        mine = self._kind.pattern[self._cells[day]]
        groups = self._kind.group_day == day
        off = 0 if tally.free_units is None else int(tally.free_units[day])
        return Day(
            tuple(np.unique(tally.units[mine]).tolist()),
            off if np.isfinite(self._kind.free[groups]).any() else None,
            None if tally.block is None else int(tally.block[day]),
        )

    def _total(self, tally: Tally, days: range) -> tuple[Integers, Floats, float]:
        """Return variables, what each adds to the sum of all totals, and what is there anyway."""
        heads, constant = self._kind.count, 0.0
        columns, units = [np.empty(0, dtype=np.int64)], [np.empty(0)]
        blocks: dict[int, list[int]] = {}
        for day in days:
            mine = self._cells[day]
            adds = np.zeros(mine.stop - mine.start)
            if tally.block is None:
                adds += tally.units[self._kind.pattern[mine]]
            elif tally.block[day] >= 0:
                blocks.setdefault(int(tally.block[day]), []).append(day)
            if tally.free_units is not None:
                adds -= tally.free_units[day]
                constant += heads * float(tally.free_units[day])
            columns.append(self.numbers[mine])
            units.append(adds)
        for inside in blocks.values():
            columns.append(self._block(tally, inside))
            units.append(np.ones(1))
        return np.concatenate(columns), np.concatenate(units), constant

    def _block(self, tally: Tally, days: Sequence[int]) -> Integers:
        """Return the variable of what the days of one block add together.

        Everybody adds the units of one pattern at most once: at least those of the patterns of
        any one day, were all the least, and at most those of all days, were all the greatest.
        """
        counting = [
            (self.numbers[mine][units > 0], units[units > 0])
            for mine in (self._cells[day] for day in days)
            for units in (tally.units[self._kind.pattern[mine]],)
        ]
        every = np.concatenate([units for _, units in counting])
        most = int(every.max(initial=0))
        least = int(every.min(initial=most))
        added = self._model.add_variables(1, upper=self._kind.count * most)
        for columns, _ in counting:
            signs = np.append(np.full(len(columns), float(least)), -1.0)
            self._model.add_row(np.append(columns, added), signs, upper=0.0)
        columns = np.concatenate([columns for columns, _ in counting])
        signs = np.append(np.full(len(columns), -float(most)), 1.0)
        self._model.add_row(np.append(columns, added), signs, upper=0.0)
        return added

    def _spread(self, spread: Spread) -> None:
        """Count, at every key, who works from there on and who works too far below it."""
        days = range(max(spread.first, self._days.start), min(spread.last, self._days.stop))
        keys = {day: spread.key[self._kind.pattern[self._cells[day]]] for day in days}
        known = np.unique(np.concatenate([*keys.values(), np.empty(0, dtype=np.int64)]))
        carried = [key for key in (spread.low, spread.high) if key is not None]
        values = np.unique(np.append(known, carried)).astype(np.int64)
        if not len(known):
            return
        price = _prolonged(spread.price, int(values[-1] - values[0]))
        allowed = int(np.flatnonzero(np.isfinite(price))[-1])
        free = int(np.flatnonzero(price == 0)[-1])
        apart = np.unique(np.abs(values[:, None] - values))
        priced = apart[(apart > free) & (apart <= allowed)]
        self._ends(spread, keys, values, allowed, np.inf)
        if len(priced):
            self._ends(spread, keys, values, free, float(price[priced].min()))

    def _ends(
        self, spread: Spread, keys: dict[int, Integers], values: Integers, most: int, price: float
    ) -> None:
        """Let who works at two keys more than `most` apart pay a price, once."""
        model, heads = self._model, self._kind.count
        paid = model.add_variables(1, cost=1.0) if price < np.inf else None
        for key in values[values > values[0] + most].tolist():
            low = spread.low is not None and spread.low < key - most
            high = spread.high is not None and spread.high >= key
            if low and high:
                continue  # what was carried in is paid for with the first shift, not by a pair
            late = self._somebody({day: of >= key for day, of in keys.items()}, everybody=high)
            early = self._somebody(
                {day: of < key - most for day, of in keys.items()}, everybody=low
            )
            if paid is None:
                model.add_row(np.append(late, early), upper=heads)
            else:
                signs = [price, price, -1.0]
                model.add_row(np.concatenate([late, early, paid]), signs, upper=price * heads)

    def _somebody(self, places: dict[int, NDArray[np.bool_]], *, everybody: bool) -> Integers:
        """Return the variable of how many work somewhere in some cells of each day."""
        heads = self._kind.count
        number = self._model.add_variables(1, upper=heads, lower=heads if everybody else 0)
        for day, chosen in places.items():
            columns = self.numbers[self._cells[day]][chosen]
            if len(columns):
                signs = np.append(np.ones(len(columns)), -1.0)
                self._model.add_row(np.append(columns, number), signs, upper=0.0)
        return number


def _rest_conflicts(
    ends: Integers, starts: Integers, slots: int
) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_], int]]:
    """Return the sets (end late, start soon) between which the rest is too short.

    Every conflict stands in one of the returned pairs of sets, in which everything on one side
    conflicts with everything on the other: "at most one of both sides" is as strong as possible
    and needs few rows.

    Returns
    -------
    list
        Who ends late, who starts soon, and the least number of slots that are missing between.
    """
    found: list[tuple[NDArray[np.bool_], NDArray[np.bool_], int]] = []
    blocked_before = 0
    for end in np.unique(ends):
        soon = starts < end + slots
        blocked = int(np.count_nonzero(soon))
        if blocked > blocked_before:
            found.append((ends >= end, soon, int(end + slots - starts[soon].max())))
        blocked_before = blocked
    return found


def _prolonged(price: Floats, last: int) -> Floats:
    """Return the prices of 0, which is nothing, to `last`; the last entry holds beyond it."""
    longer = _prices(price, last)
    longer[0] = 0.0
    return longer


def _prices(price: Floats, last: int) -> Floats:
    """Return the prices of 0 to `last`; the last entry holds for all beyond it."""
    return price[np.minimum(np.arange(last + 1), len(price) - 1)]
