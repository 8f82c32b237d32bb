"""The history as it can be put back: columns with local times, each with its offset from UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from api.data.columns import COLUMNS
from api.data.history import StoredDay

__all__ = ["as_columns"]

Cells = dict[str, list[str | float | None]]


def as_columns(days: Sequence[StoredDay]) -> Cells:
    """Return stored days as columns of cells, None where not known.

    Columns of which nothing is known are left out. Whoever puts them back changes nothing.
    """
    columns: Cells = {name: [] for name in ("group", "start", *COLUMNS)}
    for day in days:
        known = np.asarray(np.isfinite(day.values).any(axis=0))
        # By slot and then by fold: the second time of an hour follows on the first.
        for slot in np.flatnonzero(known.any(axis=0)).tolist():
            for fold in np.flatnonzero(known[:, slot]).tolist():
                columns["group"].append(day.group)
                columns["start"].append(_start(day, slot, fold))
                for name, value in zip(COLUMNS, day.values[:, fold, slot].tolist(), strict=True):
                    columns[name].append(None if value != value else value)
    return {
        name: cells for name, cells in columns.items() if any(cell is not None for cell in cells)
    }


def _start(day: StoredDay, slot: int, fold: int) -> str:
    moment = _midnight(day.day) + timedelta(minutes=slot * day.interval_minutes)
    if day.zone is not None:
        moment = moment.replace(tzinfo=ZoneInfo(day.zone), fold=fold)
    return moment.isoformat("T", "minutes")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())
