"""What a country decrees: public holidays, and days of rest that are worked to make up for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from forecasts.errors import ForecastError, Issue, pointer
from forecasts.weekly import DayArray, IntArray, weekday

if TYPE_CHECKING:
    from holidays import HolidayBase

__all__ = ["WorkedDays", "country_holidays", "country_worked_days", "named_holidays"]


@dataclass(frozen=True, slots=True, eq=False)
class WorkedDays:
    """Saturdays, Sundays or other days of rest that are working days for once.

    Parameters
    ----------
    days
        Dates in order, each once, ``[N]``.
    acts_as
        The weekday each of them is like (0 is Monday), ``[N]``.
    """

    days: DayArray = field(default_factory=lambda: np.array([], "datetime64[D]"))
    acts_as: IntArray = field(default_factory=lambda: np.array([], np.int64))

    def weekday(self, days: DayArray) -> IntArray:
        """Return the weekday each of `days` is like: its own, but for days worked by decree."""
        own = weekday(days)
        if not len(self.days):
            return own
        at = np.minimum(np.searchsorted(self.days, days), len(self.days) - 1)
        return np.where(self.days[at] == days, self.acts_as[at], own)


def country_holidays(country: str, days: DayArray) -> DayArray:
    """Return the public holidays of a country within the range of `days`, in order.

    Parameters
    ----------
    country
        ISO 3166 code such as ``US``, or with a subdivision such as ``DE-BY``.

    Raises
    ------
    ForecastError
        If the country or its subdivision is not known.
    """
    return _within(days, sorted(_decreed(country, days)))


def country_worked_days(country: str, days: DayArray) -> WorkedDays:
    """Return the days of rest that a country works within the range of `days`.

    China, Hungary, Russia and others make long weekends of holidays and have a Saturday or Sunday
    worked instead. Such a day is like the nearest working day of the week, the earlier of two:
    a Saturday is like a Friday, a Sunday like a Monday.

    Raises
    ------
    ForecastError
        If the country or its subdivision is not known.
    """
    decreed = _decreed(country, days)
    worked = _within(days, sorted(decreed.weekend_workdays))
    return WorkedDays(worked, _nearest_working_day(decreed.weekend)[weekday(worked)])


def named_holidays(country: str, days: DayArray) -> dict[str, DayArray]:
    """Return the dates of each public holiday within the range of `days`, by English name.

    What a name says in brackets (``(observed)``, the weekend day that a day off stands for) is
    left out, so that one holiday has one name in all years. Of two holidays on one date the
    first name is taken.

    Raises
    ------
    ForecastError
        If the country or its subdivision is not known.
    """
    decreed = _decreed(country, days)
    dates: dict[str, list[np.datetime64]] = {}
    for date in country_holidays(country, days):
        name = decreed[date.item()].split(";")[0]
        dates.setdefault(re.sub(r"\s*\(.*?\)", "", name).strip(), []).append(date)
    return {name: np.array(of_name) for name, of_name in sorted(dates.items())}


def _decreed(country: str, days: DayArray) -> HolidayBase:
    """Return the calendar of a country for the years of `days`."""
    # Imported here: few forecasts need it.
    import holidays

    code, _, subdivision = country.upper().partition("-")
    first, last = (1970 + days[[0, -1]].astype("datetime64[Y]").astype(int)).tolist()
    try:
        # The decree for a year may have a day worked at the end of the year before.
        return holidays.country_holidays(
            code, subdiv=subdivision or None, years=range(first, last + 2), language="en_US"
        )
    except NotImplementedError as error:
        issue = Issue("unknown_country", pointer("country"), f"{error}.")
        raise ForecastError(f"No public holidays are known for {country!r}.", [issue]) from None


def _within(days: DayArray, dates: object) -> DayArray:
    """Return those of `dates` that are within the range of `days`."""
    found = np.array(dates, dtype="datetime64[D]")
    return np.asarray(found[(found >= days[0]) & (found <= days[-1])])


def _nearest_working_day(weekend: set[int]) -> IntArray:
    """Return for each weekday the nearest one that is not of the weekend, the earlier of two."""
    distances = sorted(range(-3, 4), key=lambda shift: (abs(shift), shift))
    nearest = [
        next(day for day in ((rest + shift) % 7 for shift in distances) if day not in weekend)
        for rest in range(7)
    ]
    return np.array(nearest, np.int64)
