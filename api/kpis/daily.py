"""A day counted from what is kept of it, and kept itself once it is over."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from api.data.contacts import earlier_contacts, load_contacts
from api.data.documents import Version, load_document, put_document
from api.data.history import stored_days
from api.data.organisations import load_calendar, load_organisation
from api.kpis.attributes import Centre
from api.kpis.clocks import LOOK_BACK_DAYS, count_clocks, groups_with_clocks
from api.kpis.from_contacts import REPEAT_SECONDS, count_contacts, count_drivers
from api.kpis.from_intervals import count_intervals
from api.kpis.plans import forecast_errors, roster_hours
from api.kpis.records import DayRecord, gathered
from api.store import Store
from optimizer.codec import decode, encode

__all__ = ["count_day", "daily_report", "kept_day"]

_REPEAT_DAYS = int(REPEAT_SECONDS // 86_400)


def daily_report(store: Store, tenant: str, day: date) -> Version:
    """Count a local day and keep what was counted, so that its figures stay what they are told.

    Counting a day again keeps a new version if anything changed meanwhile.

    Raises
    ------
    TooLarge
        If the day has more contacts than are counted at once.
    """
    record = count_day(store, tenant, day)
    kept = kept_day(store, tenant, day)
    if kept is not None and _told(kept) == _told(record):
        found = load_document(store, tenant, _name(day))
        assert found is not None, "it was read a moment ago"
        return found.version
    version, _ = put_document(store, tenant, _name(day), encode(record))
    return version


def kept_day(store: Store, tenant: str, day: date) -> DayRecord | None:
    """Return what was kept of a day; None if it was never counted."""
    found = load_document(store, tenant, _name(day))
    return None if found is None else decode(DayRecord, found.body)


def count_day(store: Store, tenant: str, day: date) -> DayRecord:
    """Count a local day from contacts, intervals, the roster in force and the forecast before it.

    Linear in the contacts of the day and in those of groups with clocks of the days before.

    Raises
    ------
    TooLarge
        If there are more contacts than are counted at once.
    """
    organisation = load_organisation(store, tenant)
    centre = Centre.of(organisation)
    zone = "UTC" if organisation is None else organisation.zone
    contacts = load_contacts(store, tenant, day, day)
    earlier = earlier_contacts(store, tenant, day, day - timedelta(days=_REPEAT_DAYS))
    with_clocks = groups_with_clocks(centre)
    created = [day - timedelta(days=back) for back in range(LOOK_BACK_DAYS + 1)]
    waiting = (
        load_contacts(store, tenant, then, then, groups=with_clocks)
        for then in (created if with_clocks else ())
    )
    rows = list(stored_days(store, tenant, first=day, last=day))
    forecast, errors = forecast_errors(store, tenant, day, centre, zone, contacts)
    roster, hours = roster_hours(store, tenant, day)
    return DayRecord(
        day=day,
        made=datetime.now(UTC),
        contacts=len(contacts),
        counted=gathered(
            count_contacts(contacts, centre, earlier),
            count_clocks(waiting, centre, load_calendar(store, tenant), day, zone),
            count_intervals(rows, centre, {contact.group for contact in contacts}),
            errors,
            hours,
        ),
        drivers=tuple(count_drivers(contacts)),
        forecast=forecast,
        roster=roster,
    )


def _name(day: date) -> str:
    return f"report/{day}"


def _told(record: DayRecord) -> object:
    """Return all that a record tells, but for when it was made."""
    told = json.loads(encode(record))
    return {name: value for name, value in told.items() if name != "made"}
