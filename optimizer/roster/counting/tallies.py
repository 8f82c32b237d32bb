"""Tallies: the sum of everybody's totals, bounded and priced by the envelope of one total."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.counting.cells import Cells, prices_upto
from optimizer.roster.counting.envelope import Day, envelope_of
from optimizer.roster.rules.forms import Tally

__all__ = ["add_tally"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def add_tally(cells: Cells, tally: Tally) -> None:
    """Bound and price the sum of the totals of a kind's people."""
    days = range(tally.first, tally.last)
    shifts = _shifts(cells, tally, days)
    envelope = envelope_of(tally, [_day(cells, tally, day) for day in days], shifts)
    if envelope is None:
        cells.model.add_rows(1, lower=1.0)  # no total is allowed: nobody can have a roster
        return
    columns, units, constant = _total(cells, tally, days)
    least, most = (cells.heads * bound - constant for bound in envelope.bounds)
    narrow = envelope.bounds[0] > envelope.reach[0], envelope.bounds[1] < envelope.reach[1]
    if any(narrow):
        cells.model.add_row(
            columns,
            units,
            lower=least if narrow[0] else -np.inf,
            upper=most if narrow[1] else np.inf,
        )
    if all(line == (0.0, 0.0) for line in envelope.lines):
        return
    paid = cells.model.add_variables(1, cost=1.0)
    for slope, intercept in envelope.lines:
        cells.model.add_row(
            np.append(columns, paid),
            np.append(slope * units, -1.0),
            upper=-cells.heads * intercept - slope * constant,
        )


def _shifts(cells: Cells, tally: Tally, days: range) -> list[int]:
    """Return how many of some days may be worked, by the tallies of all shifts of these days.

    What may not be worked anyway would make the envelope of hours lower than it is. A tally that
    counts shifts itself asks only those before it, or two that agree would both be left out.
    """
    others = cells.kind.person.tallies
    if _counts_shifts(cells, tally, days):
        others = others[: others.index(tally)]
    allowed = np.ones(len(days) + 1, dtype=bool)
    for other in others:
        same_days = (other.first, other.last) == (tally.first, tally.last)
        if same_days and other is not tally and _counts_shifts(cells, other, days):
            allowed &= np.isfinite(prices_upto(len(days), other.price))
    shifts: list[int] = np.flatnonzero(allowed).tolist()
    return shifts


def _counts_shifts(cells: Cells, tally: Tally, days: range) -> bool:
    return (
        tally.block is None
        and tally.free_units is None
        and all((tally.units[cells.patterns_on(day)] == 1).all() for day in days)
    )


def _day(cells: Cells, tally: Tally, day: int) -> Day:
    free = cells.kind.free[cells.kind.group_day == day]  # none on a day that is not theirs
    off = 0 if tally.free_units is None else int(tally.free_units[day])
    return Day(
        tuple(np.unique(tally.units[cells.patterns_on(day)]).tolist()),
        None if len(free) and np.isinf(free).all() else off,
        None if tally.block is None else int(tally.block[day]),
    )


def _total(cells: Cells, tally: Tally, days: range) -> tuple[Integers, Floats, float]:
    """Return variables, what each adds to the sum of all totals, and what is there anyway."""
    constant = 0.0
    columns, units = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    blocks: dict[int, list[int]] = {}
    for day in days:
        mine = cells.on(day)
        adds = np.zeros(len(mine))
        if tally.block is None:
            adds += tally.units[cells.patterns_on(day)]
        elif tally.block[day] >= 0:
            blocks.setdefault(int(tally.block[day]), []).append(day)
        if tally.free_units is not None:
            adds -= tally.free_units[day]
            constant += cells.heads * float(tally.free_units[day])
        columns.append(mine)
        units.append(adds)
    for inside in blocks.values():
        columns.append(_block(cells, tally, inside))
        units.append(np.ones(1))
    return np.concatenate(columns), np.concatenate(units), constant


def _block(cells: Cells, tally: Tally, days: Sequence[int]) -> Integers:
    """Return the variable of what the days of one block add together.

    Everybody adds the units of one pattern at most once: at least those of the patterns of any
    one day, were all the least, and at most those of all days, were all the greatest.
    """
    counting = []
    for day in days:
        units = tally.units[cells.patterns_on(day)]
        counting.append((cells.on(day)[units > 0], units[units > 0]))
    every = np.concatenate([units for _, units in counting])
    most = int(every.max(initial=0))
    least = int(every.min(initial=most))
    added = cells.model.add_variables(1, upper=cells.heads * most)
    for columns, _ in counting:
        signs = np.append(np.full(len(columns), float(least)), -1.0)
        cells.model.add_row(np.append(columns, added), signs, upper=0.0)
    columns = np.concatenate([columns for columns, _ in counting])
    signs = np.append(np.full(len(columns), -float(most)), 1.0)
    cells.model.add_row(np.append(columns, added), signs, upper=0.0)
    return added
