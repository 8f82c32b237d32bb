"""Reports of some days: by what figures are told, and the drivers that are worth a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from api.data.contacts import count_contacts as contacts_by_day
from api.errors import TooLarge
from api.kpis.attributes import By
from api.kpis.clocks import LOOK_BACK_DAYS
from api.kpis.daily import Counting, kept_day
from api.kpis.figures import Figure, Tally, add_up, figures_of
from api.kpis.records import DayRecord, add_drivers
from api.store import Store
from optimizer.errors import InvalidInput, Issue
from optimizer.model.record import Record

__all__ = [
    "MOST_COUNTED",
    "MOST_DAYS",
    "DriverFigures",
    "Named",
    "Period",
    "Report",
    "ReportKind",
    "report",
    "report_of",
]

MOST_DAYS = 400
"""Days of one report."""

MOST_COUNTED = 250_000
"""Contacts of days that were not kept which are counted while somebody waits."""

_MOST_DRIVERS = 10


class ReportKind(StrEnum):
    """How days are put together."""

    DAILY = "daily"
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class Named(Record):
    """The figures of a group, channel, tier, site or vendor.

    Parameters
    ----------
    name
        None for all of which it is not told.
    """

    name: str | None
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class DriverFigures(Record):
    """A reason why customers come, and what falls away if it is fixed.

    Parameters
    ----------
    handled_hours
        Handling time of its contacts, as far as it is told.
    share_of_hours
        Of the handling time of all contacts that have a driver; None if none is told.
    contacts_saved, hours_saved
        What would not have come had it been fixed: all but the share that recurs.
    """

    driver: str
    contacts: int
    handled_hours: float
    share_of_hours: float | None
    contacts_saved: float
    hours_saved: float


@dataclass(frozen=True, slots=True)
class Period(Record):
    """The figures of some days.

    Parameters
    ----------
    kept_days
        How many of the days were kept as they were counted then; the others are counted now.
    total
        Of everything.
    parts
        By what was asked for, in alphabetical order.
    drivers
        The ten with the most handling time.
    forecasts, rosters
        The jobs that the days are compared with.
    """

    first: date
    last: date
    kept_days: int
    total: dict[str, Figure]
    parts: tuple[Named, ...]
    drivers: tuple[DriverFigures, ...]
    forecasts: tuple[str, ...]
    rosters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report(Record):
    """Figures of one or several periods.

    Parameters
    ----------
    recurrence_multiplier
        Share of a driver's contacts that is taken to come even if it is fixed.
    """

    report: ReportKind
    by: By
    recurrence_multiplier: float
    periods: tuple[Period, ...]


def report(
    store: Store,
    tenant: str,
    first: date,
    last: date,
    *,
    kind: ReportKind = ReportKind.DAILY,
    by: By = By.GROUP,
    recurrence_multiplier: float = 0.4,
) -> Report:
    """Return the figures of some days, both ends included.

    Days that were kept are read, the others counted.

    Raises
    ------
    InvalidInput
        If the days are reversed or too many.
    TooLarge
        If there are more contacts in days that were not kept than are counted at once.
    """
    _check_days(first, last)
    kept: dict[date, DayRecord | None] = {
        day: kept_day(store, tenant, day) for day in _days(first, last)
    }
    counting = Counting(store, tenant)
    _check_missing(store, tenant, [day for day, record in kept.items() if record is None], counting)
    periods: list[list[date]] = []
    for day in kept:
        if not periods or kind is ReportKind.DAILY or not _same_quarter(periods[-1][-1], day):
            periods.append([])
        periods[-1].append(day)

    def record_of(day: date) -> DayRecord:
        return kept[day] or counting.day(day)

    return Report(
        kind,
        by,
        recurrence_multiplier,
        tuple(
            report_of(
                [record_of(day) for day in days],
                by,
                recurrence_multiplier,
                sum(kept[day] is not None for day in days),
            )
            for days in periods
        ),
    )


def report_of(
    records: Sequence[DayRecord], by: By, recurrence_multiplier: float, kept_days: int = 0
) -> Period:
    """Return the figures of records of days, in order, as one period."""
    total: list[Tally] = []
    parts: defaultdict[str | None, list[Tally]] = defaultdict(list)
    for record in records:
        for counted in record.counted:
            total.append(counted.counts)
            parts[counted.place.named(by)].append(counted.counts)
    named = sorted(parts, key=lambda name: (name is None, name or ""))
    return Period(
        first=records[0].day,
        last=records[-1].day,
        kept_days=kept_days,
        total=figures_of(add_up(total)),
        parts=tuple(Named(name, figures_of(add_up(parts[name]))) for name in named),
        drivers=_drivers(records, recurrence_multiplier),
        forecasts=_named_once(records, lambda record: record.forecast),
        rosters=_named_once(records, lambda record: record.roster),
    )


def _drivers(records: Sequence[DayRecord], multiplier: float) -> tuple[DriverFigures, ...]:
    drivers = add_drivers(record.drivers for record in records)
    seconds = sum(driver.handled_s for driver in drivers)
    return tuple(
        DriverFigures(
            driver=one.driver,
            contacts=one.contacts,
            handled_hours=one.handled_s / 3600.0,
            share_of_hours=one.handled_s / seconds if seconds > 0 else None,
            contacts_saved=one.contacts * (1.0 - multiplier),
            hours_saved=one.handled_s / 3600.0 * (1.0 - multiplier),
        )
        for one in drivers[:_MOST_DRIVERS]
    )


def _check_days(first: date, last: date) -> None:
    if last < first:
        detail = f"The last day, {last}, is before the first, {first}."
        raise InvalidInput("The days cannot be used.", [Issue("days_reversed", "/to", detail)])
    if (last - first).days >= MOST_DAYS:
        detail = f"{(last - first).days + 1} days; at most {MOST_DAYS} are told at once."
        raise InvalidInput("The days cannot be used.", [Issue("too_many", "/to", detail)])


def _check_missing(store: Store, tenant: str, missing: Sequence[date], counting: Counting) -> None:
    """Refuse days that were not kept and would take too long to count."""
    if not missing:
        return
    before, last = missing[0] - timedelta(days=LOOK_BACK_DAYS), missing[-1]
    counts = contacts_by_day(store, tenant, missing[0], last)
    counted = sum(counts.get(day, 0) for day in missing)
    # Each day looks at those that may be waiting from the days before; one day alone may always.
    waiting = contacts_by_day(store, tenant, before, last, groups=counting.with_clocks)
    looked_at = sum(
        waiting.get(day - timedelta(days=back), 0)
        for day in missing[1:]
        for back in range(LOOK_BACK_DAYS + 1)
    )
    if counted > MOST_COUNTED or looked_at > MOST_COUNTED * (LOOK_BACK_DAYS + 1):
        detail = (
            f"{len(missing)} days from {missing[0]} were never kept and have more than "
            f"{MOST_COUNTED:,} contacts together or before them; have a daily report kept for each."
        )
        raise TooLarge("The report would take too long.", [Issue("too_many", "", detail)])


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=more) for more in range((last - first).days + 1)]


def _same_quarter(one: date, other: date) -> bool:
    return (one.year, (one.month - 1) // 3) == (other.year, (other.month - 1) // 3)


def _named_once(
    records: Sequence[DayRecord], job_of: Callable[[DayRecord], str | None]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(job for record in records if (job := job_of(record)) is not None))
