"""The organisation and its calendar as they are kept, read back as the types they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

import numpy as np

from api.calendars import Calendar
from api.data.documents import load_document
from api.store import Store
from optimizer.codec import decode
from optimizer.errors import Issue, Severity
from optimizer.model import OpeningHours, Organisation
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY

__all__ = ["CALENDAR", "ORGANISATION", "check_calendar", "load_calendar", "load_organisation"]

ORGANISATION = "organisation"
CALENDAR = "calendar"


def load_organisation(store: Store, tenant: str) -> Organisation | None:
    """Return the latest organisation that was put; None if there is none."""
    found = load_document(store, tenant, ORGANISATION)
    return None if found is None else decode(Organisation, found.body)


def load_calendar(store: Store, tenant: str) -> Calendar | None:
    """Return the latest calendar that was put; None if there is none."""
    found = load_document(store, tenant, CALENDAR)
    return None if found is None else decode(Calendar, found.body)


def check_calendar(calendar: Calendar, groups: Collection[str] | None = None) -> list[Issue]:
    """Return the issues of a calendar, pointing into it.

    Parameters
    ----------
    groups
        Names of the planning groups; None if they are not known, so that any may stand there.
    """
    # Imported here: what knows of history and holidays is heavy.
    from forecasts import Event, ForecastError, check_events
    from forecasts.countries import country_holidays

    found = Findings()
    if groups is None:
        groups = {group for event in calendar.events for group in event.groups}
    try:
        check_events([Event(**asdict(event)) for event in calendar.events], groups)
    except ForecastError as error:
        found.issues += [
            Issue(issue.code, issue.pointer, issue.detail, Severity(issue.severity))
            for issue in error.issues
        ]
    if calendar.country is not None:
        try:
            country_holidays(calendar.country, np.array(["2026-01-01"], "datetime64[D]"))
        except ForecastError as error:
            detail = " ".join(issue.detail for issue in error.issues) or error.detail
            found.at("country").error("unknown_country", detail)
    if calendar.hours is not None:
        _check_hours(found.at("hours"), calendar.hours)
    return found.issues


def _check_hours(found: Findings, hours: OpeningHours) -> None:
    found.zone("zone", hours.zone)
    if not hours.windows:
        found.at("windows").error("never_open", "There is no hour in which the clocks run.")
    for i, window in enumerate(hours.windows):
        here = found.at("windows", i)
        here.within("weekday", window.weekday, 0, 6)
        here.within("opens", window.opens, 0, MINUTES_PER_DAY)
        here.within("closes", window.closes, 0, MINUTES_PER_DAY)
        here.ordered("closes", window.opens, window.closes)
