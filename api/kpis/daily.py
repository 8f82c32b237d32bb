"""A day counted from what is kept of it, and kept itself once it is over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from api.data.contact_fields import Contact
from api.data.contacts import earlier_contacts, load_contacts
from api.data.documents import Version, load_document, put_document
from api.data.history import stored_days
from api.data.organisations import load_calendar, load_organisation
from api.kpis.attributes import Centre
from api.kpis.clocks import LOOK_BACK_DAYS, count_clocks, groups_with_clocks
from api.kpis.from_contacts import REPEAT_SECONDS, count_contacts, count_drivers
from api.kpis.from_intervals import count_intervals
from api.kpis.plans import Plans
from api.kpis.records import DayRecord, gathered
from api.store import Store
from optimizer.codec import decode, encode

__all__ = ["Counting", "count_day", "daily_report", "kept_day"]

_REPEAT_DAYS = int(REPEAT_SECONDS // 86_400)

_MOST_HELD = 200_000
"""Contacts that are held for the next day, of half a kilobyte each."""


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
    return Counting(store, tenant).day(day)


class Counting:
    """Counts days one after another; what several of them need is read once.

    Attributes
    ----------
    with_clocks
        Groups whose contacts of the days before are looked at, too.
    """

    def __init__(self, store: Store, tenant: str) -> None:
        self._store, self._tenant = store, tenant
        organisation = load_organisation(store, tenant)
        self._centre = Centre.of(organisation)
        self._zone = "UTC" if organisation is None else organisation.zone
        self._calendar = load_calendar(store, tenant)
        self._plans = Plans(store, tenant, self._centre, self._zone)
        self._held: dict[date, list[Contact]] = {}
        self.with_clocks = groups_with_clocks(self._centre)

    def day(self, day: date) -> DayRecord:
        """Count a day; see `count_day`. Quickest in the order of days."""
        store, tenant, centre = self._store, self._tenant, self._centre
        contacts = load_contacts(store, tenant, day, day)
        earlier = earlier_contacts(store, tenant, day, day - timedelta(days=_REPEAT_DAYS))
        rows = list(stored_days(store, tenant, first=day, last=day))
        forecast, errors = self._plans.forecast_errors(day, contacts)
        roster, hours = self._plans.roster_hours(day)
        return DayRecord(
            day=day,
            made=datetime.now(UTC),
            contacts=len(contacts),
            counted=gathered(
                count_contacts(contacts, centre, earlier),
                count_clocks(self._waiting(day), centre, self._calendar, day, self._zone),
                count_intervals(rows, centre, {contact.group for contact in contacts}),
                errors,
                hours,
            ),
            drivers=tuple(count_drivers(contacts)),
            forecast=forecast,
            roster=roster,
        )

    def _waiting(self, day: date) -> Iterator[list[Contact]]:
        """Yield the contacts whose clocks may run out on a day, by the day they were created."""
        if not self.with_clocks:
            return
        created = [day - timedelta(days=back) for back in range(LOOK_BACK_DAYS + 1)]
        self._held = {then: held for then, held in self._held.items() if then in created}
        for then in created:
            found = self._held.get(then)
            if found is None:
                found = load_contacts(
                    self._store, self._tenant, then, then, groups=self.with_clocks
                )
                if sum(map(len, self._held.values())) + len(found) <= _MOST_HELD:
                    self._held[then] = found
            yield found


def _name(day: date) -> str:
    return f"report/{day}"


def _told(record: DayRecord) -> object:
    """Return all that a record tells, but for when it was made."""
    told = json.loads(encode(record))
    return {name: value for name, value in told.items() if name != "made"}
