"""Forms as prohibitions, as amounts of breach, and as prohibitions that allow some breach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Person
from optimizer.roster.patterns import Patterns
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.forms import Form, Prices, Rest, Run, Succession, Tally

__all__ = ["allowing", "breaches", "forbidding", "weighted"]

Floats = NDArray[np.float64]

FREE = -1

_PRICES = {"working", "free", "price", "too_short", "too_long"}


def forbidding(form: Form) -> Form:
    """Return what a form forbids, everything else at no cost."""
    return _repriced(form, lambda price: np.where(np.isinf(price), np.inf, 0.0))


def weighted(form: Form, weight: float) -> Form:
    """Return a form with all its prices so many times as high."""
    return _repriced(form, lambda price: price * weight)


def breaches(
    form: Form, days: range, patterns: Patterns, worked: Sequence[int]
) -> Iterator[tuple[int | None, float]]:
    """Yield the day and the amount of each breach of a form priced by units of breach.

    The day is None where a form is about several days together.

    Parameters
    ----------
    days
        The agent's own.
    worked
        Pattern of each day of the calendar, or -1.
    """
    for day, amount in _amounts(form, days, patterns, worked):
        if amount > 0:
            yield day, amount


def allowing(form: Form, days: range, patterns: Patterns, worked: Sequence[int]) -> Form:
    """Return the form that forbids every breach but what a roster needs, and costs nothing.

    What single patterns and days off cost is allowed on its day; other forms allow every breach
    up to the greatest of the roster.
    """
    if isinstance(form, Prices):
        return _allowing_days(form, patterns, np.array(worked))
    most = max((amount for _, amount in breaches(form, days, patterns, worked)), default=0.0)
    if isinstance(form, Rest):
        return replace(form, slots=form.slots - round(most / form.price), price=np.inf)
    return _repriced(form, lambda price: np.where(price > most, np.inf, 0.0))


def _repriced(form: Form, change: Callable[[Any], Floats]) -> Form:
    """Return a form with its prices changed, whatever they are called."""
    changes: dict[str, Any] = {}
    for field in fields(form):
        price = getattr(form, field.name)
        if field.name in _PRICES and price is not None:
            changed = change(price)
            changes[field.name] = changed if isinstance(price, np.ndarray) else float(changed)
    return replace(form, **changes)


def _allowing_days(form: Prices, patterns: Patterns, worked: NDArray[np.int64]) -> Prices:
    working, free = form.working, form.free
    limit = np.zeros(len(worked))
    limit[worked != FREE] = working[worked[worked != FREE]]
    if free is not None:
        free = np.where((free > 0) & (worked != FREE), np.inf, 0.0)
    return replace(form, working=np.where(working > limit[patterns.day], np.inf, 0.0), free=free)


def _amounts(
    form: Form, days: range, patterns: Patterns, worked: Sequence[int]
) -> Iterator[tuple[int | None, float]]:
    shifts = [(day, worked[day]) for day in days if worked[day] != FREE]
    if isinstance(form, Prices):
        for day in days:
            if worked[day] != FREE:
                yield day, float(form.working[worked[day]])
            elif form.free is not None:
                yield day, float(form.free[day])
    elif isinstance(form, Rest):
        for (_, one), (day, other) in pairwise(shifts):
            short = form.slots - int(patterns.start[other] - patterns.end[one])
            yield day, max(0, short) * form.price
    elif isinstance(form, Succession):
        for (before, one), (day, other) in pairwise(shifts):
            if day == before + 1 and form.before[one] and form.after[other]:
                yield day, form.price
    elif isinstance(form, Run):
        yield from _runs(form, days, worked)
    else:
        tallies, spreads = ((form,), ()) if isinstance(form, Tally) else ((), (form,))
        anything, nothing = np.arange(len(patterns)), np.zeros(len(patterns))
        free = np.zeros(len(worked))
        alone = Person(
            0, days.start, days.stop, anything, nothing, free, (), (), (), tallies, spreads
        )
        yield form.first if form.last == form.first + 1 else None, cost_of(alone, patterns, worked)


def _runs(form: Run, days: range, worked: Sequence[int]) -> Iterator[tuple[int, float]]:
    """Yield the last day of each run, and what the run costs."""
    length, whole = form.carried, form.carried > 0
    for day in [*days, days.stop]:
        ended = day == days.stop
        if not ended and (worked[day] != FREE) == form.at_work:
            whole = day > days.start if length == 0 else whole
            length += 1
            continue
        if length:
            amount = float(form.too_long[min(length, len(form.too_long) - 1)])
            if whole and not ended and length < len(form.too_short):
                amount += float(form.too_short[length])
            yield max(days.start, day - 1), amount
        length = 0
