"""Runs of days in a row inside a CP-SAT model: too long, day by day, and too short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from optimizer.roster.near.priced import Literal, PricedModel, opposite
from optimizer.roster.rules.forms import Run

__all__ = ["add_run"]


def add_run(costs: PricedModel, run: Run, on: Sequence[Literal], open_days: Sequence[int]) -> None:
    """Charge every run that an open day could lengthen, shorten, or make.

    Parameters
    ----------
    on
        Whether each day is of the run's kind, days carried in first.
    open_days
        Positions in `on`.
    """
    for length, amount in _steps(run):
        for end in _windows(open_days, length, 0, len(on)):
            costs.together(on[end - length + 1 : end + 1], amount)
    for length in (np.flatnonzero(run.too_short[1:]) + 1).tolist():
        _exactly(costs, run, length, on, open_days)


def _steps(run: Run) -> Iterator[tuple[int, float]]:
    """Yield lengths, and what every stretch of so many days in a run adds to its cost.

    The day in place k of a run adds ``price[k] - price[k - 1]``, and stands in place k or
    later if the k days up to it are all in the run: sums of such differences of differences.
    """
    price = run.too_long
    places = len(price) + 1
    cost = price[np.minimum(np.arange(places + 1), len(price) - 1)]
    cost[0] = 0.0
    forbidden = np.flatnonzero(np.isinf(cost))
    stop = int(forbidden[0]) if len(forbidden) else places + 1
    adds = np.diff(np.concatenate([[0.0], np.diff(cost[:stop])]))
    yield from ((k + 1, float(adds[k])) for k in np.flatnonzero(adds).tolist())
    if len(forbidden):
        yield stop, np.inf


def _exactly(
    costs: PricedModel, run: Run, length: int, on: Sequence[Literal], open_days: Sequence[int]
) -> None:
    """Charge runs of exactly this length with both their ends in sight."""
    price = float(run.too_short[length])
    for end in _windows(open_days, length + 2, -1, len(on)):
        # A run may begin with what is carried in, which has a day of another kind before it.
        start = end - length
        if start == 0 and run.carried:
            costs.together([*on[:length], opposite(on[length])], price)
        elif start > 0:
            between = on[start : start + length]
            ends = opposite(on[start - 1]), opposite(on[start + length])
            costs.together([*between, *ends], price)


def _windows(open_days: Sequence[int], length: int, first: int, last: int) -> Iterator[int]:
    """Yield the ends of all windows within [first, last) that hold an open day."""
    ends = {end for day in open_days for end in range(day, day + length)}
    yield from (end for end in sorted(ends) if first + length - 1 <= end < last)
