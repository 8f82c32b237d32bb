"""Spreads: who has a late key and an early one that are too far apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.counting.cells import Cells, prices_upto
from optimizer.roster.rules.forms import Spread

__all__ = ["add_spread"]

Integers = NDArray[np.int64]


def add_spread(cells: Cells, spread: Spread) -> None:
    """Forbid a spread that is too great, and price one that is not free by its least price."""
    days = range(max(spread.first, cells.days.start), min(spread.last, cells.days.stop))
    keys = {day: spread.key[cells.patterns_on(day)] for day in days}
    known = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *keys.values()]))
    if not len(known):
        return
    carried = [key for key in (spread.low, spread.high) if key is not None]
    values = np.unique(np.concatenate([known, np.array(carried, dtype=np.int64)]))
    price = prices_upto(int(values[-1] - values[0]), spread.price)
    price[0] = 0.0  # a lower bound need not see the price of no spread at all
    allowed = int(np.flatnonzero(np.isfinite(price))[-1])
    free = int(np.flatnonzero(price == 0)[-1])
    apart = np.unique(np.abs(values[:, None] - values))
    priced = price[apart[(apart > free) & (apart <= allowed)]]
    _apart(cells, keys, carried, values, allowed, np.inf)
    if len(priced):
        _apart(cells, keys, carried, values, free, float(priced.min()))


def _apart(
    cells: Cells,
    keys: Mapping[int, Integers],
    carried: list[int],
    values: Integers,
    most: int,
    price: float,
) -> None:
    """Let who works at two keys more than `most` apart pay a price, once."""
    pairs = []
    for key in values[values > values[0] + most].tolist():
        late = any(of >= key for of in carried)
        early = any(of < key - most for of in carried)
        if late and early:
            continue  # the price of what was carried in is that of the first shift, not of two
        above = {day: mine >= key for day, mine in keys.items()}
        below = {day: mine < key - most for day, mine in keys.items()}
        pairs.append((_somebody(cells, above, late), _somebody(cells, below, early)))
    if pairs:
        cells.not_both(pairs, [price] * len(pairs))


def _somebody(cells: Cells, places: Mapping[int, NDArray[np.bool_]], everybody: bool) -> Integers:
    """Return the variable of how many work in some cells, on whichever days."""
    least = cells.heads if everybody else 0
    number = cells.model.add_variables(1, upper=cells.heads, lower=least)
    for day, chosen in places.items():
        columns = cells.on(day)[chosen]
        if len(columns):
            signs = np.append(np.ones(len(columns)), -1.0)
            cells.model.add_row(np.append(columns, number), signs, upper=0.0)
    return number
