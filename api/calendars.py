"""Days that are unlike others, as they stand in requests and are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from optimizer.model import OpeningHours
from optimizer.model.record import Record

__all__ = ["Calendar", "CalendarEvent"]


@dataclass(frozen=True, slots=True)
class CalendarEvent(Record):
    """A recurring event or promotion, public holiday, product launch or bill run.

    Parameters
    ----------
    name
        Unlike that of any other event.
    days
        First day of each occurrence, past and to come.
    before_days, after_days
        Days before the first and after the last day of an occurrence that it moves as well.
    length_days
        Days that an occurrence lasts, 1 or more.
    groups
        The planning groups that it moves; empty for all.
    uplift
        Expected factor on the event's own days, above 0, where history tells nothing.
    like
        Name of another event that is expected to have the same effect.
    family
        Events of one family are expected to have the family's mean effect.
    """

    name: str
    days: tuple[date, ...]
    before_days: int = 0
    after_days: int = 0
    length_days: int = 1
    groups: tuple[str, ...] = ()
    uplift: float | None = None
    like: str | None = None
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar(Record):
    """What is known of days to come, and of the same kind of days in the past.

    Parameters
    ----------
    closures
        Dates on which every group is closed, past or to come.
    country
        Code whose public holidays count, such as ``US`` or ``DE-BY``; None for none.
    events
        Promotions and other events, past and to come.
    hours
        Business hours, in which the clocks of first response and resolution run, less
        `closures`; None if they always run.
    """

    closures: tuple[date, ...] = ()
    country: str | None = None
    events: tuple[CalendarEvent, ...] = ()
    hours: OpeningHours | None = None
