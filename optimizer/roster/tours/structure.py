"""What people with equal forms share: the automaton of all their rules, as flat arrays."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RuleName
from optimizer.roster.frame import Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.forms import Spread, Tally
from optimizer.roster.tours.left_out import LeftOut
from optimizer.roster.tours.library import Library, pieces
from optimizer.roster.tours.machine import Machine, days_of, join, reduced, unit
from optimizer.roster.tours.parts import Piece
from optimizer.roster.tours.pricing import Arrays

__all__ = ["Structure"]

_PLACES = {rule: place for place, rule in enumerate(RuleName)}
"""In the order in which rules are given up."""

Numbers = NDArray[np.int32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The automaton of some people's forms, without what single patterns cost.

    Layer d stands before own day d; states and kinds are numbered through all layers, each layer
    followed by a state that is a dead end.

    Parameters
    ----------
    first
        The first own day in the calendar.
    kind
        Kind of each pattern, [patterns]; -1 where no roster has it. Numbered through all days.
    off
        Kind of each day off, numbered on its day, [own days]; -1 where no roster has it.
    states
        First state of each layer, [own days + 2].
    kinds
        First kind of each day, [own days + 1].
    arcs
        First arc of each day, [own days + 1]: a day's arcs are its states times its kinds.
    following
        State to which each arc leads, [arcs].
    cost
        Of each arc; empty if none costs anything.
    constant
        Cost of every path; infinite if there is none.
    dropped
        Pieces (see `library.pieces`) that do not count: their machines by themselves would be too
        large.
    searched
        Pieces left out because with them there would be too many arcs.
    left_out
        Their machines; None if there are none.
    """

    first: int
    kind: Numbers
    off: Numbers
    states: Integers
    kinds: Integers
    arcs: Integers
    following: Numbers
    cost: NDArray[np.float64]
    constant: float
    dropped: tuple[int, ...] = ()
    searched: tuple[int, ...] = ()
    left_out: LeftOut | None = None

    @property
    def arrays(self) -> Arrays:
        """Return what the kernels of pricing read."""
        return self.states, self.kinds, self.arcs, self.following, self.cost

    @property
    def exact(self) -> bool:
        """Tell whether the automaton holds every form."""
        return not self.dropped and not self.searched

    @classmethod
    def of(
        cls, people: Sequence[Person], patterns: Patterns, library: Library, max_arcs: int
    ) -> Structure:
        """Return the automaton of people with equal days and equal forms.

        The number of arcs is at most, and most often far below, the product of the values that
        the forms' totals, runs and last shifts can take, times the kinds of shifts, times the
        days; time is linear in the arcs of the products on the way.
        """
        person = people[0]
        days = days_of(patterns.day, person.first, person.last)
        open_ = np.zeros(len(patterns), bool)
        for one in people:
            open_[one.patterns] = True
        free = np.array([one.free[person.first : person.last] for one in people])
        off: NDArray[np.bool_] = np.isfinite(free).any(axis=0)
        whole = unit(open_, off, days)
        dropped: list[int] = []
        left: dict[int, Machine] = {}
        full: set[RuleName] = set()
        machines = [(piece, library.machine(person, piece)) for piece in pieces(person)]
        for number in sorted(range(len(machines)), key=lambda n: _by_harm(*machines[n])):
            piece, machine = machines[number]
            if machine is None:
                dropped.append(number)
                continue
            total, rule = isinstance(piece[0], Tally | Spread), piece[0].rule
            # What is pruned afterwards counts half. Where a smaller machine of a rule has not
            # fitted, larger ones either do not or are never broken, which a search sees at once.
            limit = 0 if rule in full else 2 * max_arcs
            joined = join(whole, machine, days, limit if total else sys.maxsize)
            smaller = reduced(joined, days) if joined else None
            if smaller is None or (total and smaller.arcs > max_arcs):
                left[number] = machine
                full.add(rule)
            else:
                whole = smaller
        flat = _flat(whole, days, person.first)
        left_out = LeftOut.of(tuple(left.values()))
        return replace(flat, dropped=tuple(dropped), searched=tuple(left), left_out=left_out)


def _by_harm(piece: Piece, machine: Machine | None) -> tuple[bool, bool, int, int]:
    """Sort what must count first, then what forbids, the more important rules first."""
    form, arcs = piece[0], machine.arcs if machine else 0
    if not isinstance(form, Tally | Spread):
        return False, False, 0, arcs
    return True, bool(np.isfinite(form.price).all()), -_PLACES[form.rule], arcs


def _flat(machine: Machine, days: Sequence[slice], first: int) -> Structure:
    shapes = np.array([table.shape for table in machine.following], np.int64).reshape(-1, 2)
    states = np.concatenate(([0], np.cumsum(shapes[:, 0] + 1), [0]))
    states[-1] = states[-2] + 2
    kinds = np.concatenate(([0], np.cumsum(shapes[:, 1])))
    arcs = np.concatenate(([0], np.cumsum(shapes[:, 0] * shapes[:, 1])))
    following = np.empty(int(arcs[-1]), np.int32)
    for day, table in enumerate(machine.following):
        nowhere = states[day + 2] - 1
        target = np.where(table >= 0, table + states[day + 1], nowhere)
        following[arcs[day] : arcs[day + 1]] = target.ravel()
    costs = bool(any(cost.any() for cost in machine.cost))
    cost = np.concatenate([cost.ravel() for cost in machine.cost]) if costs else np.empty(0)
    kind = machine.kind.copy()
    for day, place in enumerate(days):
        kind[place] += np.where(kind[place] >= 0, kinds[day], 0).astype(np.int32)
    return Structure(
        first, kind, machine.off, states, kinds, arcs, following, cost, machine.constant
    )
