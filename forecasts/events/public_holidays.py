"""Public holidays as events, for groups that are open on them."""

from __future__ import annotations

from forecasts.countries import named_holidays
from forecasts.events.event import Event
from forecasts.weekly import DayArray

__all__ = ["HOLIDAYS", "holiday_events"]

HOLIDAYS = "public holidays"
"""The family of all public holidays."""


def holiday_events(country: str, days: DayArray) -> tuple[Event, ...]:
    """Return each public holiday of a country as an event of one family.

    A holiday without history gets the mean effect of the others, and a group that was closed on
    most of them none.

    Parameters
    ----------
    country
        ISO 3166 code such as ``US``, or with a subdivision such as ``DE-BY``; it begins the
        names (``US Memorial Day``).
    days
        Holidays from the first to the last of these are taken: history and horizon.

    Raises
    ------
    ForecastError
        If the country or its subdivision is not known.
    """
    return tuple(
        Event(f"{country.upper()} {name}", tuple(dates.tolist()), family=HOLIDAYS)
        for name, dates in named_holidays(country, days).items()
    )
