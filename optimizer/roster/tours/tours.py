"""The best roster of one person at given prices, and what each shift of a person costs at least."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Frame, Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.forms import Form
from optimizer.roster.tours.library import Library, pieces
from optimizer.roster.tours.pricing import best_tours, price_through
from optimizer.roster.tours.structure import Structure

__all__ = ["MAX_ARCS", "OPEN", "Through", "Tour", "Tours"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MAX_ARCS = 1_000_000
"""Arcs of one automaton, beyond which totals are left out: some milliseconds to search."""

MAX_ARCS_TOGETHER = 100_000_000
"""Arcs of all automata: 400 MB, or three times as much where arcs cost something."""

OPEN = -2
"""In a row of fixed days: any shift or none."""


@dataclass(frozen=True, slots=True, eq=False)
class Tour:
    """A roster of one person.

    Parameters
    ----------
    cost
        With the prices asked about; infinite if there is no roster.
    own
        What the person's own forms, those that count, and prices make of it; infinite likewise.
    worked
        Pattern of each day of the calendar, or -1, [days].
    """

    cost: float
    own: float
    worked: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Through:
    """Cost of a person's best rosters that contain something, infinite if there are none.

    Parameters
    ----------
    working
        With each pattern, [patterns].
    free
        With each day off, [days].
    """

    working: Floats
    free: Floats


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
            out, soft ones and those of rules given up early first, and `exact` says so.
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
        """
        library = library or Library(patterns, 4 * max_arcs)
        numbers: dict[object, int] = {}
        structure = np.array(
            [numbers.setdefault(library.key(person), len(numbers)) for person in people], np.int64
        )
        groups = [np.flatnonzero(structure == number).tolist() for number in range(len(numbers))]
        structures: list[Structure] = []
        room = MAX_ARCS_TOGETHER
        for done, group in enumerate(groups):
            # What small automata leave is for those after them.
            most = min(max_arcs, room // (len(groups) - done))
            alike = [people[row] for row in group]
            structures.append(Structure.of(alike, patterns, library, most))
            room -= len(structures[-1].following)
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
        )

    def exact(self, agent: int) -> bool:
        """Tell whether all forms of an agent count; if not, costs are lower bounds."""
        return self.structure(agent).exact

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
        return Tour(float(result.costs[0]), float(result.owns[0]), result.worked[0])

    def within(
        self, agent: int, prices: Floats, fixed: Integers, free: Floats | None = None
    ) -> Tour:
        """Return the cheapest roster of an agent that agrees with what is fixed.

        Where not all forms count for the whole period, an automaton is made of what is left
        open: with most days fixed, all forms do count.

        Parameters
        ----------
        fixed
            Pattern of each day, -1 for a day off, `OPEN` for anything, [days].
        """
        person = self._people[self.rows[agent]]
        narrow = _narrowed(person, self._patterns, fixed)
        if not self.exact(agent):
            tours = Tours.of_people([narrow], self._patterns, self._days)
            return tours.best(agent, prices, free)
        open_ = np.full(len(self._patterns), np.inf)
        open_[narrow.patterns] = prices[narrow.patterns]
        off = np.where(np.isinf(narrow.free), np.inf, 0.0)
        return self.best(agent, open_, off if free is None else off + free)

    def dropped(self, agent: int) -> tuple[Form, ...]:
        """Return the forms of an agent that do not count."""
        of = pieces(self._people[self.rows[agent]])
        return tuple(form for piece in self.structure(agent).dropped for form in of[piece])

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
            As in `Tour`, [agents], [agents] and [agents, days].
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
        found = Through(np.full(len(self._patterns), np.inf), np.full(self._days, np.inf))
        price_through(
            structure.arrays, structure.first, structure.constant, structure.off, row,
            self._begin, self._pattern, self._kind, self._price, self._free,
            _floats(prices), self._free_prices(free), found.working, found.free,
        )  # fmt: skip
        return found

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
        numbers = self._structure[rows[places]]
        for number in np.unique(numbers):
            structure, here = self._structures[number], places[numbers == number]
            best_tours(
                structure.arrays, structure.first, structure.constant, structure.off,
                rows[here], here, self._begin, self._pattern, self._kind, self._price, self._free,
                team, prices, self._free_prices(free), result.costs, result.owns, result.worked,
            )  # fmt: skip

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


def _narrowed(person: Person, patterns: Patterns, fixed: Integers) -> Person:
    """Return a person who has only what agrees with what is fixed."""
    said = fixed[patterns.day[person.patterns]]
    kept = (said == OPEN) | (said == person.patterns)
    free = np.where(fixed >= 0, np.inf, person.free)
    if (fixed[: person.first] >= 0).any() or (fixed[person.last :] >= 0).any():
        # Nobody works on a day that is not an own day.
        kept[:], free[:] = False, np.inf
    return replace(person, patterns=person.patterns[kept], price=person.price[kept], free=free)
