"""The history of an organisation: batches of intervals merged day by day, read back as one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, delete, func, select

from api.data.columns import COLUMNS, pack, unpack
from api.data.organisations import load_organisation
from api.data.writing import put_rows, take_turn
from api.store import Store
from api.store.tables import history_days as table
from optimizer.errors import Issue, Severity, raise_errors
from optimizer.model.grid import MINUTES_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

    from api.data.interval_table import IntervalTable
    from forecasts import History

__all__ = [
    "Counts",
    "StoredDay",
    "drop_history",
    "history_groups",
    "load_history",
    "put_history",
    "stored_days",
]

FloatArray = NDArray[np.float64]

_PLACE = {name: place for place, name in enumerate(COLUMNS)}
_MOST_GROUPS_NAMED = 500
MOST_CELLS = 100_000_000
"""Groups x intervals of a history; more is a mistyped year or belongs to a data base."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a batch changed.

    Parameters
    ----------
    added, changed, unchanged
        Rows that were new, that said something else than what was there, and that said the same.
    issues
        What is worth knowing but stopped nothing.
    """

    added: int
    changed: int
    unchanged: int
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class StoredDay:
    """One group's intervals of one day.

    Parameters
    ----------
    values
        By column, time that it comes and slot of the clock, ``[columns, 2, slots]``; NaN where
        not known.
    """

    group: str
    day: date
    interval_minutes: int
    zone: str | None
    values: FloatArray


def put_history(
    store: Store,
    tenant: str,
    frame: pd.DataFrame,
    *,
    interval_minutes: int | None = None,
    zone: str | None = None,
) -> Counts:
    """Merge rows of intervals into the history, all of them or none.

    A row replaces what is known of its group and interval in the columns that the table has; an
    empty cell makes them unknown. The same rows twice change nothing, and rows of different
    intervals may come in any batches and order.

    Parameters
    ----------
    frame
        Columns ``group``, ``start`` and any of `api.data.columns.COLUMNS`.
    interval_minutes, zone
        By default those of the history that is there; else of the rows, and of the organisation.

    Raises
    ------
    InvalidInput
        If rows cannot be used, or have other intervals or another time zone than the history;
        every problem is listed.
    """
    # Imported here: the checks of tables are heavy, and who only reads documents needs none.
    from api.data.interval_table import read_intervals

    organisation = load_organisation(store, tenant)
    with store.reading() as connection:
        known_minutes, known_zone = _grid(connection, tenant)
    zone = zone or known_zone or (organisation.zone if organisation else None)
    rows = read_intervals(frame, interval_minutes=interval_minutes or known_minutes, zone=zone)
    issues = list(rows.issues)
    if organisation is not None:
        there = {group.id for group in organisation.groups}
        issues += [
            Issue(
                "unknown_group",
                f"/groups/{name}",
                f"The organisation has no group {name!r}.",
                Severity.WARNING,
            )
            for name in rows.groups
            if name not in there
        ]
    with store.writing() as connection:
        take_turn(store, connection, tenant)
        _check_grid(connection, tenant, rows)
        counts = _merge(connection, tenant, rows)
    return replace(counts, issues=tuple(issues))


def load_history(
    store: Store,
    tenant: str,
    *,
    groups: Collection[str] | None = None,
    first: date | None = None,
    last: date | None = None,
) -> History | None:
    """Return the intervals that are kept, as the forecasts take them; None if there are none.

    Of an hour that comes twice it has the mean, the rate of one interval.

    Parameters
    ----------
    groups
        By default all; those without a record are left out.
    first, last
        Days, both included; by default all.
    """
    import pandas as pd

    from forecasts import History

    days = list(stored_days(store, tenant, groups=groups, first=first, last=last))
    if not days:
        return None
    minutes = days[0].interval_minutes
    names = tuple(sorted({day.group for day in days}))
    row = {name: index for index, name in enumerate(names)}
    begin = min(day.day for day in days)
    count = (max(day.day for day in days) - begin).days + 1
    slots = MINUTES_PER_DAY // minutes
    kept = ("offered", "aht_s", "handled")
    values = {name: np.full((len(names), count, slots), np.nan) for name in kept}
    for day in days:
        at = row[day.group], (day.day - begin).days
        for name, rate in zip(kept, _rates(day.values), strict=True):
            values[name][at] = rate
    flat = {name: array.reshape(len(names), -1) for name, array in values.items()}
    known = {name: array for name, array in flat.items() if np.isfinite(array).any()}
    return History(
        groups=names,
        starts=pd.date_range(begin, periods=count * slots, freq=f"{minutes}min"),
        interval_minutes=minutes,
        offered=flat["offered"],
        aht_s=known.get("aht_s"),
        handled=known.get("handled") if "aht_s" in known else None,
        zone=next((day.zone for day in days if day.zone is not None), None),
    )


def history_groups(store: Store, tenant: str) -> tuple[str, ...]:
    """Return the names of the groups that have a history, in alphabetical order."""
    wanted = select(table.c.group).where(table.c.tenant == tenant).distinct()
    with store.reading() as connection:
        return tuple(sorted(connection.execute(wanted).scalars()))


def stored_days(
    store: Store,
    tenant: str,
    *,
    groups: Collection[str] | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Iterator[StoredDay]:
    """Return the days that are kept, by day and group."""
    wanted = _between(select(table).where(table.c.tenant == tenant), first, last)
    chosen = None if groups is None else set(groups)
    if chosen is not None and len(chosen) <= _MOST_GROUPS_NAMED:
        wanted = wanted.where(table.c.group.in_(sorted(chosen)))
    with store.reading() as connection:
        rows = connection.execute(wanted.order_by(table.c.day, table.c.group)).all()
    for row in rows:
        if chosen is None or row.group in chosen:
            values = unpack(row.body, row.interval_minutes)
            yield StoredDay(row.group, row.day, row.interval_minutes, row.zone, values)


def drop_history(store: Store, tenant: str, *, group: str | None, first: date, last: date) -> int:
    """Forget the intervals of some days, both included; return how many days of groups went."""
    gone = delete(table).where(table.c.tenant == tenant, table.c.day >= first, table.c.day <= last)
    if group is not None:
        gone = gone.where(table.c.group == group)
    with store.writing() as connection:
        take_turn(store, connection, tenant)
        return connection.execute(gone).rowcount


def _between(
    wanted: Select[tuple[object, ...]], first: date | None, last: date | None
) -> Select[tuple[object, ...]]:
    if first is not None:
        wanted = wanted.where(table.c.day >= first)
    if last is not None:
        wanted = wanted.where(table.c.day <= last)
    return wanted


def _grid(connection: Connection, tenant: str) -> tuple[int | None, str | None]:
    """Return the length of the intervals and the time zone of the history, where they are known."""
    wanted = select(func.max(table.c.interval_minutes), func.max(table.c.zone))
    minutes, zone = connection.execute(wanted.where(table.c.tenant == tenant)).one()
    return minutes, zone


def _check_grid(connection: Connection, tenant: str, rows: IntervalTable) -> None:
    """Refuse rows that do not fit to what is there.

    Raises
    ------
    InvalidInput
        If intervals or time zone are others, or the history would become absurdly long.
    """
    minutes, zone = _grid(connection, tenant)
    issues = []
    if minutes is not None and minutes != rows.interval_minutes:
        detail = (
            f"The history has intervals of {minutes} minutes, these rows of "
            f"{rows.interval_minutes}."
        )
        issues.append(Issue("other_interval", "/interval_minutes", detail))
    if zone is not None and rows.zone != zone:
        detail = f"The history is in local times of {zone}, these rows in those of {rows.zone}."
        issues.append(Issue("other_zone", "/zone", detail))
    ends = select(func.min(table.c.day), func.max(table.c.day)).where(table.c.tenant == tenant)
    first, last = connection.execute(ends).one()
    begin = min(rows.day.min().item(), first or date.max)
    end = max(rows.day.max().item(), last or date.min)
    cells = ((end - begin).days + 1) * (MINUTES_PER_DAY // rows.interval_minutes)
    if cells * len(rows.groups) > MOST_CELLS:
        detail = f"The history would reach from {begin} to {end}; look for a mistyped year."
        issues.append(Issue("span_too_long", "/rows", detail))
    raise_errors("The rows do not fit to the history.", issues)


def _merge(connection: Connection, tenant: str, rows: IntervalTable) -> Counts:
    """Write rows into their days; return what they changed."""
    there = _bodies(connection, tenant, rows)
    columns = [_PLACE[name] for name in rows.values]
    sent = np.stack(list(rows.values.values()))
    order, ends = _by_day(rows)
    added = changed = 0
    slots = MINUTES_PER_DAY // rows.interval_minutes
    written = []
    for begin, end in zip([0, *ends[:-1]], ends, strict=True):
        at = order[begin:end]
        group, day = rows.groups[rows.group[at[0]]], rows.day[at[0]].item()
        old = there.get((group, day))
        values = (
            np.full((len(COLUMNS), 2, slots), np.nan)
            if old is None
            else unpack(old, rows.interval_minutes)
        )
        fold, slot = rows.fold[at], rows.slot[at]
        before, after = values[:, fold, slot], sent[:, at]
        was = np.isfinite(before).any(axis=0)
        equal = (before[columns] == after) | (np.isnan(before[columns]) & np.isnan(after))
        differs = ~equal.all(axis=0)
        if not differs.any():
            continue
        added += int((differs & ~was).sum())
        changed += int((differs & was).sum())
        for place, column in enumerate(columns):
            values[column, fold, slot] = after[place]
        written.append(
            {
                "tenant": tenant,
                "group": group,
                "day": day,
                "interval_minutes": rows.interval_minutes,
                "zone": rows.zone,
                "body": pack(values),
            }
        )
    put_rows(connection, table, written)
    return Counts(added, changed, len(order) - added - changed)


def _bodies(
    connection: Connection, tenant: str, rows: IntervalTable
) -> dict[tuple[str, date], bytes]:
    """Return what is kept of the groups and days that the rows are about, and perhaps more."""
    first, last = rows.day.min().item(), rows.day.max().item()
    wanted = select(table.c.group, table.c.day, table.c.body)
    wanted = wanted.where(table.c.tenant == tenant, table.c.day >= first, table.c.day <= last)
    if len(rows.groups) <= _MOST_GROUPS_NAMED:
        wanted = wanted.where(table.c.group.in_(rows.groups))
    return {(group, day): body for group, day, body in connection.execute(wanted)}


def _by_day(rows: IntervalTable) -> tuple[NDArray[np.int64], list[int]]:
    """Return the rows ordered by group and day, and where each day of a group ends among them."""
    order = np.lexsort((rows.slot, rows.day, rows.group))
    group, day = rows.group[order], rows.day[order]
    edges = np.flatnonzero((group[1:] != group[:-1]) | (day[1:] != day[:-1])) + 1
    return order, [*edges.tolist(), len(order)]


def _rates(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return offered, handling seconds and handled of a day by slot, doubled ones as their mean."""
    offered, aht_s, handled = (values[_PLACE[name]] for name in ("offered", "aht_s", "handled"))
    if not np.isfinite(values[:, 1]).any():
        return offered[0], aht_s[0], handled[0]
    behind = np.where(np.isfinite(handled), handled, offered)
    weight = np.where(np.isfinite(aht_s), np.nan_to_num(behind), 0.0)
    # Where nobody was counted, both times have the same say.
    weight = np.where(weight.sum(axis=0) > 0, weight, np.isfinite(aht_s))
    return (
        _mean(offered, np.isfinite(offered)),
        _mean(aht_s, weight),
        _mean(handled, np.isfinite(handled)),
    )


def _mean(values: FloatArray, weight: FloatArray) -> FloatArray:
    total = weight.sum(axis=0)
    mean = (np.nan_to_num(values) * weight).sum(axis=0) / np.where(total > 0, total, 1)
    return np.where(total > 0, mean, np.nan)
