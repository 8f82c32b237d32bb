"""The history of an organisation, kept day by day and read back as one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, func, select

from api.data.columns import COLUMNS, unpack
from api.data.writing import take_turn
from api.store import Store
from api.store.tables import history_days as table
from optimizer.model.grid import MINUTES_PER_DAY

if TYPE_CHECKING:
    from forecasts import History

__all__ = [
    "MOST_GROUPS_NAMED",
    "Extent",
    "StoredDay",
    "drop_history",
    "history_extent",
    "history_groups",
    "load_history",
    "stored_days",
]

FloatArray = NDArray[np.float64]

_PLACE = {name: place for place, name in enumerate(COLUMNS)}

MOST_GROUPS_NAMED = 500
"""Groups that a query names; of more, all are read and the others passed over."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a history there is, told without reading it.

    Parameters
    ----------
    groups
        How many have a record.
    first, last
        Days with a record.
    records
        Days of groups that are kept.
    """

    groups: int
    first: date
    last: date
    records: int
    interval_minutes: int

    @property
    def slots_per_day(self) -> int:
        """Return the number of intervals of a day."""
        return MINUTES_PER_DAY // self.interval_minutes

    @property
    def cells(self) -> int:
        """Return groups times intervals, those without a record included."""
        return self.groups * ((self.last - self.first).days + 1) * self.slots_per_day


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

    days = [
        (day.group, day.day, _rates(day.values), day.interval_minutes, day.zone)
        for day in stored_days(store, tenant, groups=groups, first=first, last=last)
    ]
    if not days:
        return None
    minutes = days[0][3]
    names = tuple(sorted({group for group, *_ in days}))
    row = {name: index for index, name in enumerate(names)}
    begin, end = days[0][1], days[-1][1]  # they come by day
    count = (end - begin).days + 1
    slots = MINUTES_PER_DAY // minutes
    kept = ("offered", "aht_s", "handled")
    values = {name: np.full((len(names), count, slots), np.nan) for name in kept}
    for group, day, rates, *_ in days:
        at = row[group], (day - begin).days
        for name, rate in zip(kept, rates, strict=True):
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
        zone=next((zone for *_, zone in days if zone is not None), None),
    )


def history_groups(store: Store, tenant: str) -> tuple[str, ...]:
    """Return the names of the groups that have a history, in alphabetical order."""
    wanted = select(table.c.group).where(table.c.tenant == tenant).distinct()
    with store.reading() as connection:
        return tuple(sorted(connection.execute(wanted).scalars()))


def history_extent(
    store: Store,
    tenant: str,
    *,
    group: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Extent | None:
    """Return how much is kept, by default of all groups and days; None if there is nothing."""
    ends = func.min(table.c.day).label("first"), func.max(table.c.day).label("last")
    wanted = select(
        func.count(table.c.group.distinct()).label("groups"),
        func.count().label("records"),
        func.max(table.c.interval_minutes).label("minutes"),
        *ends,
    ).where(table.c.tenant == tenant)
    if group is not None:
        wanted = wanted.where(table.c.group == group)
    with store.reading() as connection:
        found = connection.execute(_between(wanted, first, last)).one()
    if not found.records:
        return None
    return Extent(found.groups, found.first, found.last, found.records, found.minutes)


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
    if chosen is not None and len(chosen) <= MOST_GROUPS_NAMED:
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
    wanted: Select[*tuple[Any, ...]], first: date | None, last: date | None
) -> Select[Any]:
    if first is not None:
        wanted = wanted.where(table.c.day >= first)
    if last is not None:
        wanted = wanted.where(table.c.day <= last)
    return wanted


def _rates(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return offered, handling seconds and handled of a day by slot, doubled ones as their mean."""
    names = "offered", "aht_s", "handled", "answered"
    offered, aht_s, handled, answered = (values[_PLACE[name]] for name in names)
    handled = np.where(np.isfinite(handled) | ~np.isfinite(aht_s), handled, answered)
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
