"""The clocks of tickets: first responses and resolutions that were due on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from api.calendars import Calendar
from api.data.contact_fields import Contact
from api.kpis.attributes import Centre, Slice
from api.kpis.figures import Tally
from api.kpis.from_contacts import slice_of
from optimizer.model import OpeningHours

__all__ = ["LOOK_BACK_DAYS", "count_clocks", "day_bounds", "groups_with_clocks"]

LOOK_BACK_DAYS = 21
"""How long before a day a contact may have been created whose clock runs out on it."""

Tallies = Mapping[Slice, Tally]
Floats = NDArray[np.float64]

_CLOCKS = (
    ("first_response_seconds", "first_response", "response"),
    ("resolution_seconds", "resolved", "resolution"),
)


def groups_with_clocks(centre: Centre) -> frozenset[str]:
    """Return the planning groups whose goals have a first-response or resolution time."""
    return frozenset(
        name
        for name, group in centre.groups.items()
        if any(getattr(group.goal, setting) is not None for setting, *_ in _CLOCKS)
    )


def day_bounds(day: date, zone: str) -> tuple[float, float]:
    """Return when a local day begins and ends, in seconds since 1970 in UTC."""
    tz = ZoneInfo(zone)
    ends = (datetime.combine(day + timedelta(days=more), time(), tz) for more in (0, 1))
    begin, end = (moment.astimezone(UTC).timestamp() for moment in ends)
    return begin, end


def count_clocks(
    batches: Iterable[Sequence[Contact]],
    centre: Centre,
    calendar: Calendar | None,
    day: date,
    zone: str,
) -> Tallies:
    """Return how many clocks ran out on a day, and how many had been met by then.

    A clock runs for the goal's seconds of business hours from the creation of its contact, and
    stands for the contact's `paused_s`. It is counted on the day on which it runs out, and met
    if what it asks for was done by then, on whatever day.

    Parameters
    ----------
    batches
        Contacts of `groups_with_clocks` that were created on the day or up to `LOOK_BACK_DAYS`
        before it, one batch held at a time. A group without a single answer in all of them does
        not tell, and is left out.
    """
    begin, end = day_bounds(day, zone)
    hours = _hours(calendar)
    told: set[tuple[str, str]] = set()
    ran_out: list[tuple[str, str, Slice, bool]] = []
    for batch in batches:
        by_group: defaultdict[str, list[Contact]] = defaultdict(list)
        for contact in batch:
            by_group[contact.group].append(contact)
        for name, of_group in by_group.items():
            for allowed, done_by, clock in _clocks(centre, name):
                if any(getattr(contact, done_by) is not None for contact in of_group):
                    told.add((name, clock))
                due = _deadlines(of_group, allowed, hours, begin)
                for index in np.flatnonzero((due > begin) & (due <= end)).tolist():
                    done = getattr(of_group[index], done_by)
                    met = done is not None and done <= float(due[index])
                    ran_out.append((name, clock, slice_of(of_group[index], centre), met))
    counts: defaultdict[Slice, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name, clock, place, met in ran_out:
        if (name, clock) in told:
            counts[place][f"{clock}_due"] += 1
            counts[place][f"{clock}_met"] += met
    return counts


def _clocks(centre: Centre, group: str) -> Iterator[tuple[float, str, str]]:
    """Return the clocks of a group: its seconds, what meets it, and its name."""
    if group in centre.groups:
        for setting, done_by, clock in _CLOCKS:
            allowed = getattr(centre.groups[group].goal, setting)
            if allowed is not None:
                yield allowed, done_by, clock


def _hours(calendar: Calendar | None) -> OpeningHours | None:
    """Return the business hours of a calendar, its closures included."""
    if calendar is None or calendar.hours is None:
        return None
    closed = {*calendar.hours.closed_days, *calendar.closures}
    return replace(calendar.hours, closed_days=tuple(sorted(closed)))


def _deadlines(
    contacts: Sequence[Contact], allowed_s: float, hours: OpeningHours | None, now: float
) -> Floats:
    """Return when the clocks of contacts run out, in seconds since 1970; infinite for never."""
    created = np.array([contact.created for contact in contacts])
    allowed = allowed_s + np.array([contact.paused_s or 0.0 for contact in contacts])
    if hours is None:
        return created + allowed
    # Imported here: it brings compiled routing along, which a figure rarely needs.
    from optimizer.routing.hours import NEVER, open_time

    instants = np.round(created * 1e6).astype(np.int64)
    spans = open_time(hours, int(instants.min()), int(now * 1e6), int(now * 1e6))
    wanted = np.maximum(np.round(allowed * 1e6).astype(np.int64), 1)
    reached = spans.reached(spans.passed(instants) + wanted)
    return np.where(reached == NEVER, np.inf, reached / 1e6)
