"""A new skill or channel inherits: what its own days cannot tell yet, its parent's tell.

The parent of a young group is the sum of the other groups in the smallest node above it
(`Hierarchy.parent_of`). The group is forecast as

    parent(day, slot) * ratio * of the weekday * of the slot

so weekdays, hours, the month and events come with the parent. The ratio is its own from the first
day on: given the parent's x contacts its y are Poisson with mean ratio * x, and a share that was
planned is a gamma prior worth `PRIOR_CONTACTS` contacts,

    ratio = (sum g^age y + k) / (sum g^age x + k / share)

(the filter of levels, see `forecasts.models.day_level`). After a week the slots, after two the
weekdays depart from the parent's as far as the counts prove that they do: one with y contacts where
mu would be the parent's way has the factor

    (between y + noise) / (between mu + noise)

with both variances estimated (Poisson-gamma credibility; Buehlmann & Gisler 2005, ch. 2 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.weekly import DayArray, FloatArray, IntArray, weekday

__all__ = ["YOUNG_DAYS", "Heir", "heir_calendar", "inherit", "own_weight"]

YOUNG_DAYS = 28
"""A younger group is forecast as its parent's heir alone."""

GROWN_DAYS = 84
"""From this age on a group stands alone: what it may drift by then outweighs what it inherits."""

SLOT_DAYS, WEEKDAY_DAYS = 7, 14
"""A week shows the slots of the day; every weekday twice shows the weekdays."""

PRIOR_CONTACTS = 4.0
"""What a planned share is worth: the gamma of as many contacts has a deviation of one half."""

DISCOUNT = 0.9
"""What a day counts in the ratio relative to the day after it: new groups ramp up."""


@dataclass(frozen=True, slots=True, eq=False)
class Heir:
    """What a group takes from its parent.

    Parameters
    ----------
    ratios
        Expected contacts per contact of the parent by weekday (0 is Monday) and slot, ``[7, S]``.
    alone
        Expected contacts by slot while the parent is closed, ``[S]``.
    calendar
        When the group is open.
    """

    ratios: FloatArray
    alone: FloatArray
    calendar: Calendar

    def predict(self, parent: FloatArray, days: DayArray) -> FloatArray:
        """Return expected contacts, ``[len(days), S]``; zero where the group is closed.

        Parameters
        ----------
        parent
            Expected contacts of the parent, ``[len(days), S]``; zero where it is closed.
        """
        expected = np.where(parent > 0, self.ratios[weekday(days)] * parent, self.alone)
        return np.where(self.calendar.is_open(days), expected, 0.0)


def inherit(
    own: DaySeries, parent: DaySeries, calendar: Calendar, share: float | None = None
) -> Heir:
    """Learn how a group compares with its parent.

    Parameters
    ----------
    own
        Whole days of the group; may be empty.
    parent
        Whole days of the parent (`forecasts.coherence.sums.aggregate`).
    calendar
        When the group is open (`heir_calendar`).
    share
        Expected contacts per contact of the parent, above 0; None if nobody knows.

    Raises
    ------
    ValueError
        If a share is not above 0, or there is none and the parent had no contact in any interval
        that the group has a record of.
    """
    if share is not None and not 0 < share < np.inf:
        raise ValueError(f"a share of {share} of the parent is not above 0")
    days, mine, theirs = np.intersect1d(own.days, parent.days, return_indices=True)
    y, x = own.offered[mine], parent.offered[theirs]
    both = np.isfinite(y) & np.isfinite(x)
    lonely = np.isfinite(y) & ~both
    alone = np.where(lonely, y, 0.0).sum(axis=0) / np.maximum(lonely.sum(axis=0), 1)
    y, x = np.where(both, y, 0.0), np.where(both, x, 0.0)

    discounts = DISCOUNT ** np.arange(len(days))[::-1]
    contacts, exposure = float(discounts @ y.sum(axis=1)), float(discounts @ x.sum(axis=1))
    if share is not None:
        contacts += PRIOR_CONTACTS
        exposure += PRIOR_CONTACTS / share
    if exposure == 0:
        raise ValueError("without a share, a group needs an interval to compare with its parent's")
    return Heir(contacts / exposure * _own_pattern(y, x, weekday(days)), alone, calendar)


def heir_calendar(own: DaySeries, calendar: Calendar, parent: Calendar) -> Calendar:
    """Return when a young group is open.

    Weekdays that it has seen are as its own calendar says. On the others it is open like its
    parent, but in no slot in which it was closed so far. Closures to come are its parent's.

    Parameters
    ----------
    own
        Days of the group; may be empty.
    calendar
        What was learnt from them.
    """
    if not len(own):
        return parent
    # A day without a record says something only if the parent was open on it.
    telling = own.day_recorded | parent.is_open(own.days).any(axis=1)
    seen = np.isin(np.arange(7), weekday(own.days[telling]))
    used = own.recorded.any(axis=0)
    open_slots = np.where(seen[:, None], calendar.open_slots, parent.open_slots & used)
    past = calendar.closures[calendar.closures <= own.days[-1]]
    dates = np.union1d(parent.closures, past)
    return Calendar(open_slots, dates[open_slots[weekday(dates)].any(axis=1)])


def own_weight(days: int) -> float:
    """Return what a group's own forecast counts after `days` of history; the heir's has the rest.

    It grows evenly, from 0 at `YOUNG_DAYS` to 1 at `GROWN_DAYS`.
    """
    return min(max((days - YOUNG_DAYS) / (GROWN_DAYS - YOUNG_DAYS), 0.0), 1.0)


def _own_pattern(y: FloatArray, x: FloatArray, day_of_week: IntArray) -> FloatArray:
    """Return the factors of weekdays and slots by which a group departs from its parent, [7, S].

    `y` and `x` are contacts of the group and the parent, days x slots.
    """
    of_slot = np.ones(y.shape[1])
    of_weekday = np.ones(7)
    if y.any() and x.any() and len(y) >= SLOT_DAYS:
        ratio = y.sum() / x.sum()
        # Both counts are left to chance: the variance of y - ratio x is ratio x (1 + ratio).
        chance = 1.0 + ratio
        of_slot = _credible(y.sum(axis=0), ratio * x.sum(axis=0), chance)
        if len(y) >= WEEKDAY_DAYS:
            totals, expected = y.sum(axis=1), ratio * (x @ of_slot)
            of_weekday = _weekday_factors(totals, expected, day_of_week, chance)
    return np.outer(of_weekday, of_slot)


def _weekday_factors(
    totals: FloatArray, expected: FloatArray, day_of_week: IntArray, chance: float
) -> FloatArray:
    """Return the factors of weekdays; their noise is what days of one weekday differ by."""
    of_weekday = np.arange(7)[:, None] == day_of_week
    y, mu = of_weekday @ totals, of_weekday @ expected
    there = expected > 0
    usual = np.divide(y, mu, out=np.ones(7), where=mu > 0)[day_of_week] * expected
    freedom = int(there.sum()) - int((mu > 0).sum())
    if freedom <= 0:
        return np.ones(7)
    squares = float(((totals - usual)[there] ** 2 / expected[there]).sum())
    return _credible(y, mu, max(chance, squares / freedom))


def _credible(y: FloatArray, mu: FloatArray, noise: float) -> FloatArray:
    """Return the factors y / mu, shrunk to 1 by what chance makes of them.

    The variance of y is `noise` mu; that between the true factors is what is left of the
    chi-square distance.
    """
    there = mu > 0
    total = mu.sum()
    distance = float(((y - mu)[there] ** 2 / mu[there]).sum())
    by_chance = noise * (int(there.sum()) - 1)
    weight = float(total - (mu**2).sum() / total) if total > 0 else 0.0
    between = max(0.0, distance - by_chance) / weight if weight > 0 else 0.0
    return np.where(there, (between * y + noise) / (between * mu + noise), 1.0)
