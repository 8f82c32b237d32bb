"""Runs of days at work or of days off: windows of days, and what stands on both sides of a run."""

from __future__ import annotations

import numpy as np

from optimizer.roster.counting.cells import Cells, prices_upto
from optimizer.roster.rules.forms import Run

__all__ = ["add_run"]


def add_run(cells: Cells, run: Run) -> None:
    """Forbid or price runs that are too long or too short."""
    _too_long(cells, run)
    _too_short(cells, run)


def _too_long(cells: Cells, run: Run) -> None:
    """Bound the days of every window that is one longer than what is free, or allowed."""
    price = prices_upto(run.carried + len(cells.days), run.too_long)
    price[0] = 0.0  # there is no run without a day
    allowed = int(np.flatnonzero(np.isfinite(price))[-1])
    free = int(np.flatnonzero(price == 0)[-1])
    _windows(cells, run, allowed, np.inf)
    if free < allowed:
        # A run of `free + k` days has k such windows.
        over = np.arange(1, allowed - free + 1)
        _windows(cells, run, free, float((price[free + 1 : allowed + 1] / over).min()))


def _windows(cells: Cells, run: Run, most: int, price: float) -> None:
    first, end = cells.days.start, cells.days.stop
    for begin in range(first - min(run.carried, most), end - most):
        inside = range(max(begin, first), begin + most + 1)
        carried = len(range(begin, first))
        cells.at_most(most - carried, [(day, run.at_work) for day in inside], price)


def _too_short(cells: Cells, run: Run) -> None:
    """Price days of the other kind on both sides of too few days."""
    first, end = cells.days.start, cells.days.stop
    for length in np.flatnonzero(run.too_short > 0).tolist():
        price = float(run.too_short[length])
        for begin in range(first + 1, end - length) if length else ():
            outer = [(begin - 1, not run.at_work), (begin + length, not run.at_work)]
            inner = [(day, run.at_work) for day in range(begin, begin + length)]
            cells.at_most(length + 1, outer + inner, price)
        more = length - run.carried
        if run.carried and 0 <= more < len(cells.days):
            inner = [(day, run.at_work) for day in range(first, first + more)]
            cells.at_most(more, [*inner, (first + more, not run.at_work)], price)
