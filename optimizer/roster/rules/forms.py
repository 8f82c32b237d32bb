"""The forms that every rule about one person's shifts takes, whichever solver works with it.

A rule is written once, in one of these forms, by its own module. The automaton of tours, the
CP-SAT models and the counts model each know the forms and not the rules, so that no rule can
reach one of them and miss another. A price that is infinite forbids; all prices are in the
currency of the objective and at least 0, except where a price is a credit (`Prices` only).

A *pattern* is a shift on one day without its activities (see `optimizer.roster.patterns`); days
are indices of the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RuleName

__all__ = ["Form", "Prices", "Rest", "Run", "Spread", "Succession", "Tally"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What working each pattern, and being free on each day, costs by itself.

    Parameters
    ----------
    working
        [patterns]; infinite where the pattern may not be worked.
    free
        [days]; infinite where the agent must work. None is zero throughout.
    """

    rule: RuleName
    working: Floats
    free: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """A quantity that adds up over some days, and what each total costs.

    Parameters
    ----------
    first, last
        Its days, the last excluded.
    units
        What each pattern adds, 0 or more, [patterns]; those of other days do not count.
    price
        Of each total 0, 1, 2, ...; the last entry holds for every total beyond it.
        What was carried in is part of the price, not of the total.
    free_units
        What each day off adds, 0 or more, [days]; None is zero throughout.
    block
        Block of each day, or -1, [days]: consecutive days of one block add at most once
        together, and nothing where the block is -1. A worked weekend counts once although both
        days are worked. None if every pattern counts for itself.
    """

    rule: RuleName
    first: int
    last: int
    units: Integers
    price: Floats
    free_units: Integers | None = None
    block: Integers | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Slots that must lie between a shift's end and the next start, and the price of each less."""

    rule: RuleName
    slots: int
    price: float


@dataclass(frozen=True, slots=True, eq=False)
class Succession:
    """A pattern of `after` on the day right after one of `before` costs `price`.

    Parameters
    ----------
    before, after
        [patterns]
    """

    rule: RuleName
    before: Flags
    after: Flags
    price: float


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Days in a row that an agent works, or is free, and what each length costs.

    Parameters
    ----------
    at_work
        Whether worked days are counted, or days off.
    too_short
        Price of a run of each length 0, 1, 2, ... that ends within the period; longer ones cost
        nothing. A run that touches the period's end, or its start without anything carried in,
        may be longer than it looks and is not priced by this.
    too_long
        Price of a run of each length; the last entry holds for every longer one. Counts for all
        runs, what is carried in included.
    carried
        Days in a row up to the day before the period; 0 if that day was otherwise or is unknown.
    """

    rule: RuleName
    at_work: bool
    too_short: Floats
    too_long: Floats
    carried: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The difference between the greatest and the least key of the patterns worked in some days.

    Parameters
    ----------
    first, last
        Its days, the last excluded.
    key
        [patterns], 0 or more
    price
        Of each difference 0, 1, 2, ...; the last entry holds for every greater one.
    low, high
        Keys carried in from before the period; None for none.
    """

    rule: RuleName
    first: int
    last: int
    key: Integers
    price: Floats
    low: int | None = None
    high: int | None = None


Form = Prices | Tally | Rest | Succession | Run | Spread
