"""What rosters are tried against, as it is asked for: forecasts, and how they are played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Discriminator, Tag

from optimizer.model.record import Record

__all__ = ["ForecastColumns", "ForecastFiles", "ForecastOrId"]


@dataclass(frozen=True, slots=True)
class ForecastColumns(Record):
    """Expected contacts: one entry per planning group and interval in every list.

    Intervals without an entry are closed.

    Parameters
    ----------
    start
        Beginning of the interval: local time as ISO 8601, such as ``2026-11-23T09:30``.
    offered
        Contacts expected, 0 or more.
    aht_s
        Mean handling time in seconds.
    group
        Planning group; left out where there is one only.
    """

    start: tuple[str, ...]
    offered: tuple[float, ...]
    aht_s: tuple[float | None, ...]
    group: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ForecastFiles(Record):
    """A forecast as the files that `callboard forecast` writes, with all that is known of it.

    Parameters
    ----------
    table
        The text of ``forecast.csv``.
    document
        The text of ``forecast.json``.
    unadjusted
        The text of ``unadjusted.csv``; null if the forecast has no adjustments.
    """

    table: str
    document: str
    unadjusted: str | None = None


_TAGS = {"id": "\0id", "files": "\0files", "columns": "\0columns"}
"""As in `api.tasks.requests.references`: taken out of the pointers of errors again."""


def _which(value: Any) -> str:
    if isinstance(value, str):
        return _TAGS["id"]
    files = isinstance(value, ForecastFiles) or (isinstance(value, dict) and "document" in value)
    return _TAGS["files" if files else "columns"]


ForecastOrId = Annotated[
    Annotated[str, Tag(_TAGS["id"])]
    | Annotated[ForecastFiles, Tag(_TAGS["files"])]
    | Annotated[ForecastColumns, Tag(_TAGS["columns"])],
    Discriminator(_which),
]
"""A forecast, or the identifier of the job that made it."""
