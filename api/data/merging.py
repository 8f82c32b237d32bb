"""Batches of intervals, merged into the history day by day, all of their rows or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from api.data.columns import COLUMNS, pack, unpack
from api.data.history import MOST_GROUPS_NAMED
from api.data.organisations import load_organisation
from api.data.writing import Counts, put_rows, take_turn
from api.store import Store
from api.store.tables import history_days as table
from optimizer.errors import Issue, Severity, raise_errors
from optimizer.model.grid import MINUTES_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

    from api.data.interval_table import IntervalTable

__all__ = ["put_history"]

MOST_CELLS = 100_000_000
"""Groups x intervals of a history; more is a mistyped year or belongs to a data base."""

_PLACE = {name: place for place, name in enumerate(COLUMNS)}


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
    if len(rows.groups) <= MOST_GROUPS_NAMED:
        wanted = wanted.where(table.c.group.in_(rows.groups))
    return {(group, day): body for group, day, body in connection.execute(wanted)}


def _by_day(rows: IntervalTable) -> tuple[NDArray[np.int64], list[int]]:
    """Return the rows ordered by group and day, and where each day of a group ends among them."""
    order = np.lexsort((rows.slot, rows.day, rows.group))
    group, day = rows.group[order], rows.day[order]
    edges = np.flatnonzero((group[1:] != group[:-1]) | (day[1:] != day[:-1])) + 1
    return order, [*edges.tolist(), len(order)]
