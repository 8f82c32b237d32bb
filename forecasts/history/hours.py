"""When a contact log was open: an interval without a contact was open and idle, or closed.

A log tells only what came. Silence is read by one rule throughout: it was no chance where at
least `TELLING` contacts were to be expected, as Poisson arrivals leave out that many less than
once in a thousand times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.weekly import BoolArray, DayArray, FloatArray, weekday

__all__ = ["TELLING", "Cut", "cut_ends", "describe_hours", "open_intervals", "weekly_hours"]

TELLING = 7.0
"""Contacts to be expected where none is no chance: exp(-7) is one in a thousand."""

USED_SHARE = 0.25
ANY_SHARE = 0.1
"""An hour is in use that has a contact on the first share of the days of its weekday, and on the
second of all days: one day in four, and more than a stray in a fortnight."""

STRAY_SHARE = 0.05
"""Closed hours may have strays: this share of what an open group would have there."""

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Cut:
    """What a log covers: the intervals from `first` to `last`, numbered from the first midnight.

    It is cut, with these two covered in part, if they are not the first and last there are.
    """

    first: int
    last: int


def weekly_hours(counts: FloatArray, days: DayArray) -> BoolArray:
    """Return the usual opening hours of each group by weekday and slot, ``[G, 7, S]``.

    All groups together are open from the first to the last hour of a weekday that is in use; if
    no hour is, the log is too thin, and any contact opens. They are closed where such hours
    begin or end with a stretch in which the mean of the hour would be telling but next to none
    came, and so is a group in which its share of all contacts would be.

    Parameters
    ----------
    counts
        Contacts per group, day and slot, ``[G, D, S]``.
    days
        Their dates, ``[D]``.
    """
    groups, _, slots = counts.shape
    together = counts.sum(axis=0)
    weekdays = weekday(days)
    # Days without any contact are closures, or before the beginning.
    worked = np.asarray(together.any(axis=1))
    in_use = np.asarray(_by_hour(together[worked] > 0, np.any).mean(axis=0) >= ANY_SHARE)
    any_came, site = np.zeros((2, 7, slots), bool)
    by_weekday = np.zeros((groups, 7, slots))
    for day in np.unique(weekdays[worked]):
        like = worked & (weekdays == day)
        by_weekday[:, day] = counts[:, like].sum(axis=1)
        used = _by_hour(together[like] > 0, np.any)
        any_came[day] = _hull(np.asarray(used.any(axis=0)))
        often = np.asarray(used.mean(axis=0) >= USED_SHARE)
        site[day] = _hull(in_use & often)
    if not site.any():
        site = any_came
    of_site = by_weekday.sum(axis=0)
    site &= ~_silent_edges(of_site, _by_hour(of_site, np.mean), site)
    usual = of_site / max(of_site.sum(), 1.0)
    expected = by_weekday.sum(axis=(1, 2))[:, None, None] * usual
    return site & ~_silent_edges(by_weekday, expected, site)


def cut_ends(counts: FloatArray, days: DayArray, hours: BoolArray) -> Cut:
    """Return what a log covers, given that it may begin and end in the middle of a day.

    It does if telling numbers of contacts are missing before its first one or after its last
    one on that day; the interval of that contact is then only partly covered.

    Parameters
    ----------
    counts
        Contacts of all groups together, ``[D, S]``.
    hours
        When any group is usually open, ``[7, S]``.
    """
    slots = counts.shape[1]
    used = np.flatnonzero(counts)
    first, last = int(used[0]), int(used[-1])
    begun = _usual_day(counts, days, 0, hours)[:first].sum() >= TELLING
    ended = _usual_day(counts, days, -1, hours)[last % slots + 1 :].sum() >= TELLING
    return Cut(first if begun else 0, last if ended else counts.size - 1)


def open_intervals(counts: FloatArray, days: DayArray, hours: BoolArray) -> BoolArray:
    """Return when each group was open, ``[G, D, S]``.

    A day on which nobody at all came although a telling number was usual was a closure; so were
    the days before a group's first contact if it would have had a telling number by then.

    Parameters
    ----------
    counts
        Contacts per group, day and slot, ``[G, D, S]``.
    hours
        Usual hours of each group, ``[G, 7, S]``.
    """
    weekdays = weekday(days)
    totals = counts.sum(axis=(0, 2))
    worked = np.asarray(totals > 0)
    closures = np.zeros(len(days), bool)
    for day in np.unique(weekdays):
        same = np.asarray(weekdays == day)
        if (worked & same).any():
            closures |= same & ~worked & (totals[worked & same].mean() >= TELLING)
    is_open = hours[:, weekdays] & ~closures[:, None]
    open_days = np.asarray(is_open.any(axis=2))
    came = np.asarray(counts.any(axis=2))
    for group in range(len(counts)):
        first = int(came[group].argmax())
        daily = counts[group].sum() / max(open_days[group, first:].sum(), 1)
        if daily * open_days[group, :first].sum() >= TELLING:
            is_open[group, :first] = False
    return np.asarray(is_open)


def describe_hours(hours: BoolArray) -> str:
    """Return hours by weekday, ``[7, S]``, in words: ``Mon-Fri 08:00-18:00, Sun 12:00-15:00``."""
    slots = hours.shape[1]
    spans = [_span(row, slots) for row in hours]
    words = []
    day = 0
    while day < 7:
        last = day
        while last < 6 and spans[last + 1] == spans[day]:
            last += 1
        if spans[day]:
            name = DAY_NAMES[day] if last == day else f"{DAY_NAMES[day]}-{DAY_NAMES[last]}"
            words.append(f"{name} {spans[day]}")
        day = last + 1
    return ", ".join(words) or "never"


def _by_hour(values: NDArray[Any], reduce: Callable[..., Any]) -> NDArray[Any]:
    """Return `values`, ``[..., S]``, with the slots of each hour reduced to one value."""
    per_hour = max(values.shape[-1] // 24, 1)
    hours = reduce(values.reshape(*values.shape[:-1], -1, per_hour), axis=-1)
    return np.asarray(hours.repeat(per_hour, axis=-1))


def _hull(used: NDArray[Any]) -> BoolArray:
    """Return the slots from the first to the last used one."""
    return np.asarray(np.logical_or.accumulate(used) & np.logical_or.accumulate(used[::-1])[::-1])


def _silent_edges(came: FloatArray, expected: FloatArray, hours: BoolArray) -> BoolArray:
    """Return the beginnings and ends of `hours`, ``[..., S]``, in which next to nothing came."""
    came, expected = np.where(hours, came, 0.0), np.where(hours, expected, 0.0)
    ends = _silent_beginning(came[..., ::-1], expected[..., ::-1])[..., ::-1]
    return _silent_beginning(came, expected) | ends


def _silent_beginning(came: FloatArray, expected: FloatArray) -> BoolArray:
    came, expected = came.cumsum(axis=-1), expected.cumsum(axis=-1)
    silent = (expected >= TELLING) & (came <= STRAY_SHARE * expected)
    return np.asarray(np.logical_or.accumulate(silent[..., ::-1], axis=-1)[..., ::-1])


def _usual_day(counts: FloatArray, days: DayArray, place: int, hours: BoolArray) -> FloatArray:
    """Return mean contacts per slot on the other days like one, of its weekday if there are."""
    others = np.asarray(counts.any(axis=1))
    others[place] = False
    weekdays = weekday(days)
    same = others & (weekdays == weekdays[place])
    chosen = same if same.any() else others
    if not chosen.any():
        return np.zeros(counts.shape[1])
    return np.where(hours[weekdays[place]], counts[chosen].mean(axis=0), 0.0)


def _span(row: BoolArray, slots: int) -> str:
    used = np.flatnonzero(row)
    if not len(used):
        return ""
    minutes = 24 * 60 // slots
    ends = (int(used[0]) * minutes, (int(used[-1]) + 1) * minutes)
    return "-".join(f"{end // 60:02d}:{end % 60:02d}" for end in ends)
