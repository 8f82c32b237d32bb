"""What people with equal forms share: the automaton of all their rules, as flat arrays."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.forms import Run, Spread, Tally
from optimizer.roster.tours.machine import Machine, days_of, join, reduced, unit
from optimizer.roster.tours.parts import (
    of_rests,
    of_run,
    of_spread,
    of_successions,
    of_tally,
    size_of,
)
from optimizer.roster.tours.pricing import Arrays

__all__ = ["Parts", "Structure"]

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
        Forms left out, because with them there would be too many arcs.
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
    dropped: tuple[Tally | Spread, ...]

    @property
    def arrays(self) -> Arrays:
        """Return what the kernels of pricing read."""
        return self.states, self.kinds, self.arcs, self.following, self.cost

    @property
    def exact(self) -> bool:
        """Tell whether every form counts."""
        return not self.dropped

    @classmethod
    def of(
        cls, people: Sequence[Person], patterns: Patterns, parts: Parts, max_arcs: int
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
        dropped: list[Tally | Spread] = []
        machines = [(form, parts.of(person, form)) for form in parts.names(person)]
        for form, machine in sorted(machines, key=_by_harm):
            joined = join(whole, machine, days, 2 * max_arcs) if machine else None
            smaller = reduced(joined, days) if joined else None
            if smaller is None or (smaller.arcs > max_arcs and isinstance(form, Tally | Spread)):
                assert isinstance(form, Tally | Spread)
                dropped.append(form)
            else:
                whole = smaller
        return _flat(whole, days, person.first, tuple(dropped))


def _by_harm(entry: tuple[Any, Machine | None]) -> tuple[bool, bool, int]:
    """Sort what must count first, then what forbids, then small machines."""
    form, machine = entry
    tally = isinstance(form, Tally | Spread)
    soft = tally and bool(np.isfinite(form.price).all())
    return tally, soft, machine.arcs if machine else 0


def _flat(
    machine: Machine, days: Sequence[slice], first: int, dropped: tuple[Tally | Spread, ...]
) -> Structure:
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
        first, kind, machine.off, states, kinds, arcs, following, cost, machine.constant, dropped
    )


@dataclass(slots=True)
class Parts:
    """The machines of single forms, made once for all people who share them.

    Parameters
    ----------
    max_arcs
        Forms whose own machine could have more are not made into one.
    """

    patterns: Patterns
    max_arcs: int
    _made: dict[Hashable, Machine | None] = field(default_factory=dict)
    _contents: dict[bytes, int] = field(default_factory=dict)
    _arrays: dict[int, tuple[NDArray[Any], int]] = field(default_factory=dict)

    def names(self, person: Person) -> list[Any]:
        """Return what makes machines: all rests, all successions, and each other form."""
        groups = [group for group in (person.rests, person.successions) if group]
        return [*groups, *person.runs, *person.tallies, *person.spreads]

    def key(self, person: Person) -> Hashable:
        """Return what people share whose automata are alike."""
        forms = [self._key(form) for name in self.names(person) for form in _forms(name)]
        return person.first, person.last, tuple(forms)

    def of(self, person: Person, name: Any) -> Machine | None:
        """Return the machine of a form or of several together; None if it is too large."""
        key = (person.first, person.last, tuple(self._key(form) for form in _forms(name)))
        if key not in self._made:
            self._made[key] = self._make(name, person.first, person.last)
        return self._made[key]

    def _make(self, name: Any, first: int, last: int) -> Machine | None:
        makers: dict[type, Callable[..., Machine]] = {Run: of_run, Tally: of_tally}
        if isinstance(name, tuple):
            make = of_rests if hasattr(name[0], "slots") else of_successions
        else:
            make = makers.get(type(name), of_spread)
            if not isinstance(name, Run) and (
                size_of(name, self.patterns, first, last) > 4 * self.max_arcs
            ):
                return None
        machine = make(name, self.patterns, first, last)
        return reduced(machine, days_of(self.patterns.day, first, last))

    def _key(self, form: Any) -> Hashable:
        """Return what is equal for equal forms; whose rule they are does not matter."""
        return type(form), tuple(
            self._content(value) if isinstance(value, np.ndarray) else value
            for name, value in ((f.name, getattr(form, f.name)) for f in fields(form))
            if name != "rule"
        )

    def _content(self, array: NDArray[Any]) -> int:
        if id(array) not in self._arrays:
            number = self._contents.setdefault(array.tobytes(), len(self._contents))
            # The array is kept, so that its id stays its own.
            self._arrays[id(array)] = array, number
        return self._arrays[id(array)][1]


def _forms(name: Any) -> tuple[Any, ...]:
    return name if isinstance(name, tuple) else (name,)
