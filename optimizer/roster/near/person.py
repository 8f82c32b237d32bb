"""One person inside a CP-SAT model: every form of the person's rules, exact and priced.

Some days are open, all others stay as they are and enter as constants. What no open day can
change is left out, so the cost that a model charges may differ from that of the roster by a
constant of the person's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from optimizer.roster.frame import Person
from optimizer.roster.near.priced import Literal, PricedModel, coins, opposite
from optimizer.roster.near.runs import add_run
from optimizer.roster.patterns import FREE, Patterns, rest_conflicts
from optimizer.roster.rules.forms import Rest, Run, Spread, Succession, Tally

__all__ = ["PersonModel"]

Integers = NDArray[np.int64]

Summed = tuple[cp_model.LinearExpr | int, int, int]
"""A sum, and the least and the greatest value that it may have."""


class PersonModel:
    """The open days of one person, with a literal per pattern, and what every choice costs.

    Parameters
    ----------
    costs
        The model, which several people may share.
    worked
        Pattern of each day of the calendar, or -1; those of open days do not matter.
    open_days
        Days that may change. Only the person's own days count.
    choices
        The only patterns to be considered on open days; None for all of the person's.
    """

    def __init__(
        self,
        costs: PricedModel,
        person: Person,
        patterns: Patterns,
        worked: Sequence[int],
        open_days: Collection[int],
        choices: Collection[int] | None = None,
    ) -> None:
        self._costs, self._patterns, self._person = costs, patterns, person
        self.open_days = [d for d in sorted(open_days) if person.first <= d < person.last]
        self.works: dict[int, cp_model.IntVar] = {}
        """Pattern of an open day to the literal that it is worked."""
        self._options: list[list[tuple[int, Literal]]] = [
            [(int(pattern), True)] if pattern != FREE else [] for pattern in worked
        ]
        self._at_work: list[Literal] = [bool(pattern != FREE) for pattern in worked]
        bounds = np.searchsorted(patterns.day[person.patterns], np.arange(len(worked) + 1))
        for day in self.open_days:
            self._open(day, int(bounds[day]), int(bounds[day + 1]), choices)
        if self.open_days:
            self._add_forms()

    def options(self, day: int) -> list[tuple[int, Literal]]:
        """Return what may be worked on a day, and the literals that it is."""
        return self._options[day]

    def at_work(self, day: int) -> Literal:
        """Return the literal that anything is worked on a day."""
        return self._at_work[day]

    def hint(self, worked: Sequence[int]) -> None:
        """Suggest a roster to the search."""
        model = self._costs.model
        for pattern, literal in self.works.items():
            model.add_hint(literal, bool(worked[int(self._patterns.day[pattern])] == pattern))
        for day in self.open_days:
            at_work = self._at_work[day]
            if not isinstance(at_work, bool):
                model.add_hint(at_work, bool(worked[day] != FREE))

    def chosen(self, solver: cp_model.CpSolver) -> list[int]:
        """Return the roster that a search has found, [days]."""
        found = [
            FREE if not options or options[0][1] is not True else options[0][0]
            for options in self._options
        ]
        for pattern, literal in self.works.items():
            if solver.boolean_value(literal):
                found[int(self._patterns.day[pattern])] = pattern
        return found

    def _open(self, day: int, begin: int, end: int, choices: Collection[int] | None) -> None:
        """Create the literals of a day, and charge what each choice costs by itself."""
        model = self._costs.model
        options: list[tuple[int, Literal]] = []
        for pattern, price in zip(
            self._person.patterns[begin:end].tolist(),
            self._person.price[begin:end].tolist(),
            strict=True,
        ):
            if choices is None or pattern in choices:
                literal = self.works[pattern] = model.new_bool_var("")
                options.append((pattern, literal))
                self._costs.charge(literal, coins(price))
        self._options[day] = options
        if options:
            at_work = model.new_bool_var("")
            model.add_exactly_one(~at_work, *(literal for _, literal in options))
            self._at_work[day] = at_work
        else:
            self._at_work[day] = False
        self._costs.together([opposite(self._at_work[day])], float(self._person.free[day]))

    def _add_forms(self) -> None:
        for rest in self._person.rests:
            self._rest(rest)
        for succession in self._person.successions:
            self._succession(succession)
        for tally in self._person.tallies:
            if self._touches(tally.first, tally.last):
                self._tally(tally)
        for run in self._person.runs:
            self._run(run)
        for spread in self._person.spreads:
            if self._touches(spread.first, spread.last):
                self._spread(spread)

    def _touches(self, first: int, last: int) -> bool:
        return any(first <= day < last for day in self.open_days)

    def _sum(self, day: int, of: Integers) -> Summed:
        """Return a day's value of a table over patterns, 0 if free, with its least and most."""
        values = [(int(of[pattern]), literal) for pattern, literal in self._options[day]]
        if values and values[0][1] is True:
            return values[0][0], values[0][0], values[0][0]
        kept = [(value, literal) for value, literal in values if value]
        if not kept:
            return 0, 0, 0
        weights, literals = zip(*kept, strict=True)
        most = max(0, *weights)
        return cp_model.LinearExpr.weighted_sum(list(literals), list(weights)), 0, most

    def _rest(self, rest: Rest) -> None:
        open_days, days = set(self.open_days), range(self._person.first, self._person.last)
        hard = np.isinf(rest.price)
        for day in days:
            if not self._options[day]:
                continue
            ends = max(int(self._patterns.end[pattern]) for pattern, _ in self._options[day])
            changeable = day in open_days
            for later in range(day + 1, days.stop):
                # Patterns are in order of time: nothing on this day or later starts any sooner.
                first = int(np.searchsorted(self._patterns.day, later))
                if first == len(self._patterns) or (
                    int(self._patterns.start[first]) >= ends + rest.slots
                ):
                    break
                changeable |= later in open_days
                if changeable and self._options[later]:
                    if not hard:
                        self._short_rest(rest, day, later)
                    elif day in open_days or later in open_days:
                        self._conflicts(rest.slots, day, later)

    def _conflicts(self, slots: int, day: int, later: int) -> None:
        """Forbid shifts with too little rest between them: in groups, each a clique."""
        before, after = dict(self._options[day]), dict(self._options[later])
        for late, soon in rest_conflicts(
            self._patterns, np.array(list(before)), np.array(list(after)), slots
        ):
            self._costs.at_most_one(
                *(before[pattern] for pattern in late.tolist()),
                *(after[pattern] for pattern in soon.tolist()),
            )

    def _short_rest(self, rest: Rest, day: int, later: int) -> None:
        """Charge the rest missing between two shifts with nothing but days off between them."""
        if not self._costs.priced or not rest.price:
            return
        end, _, _ = self._sum(day, self._patterns.end)
        start, _, _ = self._sum(later, self._patterns.start)
        ends = max(int(self._patterns.end[pattern]) for pattern, _ in self._options[day])
        starts = min(int(self._patterns.start[pattern]) for pattern, _ in self._options[later])
        most = ends + rest.slots - starts
        between = [opposite(self._at_work[off]) for off in range(day + 1, later)]
        when = [self._at_work[day], self._at_work[later], *between]
        if most <= 0 or any(literal is False for literal in when):
            return
        model = self._costs.model
        short = model.new_int_var(0, most, "")
        model.add(short >= end + rest.slots - start).only_enforce_if(
            [literal for literal in when if not isinstance(literal, bool)]
        )
        self._costs.charge(short, coins(rest.price))

    def _succession(self, succession: Succession) -> None:
        open_days = set(self.open_days)
        for day in range(self._person.first, self._person.last - 1):
            if day not in open_days and day + 1 not in open_days:
                continue
            before = [lit for pattern, lit in self._options[day] if succession.before[pattern]]
            after = [lit for pattern, lit in self._options[day + 1] if succession.after[pattern]]
            if not before or not after:
                continue
            if np.isinf(succession.price):
                self._costs.at_most_one(*before, *after)
            else:
                either = [self._costs.any_of(before), self._costs.any_of(after)]
                self._costs.together(either, succession.price)

    def _tally(self, tally: Tally) -> None:
        terms: list[cp_model.LinearExpr | int] = []
        low = high = 0
        for day in range(tally.first, tally.last):
            if tally.free_units is not None and (units := int(tally.free_units[day])):
                off = opposite(self._at_work[day])
                terms.append(units * off)
                low += units * (off is True)
                high += units * (off is not False)
            if tally.block is None:
                term, least, most = self._sum(day, tally.units)
                terms.append(term)
                low, high = low + least, high + most
        if tally.block is not None:
            for block in np.unique(tally.block[tally.first : tally.last]).tolist():
                if block >= 0:
                    days = range(tally.first, tally.last)
                    term, least, most = self._block(
                        tally.units, [day for day in days if tally.block[day] == block]
                    )
                    terms.append(term)
                    low, high = low + least, high + most
        self._costs.table(cp_model.LinearExpr.sum(terms), low, high, tally.price)

    def _block(self, units: Integers, days: list[int]) -> Summed:
        """Return what the first of these days that adds anything adds."""
        terms: list[cp_model.LinearExpr | int] = []
        before: list[Literal] = []
        values: set[int] = set()
        for day in days:
            adding: dict[int, list[Literal]] = {}
            for pattern, literal in self._options[day]:
                if units[pattern]:
                    adding.setdefault(int(units[pattern]), []).append(literal)
            if not adding:
                continue
            values |= set(adding)
            for value, literals in adding.items():
                if literals[0] is True:
                    # A fixed day that adds hides all later ones, if no earlier one has added.
                    terms.append(value * self._costs.first_of(True, before))
                else:
                    terms.append(value * self._costs.first_of(self._costs.any_of(literals), before))
            before.append(
                self._costs.any_of([one for literals in adding.values() for one in literals])
            )
            if before[-1] is True:
                break
        most = max(values, default=0)
        fixed = bool(before) and all(literal is True for literal in before)
        return cp_model.LinearExpr.sum(terms), most if fixed else 0, most

    def _run(self, run: Run) -> None:
        first, last = self._person.first, self._person.last
        # Days carried in stand before the first one, as days of the run that are known.
        begin = first - run.carried
        on = [True] * run.carried + [
            self._at_work[day] if run.at_work else opposite(self._at_work[day])
            for day in range(first, last)
        ]
        add_run(self._costs, run, on, [day - begin for day in self.open_days])

    def _spread(self, spread: Spread) -> None:
        """Charge the difference of keys, which costs nothing at 0 and never less when it grows."""
        model = self._costs.model
        keys = [key for key in (spread.low, spread.high) if key is not None]
        days = [day for day in range(spread.first, spread.last) if self._options[day]]
        keys += [int(spread.key[p]) for day in days for p, _ in self._options[day]]
        if not days:
            return
        low, high = (model.new_int_var(min(keys), max(keys), "") for _ in range(2))
        for day in days:
            key, _, _ = self._sum(day, spread.key)
            rules = [low <= key, high >= key]
            rules += [low <= spread.low] if spread.low is not None else []
            rules += [high >= spread.high] if spread.high is not None else []
            at_work = self._at_work[day]
            for rule in rules:
                added = model.add(rule)
                if not isinstance(at_work, bool):
                    added.only_enforce_if(at_work)
        difference = high - low
        model.add(difference >= 0)
        self._costs.table(difference, 0, max(keys) - min(keys), spread.price)
