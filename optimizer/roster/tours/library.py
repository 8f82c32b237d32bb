"""The machines of single forms, made once for all people who share them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.forms import Form
from optimizer.roster.tours.machine import Machine, days_of, reduced
from optimizer.roster.tours.parts import Piece, machine_of, size_of

__all__ = ["Library", "pieces"]


def pieces(person: Person) -> list[Piece]:
    """Return what makes a machine each: all rests, all successions, and every other form."""
    together: tuple[Piece, ...] = (person.rests, person.successions)
    alone: tuple[Form, ...] = (*person.runs, *person.tallies, *person.spreads)
    return [*(piece for piece in together if piece), *((form,) for form in alone)]


@dataclass(slots=True)
class Library:
    """Machines by what their forms contain, whoever's they are.

    Parameters
    ----------
    max_arcs
        Machines that could have more are not made.
    """

    patterns: Patterns
    max_arcs: int
    _made: dict[Hashable, Machine | None] = field(default_factory=dict)
    _contents: dict[bytes, int] = field(default_factory=dict)
    _arrays: dict[int, tuple[NDArray[Any], int]] = field(default_factory=dict)

    def key(self, person: Person) -> Hashable:
        """Return what is equal for people with equal days and equal forms."""
        return person.first, person.last, tuple(self.contents(piece) for piece in pieces(person))

    def machine(self, person: Person, piece: Piece) -> Machine | None:
        """Return the machine of one of a person's pieces; None if it is too large."""
        key = (person.first, person.last, self.contents(piece))
        if key not in self._made:
            self._made[key] = self._make(piece, person.first, person.last)
        return self._made[key]

    def contents(self, forms: Iterable[Form]) -> Hashable:
        """Return what is equal for equal forms; whose rules they are does not matter."""
        return tuple(self._form(form) for form in forms)

    def _make(self, piece: Piece, first: int, last: int) -> Machine | None:
        if size_of(piece, self.patterns, first, last) > self.max_arcs:
            return None
        machine = machine_of(piece, self.patterns, first, last)
        return reduced(machine, days_of(self.patterns.day, first, last))

    def _form(self, form: Form) -> Hashable:
        values = ((name.name, getattr(form, name.name)) for name in fields(form))
        return type(form), tuple(
            self._array(value) if isinstance(value, np.ndarray) else value
            for name, value in values
            if name != "rule"
        )

    def _array(self, array: NDArray[Any]) -> int:
        if id(array) not in self._arrays:
            number = self._contents.setdefault(array.tobytes(), len(self._contents))
            # The array is kept, so that its id stays its own.
            self._arrays[id(array)] = array, number
        return self._arrays[id(array)][1]
