"""A CP-SAT model whose objective is collected term by term, in whole coins.

CP-SAT counts in integers. A *coin* is a thousandth of the currency; prices are rounded to coins
where they enter a model, so that what a model finds differs from the exact objective by less than
half a coin per term. Whoever uses the answer judges it by the exact objective.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model
from ortools.sat.python import cp_model_helper as cmh

__all__ = ["COINS", "Literal", "PricedModel", "coins", "opposite"]

COINS = 1000
"""Coins in a unit of the currency."""

Literal = cmh.Literal | bool
"""A literal, or what is known already."""

Floats = NDArray[np.float64]


def coins(price: float) -> int:
    """Return a finite price in coins."""
    return round(price * COINS)


class PricedModel:
    """A model, and the costs charged in it so far.

    Parameters
    ----------
    priced
        Whether finite prices count; otherwise only what is infinite, and thus forbidden, does.
    """

    def __init__(self, *, priced: bool = True) -> None:
        self.model = cp_model.CpModel()
        self.priced = priced
        self._terms: list[cp_model.LinearExprT] = []
        self._coins: list[int] = []
        self._constant = 0

    def cost(self) -> cp_model.LinearExprT:
        """Return everything charged so far, in coins."""
        return cp_model.LinearExpr.weighted_sum(self._terms, self._coins) + self._constant

    def charge(self, term: cp_model.LinearExprT, amount: int) -> None:
        """Charge so many coins for each unit of a term."""
        if self.priced and amount:
            self._terms.append(term)
            self._coins.append(amount)

    def charge_always(self, amount: int) -> None:
        """Charge what does not depend on any decision."""
        self._constant += amount

    def together(self, literals: Iterable[Literal], price: float) -> None:
        """Charge a price, or a credit, if all of these hold; forbid it if that is infinite."""
        given = list(literals)
        if any(literal is False for literal in given):
            return
        open_literals = [literal for literal in given if not isinstance(literal, bool)]
        if price == math.inf:
            self.model.add_bool_or(~literal for literal in open_literals)
            return
        amount = coins(price)
        if not self.priced or not amount:
            return
        if len(open_literals) <= 1:
            for literal in open_literals:
                self.charge(literal, amount)
            if not open_literals:
                self.charge_always(amount)
            return
        both = self.model.new_bool_var("")
        if amount > 0:
            self.model.add_bool_or(both, *(~literal for literal in open_literals))
        else:
            self.model.add_bool_and(open_literals).only_enforce_if(both)
        self.charge(both, amount)

    def at_most_one(self, *literals: Literal) -> None:
        """Let at most one of these hold."""
        free = [literal for literal in literals if not isinstance(literal, bool)]
        if any(literal is True for literal in literals):
            self.model.add_bool_and(~literal for literal in free)
        else:
            self.model.add_at_most_one(free)

    def any_of(self, literals: Sequence[Literal]) -> Literal:
        """Return a literal that holds if one of these does, of which at most one can."""
        if len(literals) == 1:
            return literals[0]
        some = self.model.new_bool_var("")
        self.model.add_exactly_one(~some, *literals)
        return some

    def first_of(self, literal: Literal, before: Sequence[Literal]) -> Literal:
        """Return a literal that holds if this one does and none of those before."""
        if not before:
            return literal
        held = [*([literal] if literal is not True else []), *(~other for other in before)]
        both = self.model.new_bool_var("")
        self.model.add_bool_and(held).only_enforce_if(both)
        self.model.add_bool_or(both, *(~other for other in held))
        return both

    def table(self, total: cp_model.LinearExprT, low: int, high: int, price: Floats) -> None:
        """Charge what each value of a total costs; the last price holds for all values beyond.

        Parameters
        ----------
        total
            A whole number in [low, high], at least 0.
        price
            Of the values 0, 1, 2, ...; values with an infinite price are forbidden.
        """
        values = price[np.minimum(np.arange(low, high + 1), len(price) - 1)]
        allowed = np.flatnonzero(np.isfinite(values))
        if not len(allowed):
            self.model.add_bool_or([])
        elif len(allowed) < len(values):
            domain = cp_model.Domain.from_values((low + allowed).tolist())
            self.model.add_linear_expression_in_domain(total, domain)
        if not self.priced or not len(allowed):
            return
        first, last = int(allowed[0]), int(allowed[-1])
        inside = values[first : last + 1]
        if len(inside) == len(allowed) and (np.diff(inside, 2) >= -1e-9).all():
            self._convex(total, low + first, inside)
        else:
            amounts = np.rint(np.where(np.isfinite(inside), inside, 0.0) * COINS).astype(np.int64)
            cost = self.model.new_int_var(int(amounts.min()), int(amounts.max()), "")
            self.model.add_element(total - (low + first), amounts.tolist(), cost)
            self.charge(cost, 1)

    def _convex(self, total: cp_model.LinearExprT, low: int, values: Floats) -> None:
        """Charge a convex cost of a total that starts at `low`: the greatest of some lines."""
        # Rounded slopes still increase, which rounded values might not.
        slopes = np.rint(np.diff(values) * COINS).astype(np.int64)
        cheapest = int(values.argmin())
        amounts = np.concatenate([[0], np.cumsum(slopes)])
        amounts += coins(float(values[cheapest])) - amounts[cheapest]
        bends = [0, *(np.flatnonzero(np.diff(slopes)) + 1).tolist()] if len(slopes) else []
        if len(bends) <= 1:
            slope = int(slopes[0]) if bends else 0
            self.charge(total, slope)
            self.charge_always(int(amounts[0]) - slope * low)
            return
        cost = self.model.new_int_var(int(amounts.min()), int(amounts.max()), "")
        for bend in bends:
            slope = int(slopes[bend])
            if slope:
                self.model.add(cost >= slope * total + (int(amounts[bend]) - slope * (low + bend)))
        self.charge(cost, 1)


def opposite(literal: Literal) -> Literal:
    """Return the opposite of a literal."""
    return (not literal) if isinstance(literal, bool) else ~literal
