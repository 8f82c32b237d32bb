"""The variables of one kind of agent, day by day, and the rows that several forms share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.counting.kinds import Kind
from optimizer.roster.linear import LinearModel
from optimizer.roster.patterns import Patterns

__all__ = ["Cells", "prices_upto"]

NOTHING = slice(0, 0)

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Cells:
    """The numbers of a kind's people who work each pattern, in a model.

    Attributes
    ----------
    numbers
        The variable of each cell of the kind: how many of its group work its pattern.
    constant
        Cost that is there whatever the variables are.
    days
        The days of the kind.
    heads
        The number of its people.
    """

    def __init__(self, model: LinearModel, kind: Kind, patterns: Patterns) -> None:
        self.model, self.kind, self.patterns = model, kind, patterns
        self.days = range(kind.person.first, kind.person.last)
        self.heads = kind.count
        edges = np.searchsorted(
            patterns.day[kind.pattern], np.arange(self.days.start, self.days.stop + 1)
        ).tolist()
        self._slices = {
            day: slice(edges[place], edges[place + 1]) for place, day in enumerate(self.days)
        }
        free = np.where(np.isfinite(kind.free), kind.free, 0.0)
        self.constant = float(free @ kind.heads)
        self.numbers = model.add_variables(
            len(kind.pattern), kind.heads[kind.group], kind.price - free[kind.group], integer=True
        )
        # One shift a day, and no day off where there must be none.
        must = np.where(np.isfinite(kind.free), -np.inf, kind.heads)
        rows = model.add_rows(len(kind.heads), lower=must, upper=kind.heads)
        model.add_terms(rows[kind.group], self.numbers)

    def on(self, day: int) -> Integers:
        """Return the variables of a day, none for a day that is not theirs."""
        return self.numbers[self._slices.get(day, NOTHING)]

    def patterns_on(self, day: int) -> Integers:
        """Return the pattern of each variable of a day."""
        return self.kind.pattern[self._slices.get(day, NOTHING)]

    def at_most(self, most: int, states: Iterable[tuple[int, bool]], price: float) -> None:
        """Let each person be in at most so many of some states (day, at work), or pay a price."""
        columns, signs = list[Integers](), list[Floats]()
        upper = self.heads * most
        for day, at_work in states:
            mine = self.on(day)
            columns.append(mine)
            signs.append(np.full(len(mine), 1.0 if at_work else -1.0))
            upper -= 0 if at_work else self.heads
        if price < np.inf:
            columns.append(self.model.add_variables(1, cost=price))
            signs.append(np.array([-1.0]))
        self.model.add_row(np.concatenate(columns), np.concatenate(signs), upper=upper)

    def not_both(self, pairs: Sequence[tuple[Integers, Integers]], prices: Sequence[float]) -> None:
        """Let whoever works in both sets of a pair pay its price, of several pairs the dearest."""
        paid = self.model.add_variables(1, cost=1.0) if min(prices) < np.inf else None
        for (one, other), price in zip(pairs, prices, strict=True):
            both = np.concatenate([one, other])
            if price == np.inf:
                self.model.add_row(both, upper=self.heads)
            elif price > 0 and paid is not None:
                signs = np.append(np.full(len(both), price), -1.0)
                self.model.add_row(np.append(both, paid), signs, upper=price * self.heads)


def prices_upto(last: int, price: Floats) -> Floats:
    """Return the prices of 0 to `last`; the last entry of `price` holds for all beyond it."""
    return price[np.minimum(np.arange(last + 1), len(price) - 1)]
