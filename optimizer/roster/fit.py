"""May an agent take one more shift? The rules of a person, compiled, for one shift at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import Range
from optimizer.roster.plan import FREE
from optimizer.roster.setting import Setting
from optimizer.roster.shortage import DAY, END, PAID, START, Shapes

__all__ = [
    "UNLIMITED",
    "Limits",
    "below_minimum",
    "lacks_minimum",
    "limits_of",
    "may_take",
    "paid_beyond",
]

UNLIMITED = np.iinfo(np.int64).max

FIRST_DAY, LAST_DAY, REST, RUN, MOST_DAYS, LEAST_OFF, MOST_WEEKENDS = range(7)
PERIOD_LEAST, PERIOD_MOST = 7, 8
SHIFTS_LEAST, SHIFTS_MOST, PAID_LEAST, PAID_MOST, GUARANTEED = range(5)

Integers = NDArray[np.int64]


class Limits(NamedTuple):
    """The limits of every type as arrays; paid time is counted in slots.

    Parameters
    ----------
    patterns
        The table of `optimizer.roster.shortage.Shapes`.
    weekend
        Number of the weekend that a day belongs to, negative on other days, [days].
    first, allowed
        The patterns of type ``t`` are ``allowed[first[t] : first[t + 1]]``, sorted.
    rules
        ``FIRST_DAY, LAST_DAY, REST, RUN, MOST_DAYS, LEAST_OFF, MOST_WEEKENDS, PERIOD_LEAST,
        PERIOD_MOST`` of each type, [types, 9].
    week
        Index of a day's week in the second axis of `weeks`, [types, days].
    weeks
        ``SHIFTS_LEAST, SHIFTS_MOST, PAID_LEAST, PAID_MOST, GUARANTEED``, [types, weeks, 5].
    """

    patterns: Integers
    weekend: Integers
    first: Integers
    allowed: Integers
    rules: Integers
    week: Integers
    weeks: Integers


def limits_of(setting: Setting, shapes: Shapes) -> Limits:
    """Return the limits of all types."""
    types, calendar, step = setting.types, setting.calendar, setting.step
    days = len(calendar.days)
    week = np.zeros((len(types), days), dtype=np.int64)
    weeks = np.zeros((len(types), max(len(alike.weeks) for alike in types), 5), dtype=np.int64)
    rules = np.zeros((len(types), 9), dtype=np.int64)
    for t, alike in enumerate(types):
        contract = alike.contract
        weekends = UNLIMITED if contract.max_weekends is None else contract.max_weekends
        rules[t] = (
            alike.first_day,
            alike.last_day,
            -(-contract.rest_minutes // step),
            alike.run,
            contract.max_consecutive_days,
            contract.min_consecutive_days_off,
            weekends,
            *_bounds(alike.period, step),
        )
        for w, part in enumerate(alike.weeks):
            week[t, part.first : part.last] = w
            weeks[t, w] = (
                *_bounds(part.shifts, 1),
                *_bounds(part.minutes, step),
                part.guaranteed // step,
            )
    weekend = [calendar.week(d) if calendar.weekend(d) else -1 for d in range(days)]
    first = np.concatenate([[0], np.cumsum([len(alike.patterns) for alike in types])])
    allowed = np.concatenate([alike.patterns for alike in types])
    return Limits(
        shapes.patterns,
        np.array(weekend, dtype=np.int64),
        first.astype(np.int64),
        allowed.astype(np.int64),
        rules,
        week,
        weeks,
    )


@njit(cache=True)
def may_take(limits: Limits, kind: int, worked: Integers, pattern: int) -> bool:
    """Tell whether a person of type `kind` who works `worked` may take a pattern as well.

    Upper limits only: least values are for the caller. Cost grows with the number of days.

    Parameters
    ----------
    worked
        Pattern per day or `FREE`, [days].
    """
    return (
        _allowed(limits, kind, pattern)
        and _rested(limits, kind, worked, pattern)
        and _in_sequence(limits, kind, worked, limits.patterns[pattern, DAY])
        and _within_weeks(limits, kind, worked, pattern)
    )


@njit(cache=True)
def below_minimum(limits: Limits, kind: int, worked: Integers, day: int) -> bool:
    """Tell whether the week of a day, or the period, lacks shifts or paid time it must have."""
    shifts, paid, total = _sums(limits, kind, worked, day)
    week = limits.weeks[kind, limits.week[kind, day]]
    return bool(
        shifts < week[SHIFTS_LEAST]
        or paid < week[PAID_LEAST]
        or total < limits.rules[kind, PERIOD_LEAST]
    )


@njit(cache=True)
def lacks_minimum(limits: Limits, kind: int, worked: Integers) -> bool:
    """Tell whether any week, or the period, lacks shifts or paid time it must have."""
    for day in range(limits.rules[kind, FIRST_DAY], limits.rules[kind, LAST_DAY]):
        if below_minimum(limits, kind, worked, day):
            return True
    return False


@njit(cache=True)
def paid_beyond(limits: Limits, kind: int, worked: Integers, pattern: int) -> int:
    """Return how many slots of a further shift are paid beyond the week's guarantee."""
    day = limits.patterns[pattern, DAY]
    _, paid, _ = _sums(limits, kind, worked, day)
    guaranteed = limits.weeks[kind, limits.week[kind, day], GUARANTEED]
    return int(max(0, paid + limits.patterns[pattern, PAID] - max(guaranteed, paid)))


@njit(cache=True)
def _allowed(limits: Limits, kind: int, pattern: int) -> bool:
    low, high = limits.first[kind], limits.first[kind + 1]
    while low < high:
        middle = (low + high) // 2
        if limits.allowed[middle] < pattern:
            low = middle + 1
        else:
            high = middle
    return bool(low < limits.first[kind + 1] and limits.allowed[low] == pattern)


@njit(cache=True)
def _rested(limits: Limits, kind: int, worked: Integers, pattern: int) -> bool:
    """Check that the day is free and that the neighbouring shifts are far enough."""
    rest, day = limits.rules[kind, REST], limits.patterns[pattern, DAY]
    if worked[day] != FREE:
        return False
    before = day - 1
    while before >= limits.rules[kind, FIRST_DAY] and worked[before] == FREE:
        before -= 1
    if before >= limits.rules[kind, FIRST_DAY]:
        end = limits.patterns[worked[before], END]
        if end + rest > limits.patterns[pattern, START]:
            return False
    after = day + 1
    while after < limits.rules[kind, LAST_DAY] and worked[after] == FREE:
        after += 1
    if after < limits.rules[kind, LAST_DAY]:
        start = limits.patterns[worked[after], START]
        if limits.patterns[pattern, END] + rest > start:
            return False
    return True


@njit(cache=True)
def _in_sequence(limits: Limits, kind: int, worked: Integers, day: int) -> bool:
    """Check runs of worked days, runs of days off around `day`, and the number of weekends."""
    rules = limits.rules[kind]
    first, last, run = rules[FIRST_DAY], rules[LAST_DAY], rules[RUN]
    before = day - 1
    while before >= first and worked[before] != FREE:
        before -= 1
    after = day + 1
    while after < last and worked[after] != FREE:
        after += 1
    length = after - before - 1
    if before < first:
        length += run
    if length > rules[MOST_DAYS]:
        return False
    off = day - 1
    while off >= first and worked[off] == FREE:
        off -= 1
    if (off >= first or run > 0) and 0 < day - 1 - off < rules[LEAST_OFF]:
        return False
    off = day + 1
    while off < last and worked[off] == FREE:
        off += 1
    if off < last and 0 < off - day - 1 < rules[LEAST_OFF]:
        return False
    weekend = limits.weekend[day]
    if weekend < 0:
        return True
    weekends, previous = 1, -1
    for other in range(first, last):
        here = limits.weekend[other]
        if worked[other] == FREE or here < 0:
            continue
        if here == weekend:
            return True
        if here != previous:
            weekends += 1
            previous = here
    return bool(weekends <= rules[MOST_WEEKENDS])


@njit(cache=True)
def _within_weeks(limits: Limits, kind: int, worked: Integers, pattern: int) -> bool:
    day, more = limits.patterns[pattern, DAY], limits.patterns[pattern, PAID]
    shifts, paid, total = _sums(limits, kind, worked, day)
    week = limits.weeks[kind, limits.week[kind, day]]
    return bool(
        shifts + 1 <= week[SHIFTS_MOST]
        and paid + more <= week[PAID_MOST]
        and total + more <= limits.rules[kind, PERIOD_MOST]
    )


@njit(cache=True)
def _sums(limits: Limits, kind: int, worked: Integers, day: int) -> tuple[int, int, int]:
    """Return the shifts and paid slots of a day's week, and the paid slots of the period."""
    shifts, paid, total = 0, 0, 0
    week = limits.week[kind, day]
    for other in range(limits.rules[kind, FIRST_DAY], limits.rules[kind, LAST_DAY]):
        if worked[other] != FREE:
            slots = limits.patterns[worked[other], PAID]
            total += slots
            if limits.week[kind, other] == week:
                shifts += 1
                paid += slots
    return shifts, paid, total


def _bounds(bounds: Range, step: int) -> tuple[int, int]:
    most = UNLIMITED if bounds.maximum is None else bounds.maximum // step
    return -(-bounds.minimum // step), most
