"""The organisation and its calendar as they are kept, read back as the types they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np

from api.data.documents import load_document
from api.store import Store
from forecasts import Event, ForecastError, check_events
from forecasts.errors import Issue as ForecastIssue
from optimizer.codec import decode
from optimizer.errors import Issue, Severity
from optimizer.model import OpeningHours, Organisation
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.record import Record

__all__ = ["Calendar", "check_calendar", "load_calendar", "load_organisation"]


@dataclass(frozen=True, slots=True)
class Calendar(Record):
    """Days that are unlike others, and the hours in which the clocks of tickets run.

    Parameters
    ----------
    closures
        Dates on which every group is closed, past or to come.
    country
        Code such as ``US`` or ``DE-BY`` whose public holidays count; None for none.
    events
        Promotions, launches and the like, with their dates.
    hours
        Business hours in which the clocks of first response and resolution run, less
        `closures`; None if they always run.
    """

    NAME: ClassVar[str] = "calendar"

    closures: tuple[date, ...] = ()
    country: str | None = None
    events: tuple[Event, ...] = ()
    hours: OpeningHours | None = None


def load_organisation(store: Store, tenant: str) -> Organisation | None:
    """Return the latest organisation that was put; None if there is none."""
    found = load_document(store, tenant, "organisation")
    return None if found is None else decode(Organisation, found.body)


def load_calendar(store: Store, tenant: str) -> Calendar | None:
    """Return the latest calendar that was put; None if there is none."""
    found = load_document(store, tenant, Calendar.NAME)
    return None if found is None else decode(Calendar, found.body)


def check_calendar(calendar: Calendar, groups: tuple[str, ...] | None = None) -> list[Issue]:
    """Return the issues of a calendar, pointing into it.

    Parameters
    ----------
    groups
        Names of the planning groups; None if they are not known, so that any may stand there.
    """
    # Imported here: holidays of all countries are heavy.
    from forecasts.countries import country_holidays

    found = Findings()
    known = groups
    if known is None:
        known = tuple(group for event in calendar.events for group in event.groups)
    try:
        check_events(calendar.events, known)
    except ForecastError as error:
        found.issues += [_ours(issue) for issue in error.issues]
    if calendar.country is not None:
        try:
            country_holidays(calendar.country, np.array(["2026-01-01"], "datetime64[D]"))
        except ForecastError as error:
            detail = " ".join(issue.detail for issue in error.issues) or error.detail
            found.at("country").error("unknown_country", detail)
    if calendar.hours is not None:
        here = found.at("hours")
        here.zone("zone", calendar.hours.zone)
        for i, window in enumerate(calendar.hours.windows):
            place = here.at("windows", i)
            place.within("weekday", window.weekday, 0, 6)
            place.within("opens", window.opens, 0, MINUTES_PER_DAY)
            place.within("closes", window.closes, 0, MINUTES_PER_DAY)
            place.ordered("closes", window.opens, window.closes)
    return found.issues


def _ours(issue: ForecastIssue) -> Issue:
    """Return an issue of the forecasts as one of the optimizer, in which calendars are told."""
    return Issue(issue.code, issue.pointer, issue.detail, Severity(issue.severity))
