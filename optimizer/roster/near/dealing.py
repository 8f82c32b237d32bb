"""Who: deal numbers of shifts out to named people, each under all own rules.

Every class of people is dealt in steps that start from one another. The shifts are handed out in
order of time, which nearly always suffices where people are alike. Where some are left over,
CP-SAT looks for a way to place all; failing that, as many as possible, with shifts nobody asked
for only where hard rules need them. Last comes the cheapest way to share the same shifts:
wishes, fairness, overtime, soft rules.

Classes share nothing and are dealt side by side, each by one worker, so that a seed repeats its
result.
"""

from __future__ import annotations

import logging
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from optimizer.roster.frame import Frame, Person
from optimizer.roster.near.handout import hand_out
from optimizer.roster.near.person import PersonModel
from optimizer.roster.near.priced import PricedModel
from optimizer.roster.near.solving import run
from optimizer.roster.patterns import FREE
from optimizer.roster.rules.evaluate import cost_of
from optimizer.stop import Deadline

__all__ = ["Class", "Dealt", "deal"]

log = logging.getLogger(__name__)

SEARCH_PER_AGENT = 0.05
"""Deterministic seconds for placing shifts, per agent of a class (0.01 is common)."""

POLISH_PER_AGENT = 0.01
"""Deterministic seconds for the cheapest way to share them, per agent of a class."""

CENT = 0.01
"""Less than this is not worth a search."""

Integers = NDArray[np.int64]

Class = tuple[Integers, Counter[int]]
"""Agents for whom everything but the own cost is the same, and the shifts wanted per pattern."""


@dataclass(frozen=True, slots=True, eq=False)
class Dealt:
    """Who works what.

    Parameters
    ----------
    worked
        Pattern of each agent and day, or -1, [agents, days]; activities are not placed.
    left
        Shifts of each class that nobody could take.
    extra
        Shifts that nobody asked for, given where hard rules demand them.
    """

    worked: Integers
    left: tuple[Counter[int], ...]
    extra: tuple[Counter[int], ...]


def deal(
    frame: Frame,
    classes: Sequence[Class],
    deadline: Deadline,
    *,
    seed: int = 0,
    workers: int = 2,
) -> Dealt:
    """Return who works what.

    Parameters
    ----------
    classes
        Nobody stands in two of them; whoever stands in none does not work.
    workers
        Classes dealt at the same time.

    Notes
    -----
    A roster that breaks a hard rule is only given to agents for whom no other was found in time:
    they may lack what they must be given, but never have more than they may.
    """
    worked = np.full((len(frame.people), len(frame.calendar.days)), FREE, dtype=np.int64)
    tables = [_Table(frame, agents, wanted, seed) for agents, wanted in classes]
    # The large ones first, so that no worker is left alone with one at the end.
    order = sorted(range(len(tables)), key=lambda number: -len(classes[number][0]))
    with ThreadPoolExecutor(max_workers=workers) as pool:
        found = pool.map(lambda number: tables[number].solve(deadline), order)
        for number, rows in zip(order, found, strict=True):
            worked[classes[number][0]] = rows
    placed = [_counted(worked[agents]) for agents, _ in classes]
    left = tuple(wanted - have for (_, wanted), have in zip(classes, placed, strict=True))
    extra = tuple(have - wanted for (_, wanted), have in zip(classes, placed, strict=True))
    if unplaced := sum(counter.total() for counter in left):
        log.info("%d of %d shifts unplaced", unplaced, sum(w.total() for _, w in classes))
    return Dealt(worked, left, extra)


class _Table:
    """One class with the shifts to be dealt out to it."""

    def __init__(self, frame: Frame, agents: Integers, wanted: Counter[int], seed: int) -> None:
        self._frame, self._wanted, self._seed = frame, +wanted, seed
        self._people = [frame.people[agent] for agent in agents.tolist()]
        # Where a hard row caps these people, nothing is given that the counts do not know.
        self._capped = any(
            row.above_price == math.inf and np.isin(agents, part.agents).any()
            for row in frame.shared
            for part in row.parts
        )

    def solve(self, deadline: Deadline) -> Integers:
        """Return the rows of these people, [people, days]."""
        wanted, days = self._wanted, len(self._frame.calendar.days)
        dealt, left = hand_out(self._people, self._frame.patterns, days, wanted)
        if left or not math.isfinite(self._cost(dealt)):
            found = self._place(wanted, dealt, deadline)
            if found is None:
                found = self._place_most(dealt, deadline)
            dealt = dealt if found is None else found
            wanted = _counted(dealt)
        if self._cost(dealt) <= self._bound(wanted) + CENT:
            return dealt
        polished = self._polish(wanted, dealt, deadline)
        return dealt if polished is None else polished

    def _place(self, wanted: Counter[int], hint: Integers, deadline: Deadline) -> Integers | None:
        """Place all shifts, whatever it costs."""
        costs = PricedModel(priced=False)
        people = self._models(costs, set(wanted), deadline)
        if people is None or not _place_all(costs.model, people, wanted):
            return None
        return self._search(costs, people, hint, deadline, SEARCH_PER_AGENT)

    def _polish(self, wanted: Counter[int], hint: Integers, deadline: Deadline) -> Integers | None:
        """Place all shifts in the cheapest way that is found."""
        costs = PricedModel()
        people = self._models(costs, set(wanted), deadline)
        if people is None or not _place_all(costs.model, people, wanted):
            return None
        costs.model.minimize(costs.cost())
        return self._search(costs, people, hint, deadline, POLISH_PER_AGENT)

    def _place_most(self, hint: Integers, deadline: Deadline) -> Integers | None:
        """Place as many shifts as possible, and give each agent what hard rules demand."""
        costs = PricedModel(priced=False)
        people = self._models(costs, set(self._wanted) if self._capped else None, deadline)
        if people is None:
            return None
        strays: list[cp_model.LinearExprT] = []
        for pattern, literals in _takers(people).items():
            number = self._wanted[pattern]
            if number == 0:
                strays += literals
                continue
            missing = costs.model.new_int_var(0, number, "")
            costs.model.add(cp_model.LinearExpr.sum(literals) + missing == number)
            strays.append(missing)
        costs.model.minimize(cp_model.LinearExpr.sum(strays))
        return self._search(costs, people, hint, deadline, SEARCH_PER_AGENT)

    def _models(
        self, costs: PricedModel, choices: set[int] | None, deadline: Deadline
    ) -> list[PersonModel] | None:
        """Add everybody to a model; None if the time ends before."""
        nothing = [FREE] * len(self._frame.calendar.days)
        made = []
        for person in self._people:
            if deadline.passed():
                return None
            own = range(person.first, person.last)
            made.append(PersonModel(costs, person, self._frame.patterns, nothing, own, choices))
        return made

    def _search(
        self,
        costs: PricedModel,
        people: Sequence[PersonModel],
        hint: Integers,
        deadline: Deadline,
        effort: float,
    ) -> Integers | None:
        for person, row in zip(people, hint.tolist(), strict=True):
            person.hint(row)
        solver = run(costs.model, deadline, effort=effort * len(people), seed=self._seed)
        if solver is None:
            return None
        return np.array([person.chosen(solver) for person in people], dtype=np.int64)

    def _cost(self, rows: Integers) -> float:
        patterns = self._frame.patterns
        return sum(
            cost_of(person, patterns, row)
            for person, row in zip(self._people, rows.tolist(), strict=True)
        )

    def _bound(self, wanted: Counter[int]) -> float:
        """Return a bound on what sharing these shifts costs, by the prices of each alone."""
        price = np.full((len(self._people), len(self._frame.patterns)), np.inf)
        for row, person in enumerate(self._people):
            price[row, person.patterns] = person.price
        total = sum(
            float(np.partition(price[:, pattern], number - 1)[:number].sum())
            for pattern, number in wanted.items()
        )
        return total + sum(_least(person) for person in self._people)


def _least(person: Person) -> float:
    """Return what a person costs at least, apart from the prices of shifts."""
    tallies = sum(float(tally.price.min()) for tally in person.tallies)
    return tallies + float(np.minimum(person.free, 0.0).sum())


def _counted(rows: Integers) -> Counter[int]:
    return Counter(rows[rows != FREE].tolist())


def _takers(people: Sequence[PersonModel]) -> dict[int, list[cp_model.IntVar]]:
    takers: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for person in people:
        for pattern, literal in person.works.items():
            takers[pattern].append(literal)
    return takers


def _place_all(
    model: cp_model.CpModel, people: Sequence[PersonModel], wanted: Counter[int]
) -> bool:
    """Ask for every shift; tell whether there are enough people to ask."""
    takers = _takers(people)
    for pattern, number in wanted.items():
        if len(takers[pattern]) < number:
            return False
        model.add(cp_model.LinearExpr.sum(takers[pattern]) == number)
    return True
