"""What rosters are tried against, as it is asked for: forecasts, and how they are played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Discriminator, Tag

from api.tasks.requests.references import ID, ITSELF, which
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

    The service puts them into a request that names a forecast; nobody sends them.

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


ForecastOrId = Annotated[
    Annotated[str, Tag(ID)] | Annotated[ForecastColumns, Tag(ITSELF)], Discriminator(which)
]
"""A forecast, or the identifier of the job that made it."""
