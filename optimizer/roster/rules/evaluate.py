"""What one agent's roster costs by the forms of the rules, in plain Python.

Slow and obvious: what the automaton of tours and the CP-SAT models are compared with, and what
the checks of the verifier are compared with in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.roster.rules.forms import Run, Spread, Tally

if TYPE_CHECKING:
    from optimizer.roster.frame import Person
    from optimizer.roster.patterns import Patterns

__all__ = ["cost_of"]

FREE = -1


def cost_of(person: Person, patterns: Patterns, worked: Sequence[int]) -> float:
    """Return the cost of a roster to be added to that of coverage; infinite if it may not be.

    Parameters
    ----------
    worked
        Pattern of each day of the calendar, or -1.
    """
    days = range(person.first, person.last)
    price = dict(zip(person.patterns.tolist(), person.price.tolist(), strict=True))
    if any(worked[day] != FREE for day in range(len(worked)) if day not in days):
        return np.inf
    shifts = [(day, worked[day]) for day in days if worked[day] != FREE]
    total = sum(price.get(pattern, np.inf) for _, pattern in shifts)
    total += sum(float(person.free[day]) for day in days if worked[day] == FREE)
    for (before, one), (after, other) in pairwise(shifts):
        for rest in person.rests:
            short = rest.slots - int(patterns.start[other] - patterns.end[one])
            total += short * rest.price if short > 0 else 0.0
        for succession in person.successions:
            if after == before + 1 and succession.before[one] and succession.after[other]:
                total += succession.price
    total += sum(_tally(tally, worked) for tally in person.tallies)
    total += sum(_run(run, days, worked) for run in person.runs)
    total += sum(_spread(spread, worked) for spread in person.spreads)
    return float(total)


def _tally(tally: Tally, worked: Sequence[int]) -> float:
    total, done = 0, set()
    for day in range(tally.first, tally.last):
        if worked[day] == FREE:
            total += 0 if tally.free_units is None else int(tally.free_units[day])
            continue
        units = int(tally.units[worked[day]])
        if tally.block is None:
            total += units
        elif units and tally.block[day] >= 0 and tally.block[day] not in done:
            done.add(tally.block[day])
            total += units
    return float(tally.price[min(total, len(tally.price) - 1)])


def _run(run: Run, days: range, worked: Sequence[int]) -> float:
    return sum(
        float(run.too_long[min(length, len(run.too_long) - 1)])
        + (float(run.too_short[length]) if complete and length < len(run.too_short) else 0.0)
        for length, complete in _lengths(run, days, worked)
    )


def _lengths(run: Run, days: range, worked: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """Yield the length of every run, and whether both its ends are known."""
    length, known = run.carried, run.carried > 0
    for day in days:
        if (worked[day] != FREE) == run.at_work:
            if length == 0:
                known = day > days.start
            length += 1
        else:
            if length:
                yield length, known
            length = 0
    if length:
        yield length, False


def _spread(spread: Spread, worked: Sequence[int]) -> float:
    keys = [
        int(spread.key[worked[day]])
        for day in range(spread.first, spread.last)
        if worked[day] != FREE
    ]
    if not keys:
        return 0.0
    keys += [key for key in (spread.low, spread.high) if key is not None]
    return float(spread.price[min(max(keys) - min(keys), len(spread.price) - 1)])
