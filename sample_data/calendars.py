"""The days that differ from the others: public holidays and promotions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays

__all__ = ["COUNTRY", "Closure", "Promotion", "closures_between", "promotions_between"]

COUNTRY = "IE"
"""Country (ISO 3166) whose public holidays are closed."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A day on which the whole centre is closed."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Promotion:
    """A sale that brings contacts: they swell from `first`, are highest on `peak`, end on `last`.

    Parameters
    ----------
    uplift
        Added share of contacts on the peak day, above 0.
    """

    name: str
    first: date
    peak: date
    last: date
    uplift: float

    def strength(self, day: date) -> float:
        """Return the share of the full uplift that is felt on a day, in [0, 1].

        It grows with the square of the time since the start, as word spreads, and falls off in
        a straight line.
        """
        if not self.first <= day <= self.last:
            return 0.0
        if day <= self.peak:
            rise = (self.peak - self.first).days + 1
            return (((day - self.first).days + 1) / rise) ** 2
        fall = (self.last - self.peak).days + 1
        return 1 - (day - self.peak).days / fall


def closures_between(first: date, last: date) -> tuple[Closure, ...]:
    """Return the public holidays from `first` to `last`, both included, in order."""
    years = range(first.year, last.year + 1)
    known = holidays.country_holidays(COUNTRY, years=years, language="en_US")
    return tuple(Closure(day, name) for day, name in sorted(known.items()) if first <= day <= last)


def promotions_between(first: date, last: date) -> tuple[Promotion, ...]:
    """Return the promotions that touch the days from `first` to `last`, in order."""
    found = [p for year in range(first.year, last.year + 1) for p in _promotions_of(year)]
    return tuple(p for p in found if p.last >= first and p.first <= last)


def _promotions_of(year: int) -> tuple[Promotion, ...]:
    black_friday = _thanksgiving(year) + timedelta(days=1)
    return (
        Promotion("618", date(year, 6, 12), date(year, 6, 18), date(year, 6, 21), 0.6),
        Promotion("Double 11", date(year, 11, 7), date(year, 11, 11), date(year, 11, 14), 0.9),
        Promotion(
            "Black Friday",
            black_friday - timedelta(days=1),
            black_friday,
            black_friday + timedelta(days=4),
            1.2,
        ),
    )


def _thanksgiving(year: int) -> date:
    """Return the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)
