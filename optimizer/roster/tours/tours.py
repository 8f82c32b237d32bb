"""The best roster of one person at given prices, and what each shift of a person costs at least."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Frame, Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.forms import Form
from optimizer.roster.tours.library import Library, pieces
from optimizer.roster.tours.pricing import best_tours, price_through
from optimizer.roster.tours.search import MAX_STATES, Choices, search
from optimizer.roster.tours.structure import Structure
from optimizer.roster.tours.tour import FREE, OPEN, Through, Tour, narrowed

__all__ = ["MAX_ARCS", "Tours"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MAX_ARCS = 1_000_000
"""Arcs of one automaton, beyond which totals are left out: some milliseconds to price."""

MAX_ARCS_TOGETHER = 70_000_000
"""Arcs of all automata: 280 MB, or three times as much where arcs cost something."""

BUILDERS = 2
"""Automata made at the same time."""


@dataclass(frozen=True, slots=True, eq=False)
class Tours:
    """For each person, all rosters of finite own cost, as paths of an automaton.

    People with equal days and equal forms share one automaton; what they may work and at what
    price is added when it is searched. Made by `of` or `of_people`.

    Parameters
    ----------
    rows
        Row of each agent known here, by its number in the organisation.
    """

    rows: dict[int, int]
    _people: tuple[Person, ...]
    _patterns: Patterns
    _days: int
    _structures: tuple[Structure, ...]
    _structure: Integers
    _team: Integers
    _begin: Integers
    _pattern: Integers
    _kind: NDArray[np.int32]
    _price: Floats
    _free: Floats
    _max_states: int

    @classmethod
    def of(
        cls, frame: Frame, *, agents: Iterable[int] | None = None, max_arcs: int = MAX_ARCS
    ) -> Tours:
        """Return the tours of a frame's people.

        Parameters
        ----------
        agents
            Of whom; None means everybody.
        max_arcs
            Greatest size of an automaton. Where it would be larger, totals and spreads are left
            out, soft ones and those of rules given up early first, and kept by `search` instead.
        """
        chosen = range(len(frame.people)) if agents is None else sorted(set(agents))
        return cls.of_people(
            [frame.people[agent] for agent in chosen],
            frame.patterns,
            len(frame.calendar.days),
            teams=frame.team[np.array(chosen, dtype=np.int64)],
            max_arcs=max_arcs,
        )

    @classmethod
    def of_people(
        cls,
        people: Sequence[Person],
        patterns: Patterns,
        days: int,
        *,
        teams: Integers | None = None,
        max_arcs: int = MAX_ARCS,
        library: Library | None = None,
        max_states: int = MAX_STATES,
    ) -> Tours:
        """Return the tours of single people.

        Parameters
        ----------
        days
            Days of the calendar.
        teams
            Team of each, for `best_all`; None puts all into team 0.
        max_arcs
            As in `of`.
        library
            Machines of forms that were made before for the same patterns, and takes those made.
        max_states
            States found before a search for forms that automata leave out is cut short.
        """
        library = library or Library(patterns, 4 * MAX_ARCS)
        numbers: dict[object, int] = {}
        structure = np.array(
            [numbers.setdefault(library.key(person), len(numbers)) for person in people], np.int64
        )
        groups = [np.flatnonzero(structure == number).tolist() for number in range(len(numbers))]
        structures: list[Structure] = []
        room = MAX_ARCS_TOGETHER
        with ThreadPoolExecutor(BUILDERS) as pool:
            for done in range(0, len(groups), BUILDERS):
                some = [[people[row] for row in group] for group in groups[done : done + BUILDERS]]
                # What small automata leave is for those after them.
                most = min(max_arcs, room // (len(groups) - done))
                build = partial(Structure.of, patterns=patterns, library=library, max_arcs=most)
                structures += pool.map(build, some)
                room = MAX_ARCS_TOGETHER - sum(len(one.following) for one in structures)
        kinds = [
            structures[number].kind[person.patterns]
            for number, person in zip(structure, people, strict=True)
        ]
        ends = np.cumsum([0, *(len(person.patterns) for person in people)])
        free = [person.free for person in people]
        return cls(
            {person.number: row for row, person in enumerate(people)},
            tuple(people),
            patterns,
            days,
            tuple(structures),
            structure,
            np.zeros(len(people), np.int64) if teams is None else teams,
            np.column_stack((ends[:-1], ends[1:])),
            np.concatenate([np.empty(0, np.int64), *(person.patterns for person in people)]),
            np.concatenate([np.empty(0, np.int32), *kinds]),
            np.concatenate([np.empty(0), *(person.price for person in people)]),
            np.array(free).reshape(len(people), days),
            max_states,
        )

    def exact(self, agent: int) -> bool:
        """Tell whether an agent's automaton holds all forms; if not, costs may be lower bounds."""
        return self.structure(agent).exact

    @property
    def searching(self) -> bool:
        """Tell whether automata leave something out that has to be searched for."""
        return any(structure.left_out is not None for structure in self._structures)

    def loosened(self) -> Tours:
        """Return the tours of what automata hold by themselves: quick lower bounds."""
        alone = (replace(structure, left_out=None) for structure in self._structures)
        return replace(self, _structures=tuple(alone))

    def structure(self, agent: int) -> Structure:
        """Return the automaton of an agent."""
        return self._structures[int(self._structure[self.rows[agent]])]

    @property
    def arcs(self) -> int:
        """Return the number of arcs of all automata."""
        return sum(len(structure.following) for structure in self._structures)

    def best(self, agent: int, prices: Floats, free: Floats | None = None) -> Tour:
        """Return the cheapest roster of an agent.

        Parameters
        ----------
        prices, free
            Added to the own prices of patterns and of days off, [patterns] and [days]. Infinite
            forbids.
        """
        team, result = np.zeros(1, np.int64), _Results.empty(1, self._days)
        row = self.rows[agent]
        one = np.zeros(1, np.int64)
        self._search(np.array([row]), one, team, _floats(prices)[None], free, result)
        own = float(result.owns[0])
        return Tour(float(result.costs[0]) if own < np.inf else np.inf, own, result.worked[0])

    def within(
        self, agent: int, prices: Floats, fixed: Integers, free: Floats | None = None
    ) -> Tour:
        """Return the cheapest roster of an agent that agrees with what is fixed.

        Parameters
        ----------
        fixed
            Pattern of each day, -1 for a day off, `OPEN` for anything, [days].
        """
        narrow = narrowed(self._people[self.rows[agent]], self._patterns, fixed)
        open_ = np.full(len(self._patterns), np.inf)
        open_[narrow.patterns] = prices[narrow.patterns]
        off = np.where(np.isinf(narrow.free), np.inf, 0.0)
        return self.best(agent, open_, off if free is None else off + free)

    def dropped(self, agent: int) -> tuple[Form, ...]:
        """Return the forms of an agent that do not count."""
        return self._forms(agent, self.structure(agent).dropped)

    def searched(self, agent: int) -> tuple[Form, ...]:
        """Return the forms of an agent that count, but not in the automaton."""
        return self._forms(agent, self.structure(agent).searched)

    def best_all(
        self, prices: Floats, agents: Sequence[int] | Integers, *, threads: int = 2
    ) -> tuple[Floats, Floats, Integers]:
        """Return costs, own parts and rosters of the cheapest tours of several agents.

        Parameters
        ----------
        prices
            Added to the own prices, [teams, patterns].
        threads
            How many search at the same time.

        Returns
        -------
        costs, owns, worked
            As in `Tour`, [agents], [agents] and [agents, days]. Where a search was cut short
            before any roster was found, the cost is a lower bound all the same.
        """
        rows = np.array([self.rows[int(agent)] for agent in agents], np.int64)
        result = _Results.empty(len(rows), self._days)
        team, prices = self._team[rows], _floats(prices)
        # Every other agent, so that threads have like work.
        shares = [np.arange(thread, len(rows), threads) for thread in range(threads)]
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda p: self._search(rows, p, team, prices, None, result), shares))
        return result.costs, result.owns, result.worked

    def through(self, agent: int, prices: Floats, free: Floats | None = None) -> Through:
        """Return what an agent's best roster with each pattern and each day off costs.

        Parameters
        ----------
        prices, free
            Added to the own prices, as in `best`.
        """
        structure, row = self.structure(agent), self.rows[agent]
        free = self._free_prices(free)
        found = Through(np.full(len(self._patterns), np.inf), np.full(self._days, np.inf))
        price_through(
            structure.arrays, structure.first, structure.constant, structure.off, row,
            self._begin, self._pattern, self._kind, self._price, self._free,
            _floats(prices), free, found.working, found.free,
        )  # fmt: skip
        if structure.left_out is not None:
            self._search_through(agent, prices, free, found)
        return found

    def _search_through(self, agent: int, prices: Floats, free: Floats, found: Through) -> None:
        """Replace what the automaton finds by one search through each shift and day off."""
        anything = np.full(self._days, OPEN)
        for pattern in np.flatnonzero(np.isfinite(found.working)):
            anything[day := self._patterns.day[pattern]] = pattern
            found.working[pattern] = self.within(agent, prices, anything, free).cost
            anything[day] = OPEN
        for day in np.flatnonzero(np.isfinite(found.free)):
            anything[day] = FREE
            found.free[day] = self.within(agent, prices, anything, free).cost
            anything[day] = OPEN

    def _search(
        self,
        rows: Integers,
        places: Integers,
        team: Integers,
        prices: Floats,
        free: Floats | None,
        result: _Results,
    ) -> None:
        """Fill in the results at some places; rows and team are those of all places."""
        numbers, free = self._structure[rows[places]], self._free_prices(free)
        for number in np.unique(numbers):
            structure, here = self._structures[number], places[numbers == number]
            best_tours(
                structure.arrays, structure.first, structure.constant, structure.off,
                rows[here], here, self._begin, self._pattern, self._kind, self._price, self._free,
                team, prices, free, result.costs, result.owns, result.worked,
            )  # fmt: skip
            for place in here.tolist():
                self._keep_all(rows[place], prices[team[place]], free, result, place)

    def _keep_all(
        self, row: int, prices: Floats, free: Floats, result: _Results, place: int
    ) -> None:
        """Replace a result by the best roster that keeps what the automaton leaves out, too."""
        structure = self._structures[self._structure[row]]
        left_out = structure.left_out
        if left_out is None:
            return
        least = result.costs[place] + left_out.constant
        result.costs[place] = least
        result.owns[place] += left_out.constant
        days = slice(structure.first, structure.first + len(structure.off))
        worked = result.worked[place, days]
        if not np.isfinite(least) or not left_out.broken(worked).any():
            return
        choices = self._choices(structure, row, days, prices, free)
        found = search(structure.arrays, left_out, worked, choices, self._max_states)
        result.costs[place], result.owns[place] = least + found.least, np.inf
        worked[:] = FREE
        if found.choices is not None:
            asked = choices.price[found.choices] - choices.own[found.choices]
            result.owns[place] = least + found.regret - float(asked.sum())
            worked[:] = choices.pattern[found.choices]

    def _choices(
        self, structure: Structure, row: int, days: slice, prices: Floats, free: Floats
    ) -> Choices:
        """Return what an agent can do on each own day."""
        begin, end = self._begin[row]
        pattern, off = self._pattern[begin:end], np.arange(len(structure.off))
        kind = np.where(structure.off < 0, -1, structure.off + structure.kinds[:-1])
        kind = np.concatenate((self._kind[begin:end], kind))
        own = np.concatenate((self._price[begin:end], self._free[row, days]))
        price = own + np.concatenate((prices[pattern], free[days]))
        day = np.concatenate((self._patterns.day[pattern] - structure.first, off))
        open_ = np.flatnonzero((kind >= 0) & np.isfinite(price))
        order = open_[np.argsort(day[open_], kind="stable")]
        return Choices(
            np.searchsorted(day[order], np.arange(len(off) + 1)),
            np.concatenate((pattern, np.full(len(off), FREE)))[order],
            kind[order],
            price[order],
            own[order],
        )

    def _forms(self, agent: int, chosen: Sequence[int]) -> tuple[Form, ...]:
        of = pieces(self._people[self.rows[agent]])
        return tuple(form for piece in chosen for form in of[piece])

    def _free_prices(self, free: Floats | None) -> Floats:
        return np.zeros(self._days) if free is None else _floats(free)


@dataclass(frozen=True, slots=True, eq=False)
class _Results:
    costs: Floats
    owns: Floats
    worked: Integers

    @classmethod
    def empty(cls, agents: int, days: int) -> _Results:
        return cls(np.empty(agents), np.empty(agents), np.empty((agents, days), np.int64))


def _floats(prices: Floats) -> Floats:
    """Return prices laid out as the compiled kernels take them."""
    return np.ascontiguousarray(prices, dtype=np.float64)
