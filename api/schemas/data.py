"""What is sent and answered about an organisation's own data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.days import Day
from optimizer.errors import Issue
from optimizer.model import Organisation
from optimizer.model.record import Record

__all__ = [
    "DataKind",
    "ForgetQuery",
    "Forgotten",
    "HistoryBatch",
    "HistoryQuery",
    "Merged",
    "OrganisationDocument",
    "PutHeaders",
    "PutQuery",
    "StoredIntervals",
    "StoredVersion",
    "VersionQuery",
    "Versions",
    "VersionsQuery",
    "Written",
]

Cell = str | float | bool | None


class DataKind(StrEnum):
    """What rows are about: intervals of planning groups, or single contacts."""

    INTERVALS = "intervals"
    CONTACTS = "contacts"


@dataclass(frozen=True, slots=True)
class OrganisationDocument(Record):
    """An organisation the way it stands in files.

    Parameters
    ----------
    schema
        Of the file.
    organisation
        All of it.
    """

    organisation: Organisation
    schema: Literal["callboard/1"] = "callboard/1"


@dataclass(frozen=True, slots=True)
class HistoryBatch(Record):
    """What happened: rows of intervals or of contacts, as columns or as rows.

    Parameters
    ----------
    kind
        What each row is about.
    columns
        Cells by name of the column, all of one length; or `rows`.
    rows
        Rows of cells by name of the column; or `columns`.
    interval_minutes
        Length of an interval; by default that of the history that is there, else the most common
        distance between rows.
    zone
        Time zone whose clock the rows are by; by default that of the history, else of the
        organisation.
    """

    kind: DataKind = DataKind.INTERVALS
    columns: dict[str, tuple[Cell, ...]] | None = None
    rows: tuple[dict[str, Cell], ...] | None = None
    interval_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class StoredIntervals(Record):
    """The history as it is kept; it can be put back.

    Parameters
    ----------
    interval_minutes
        Length of an interval.
    zone
        Time zone of the rows; null if it is not known.
    columns
        Cells by name of the column; null where not known.
    """

    kind: DataKind
    interval_minutes: int
    zone: str | None
    columns: dict[str, tuple[str | float | None, ...]]


@dataclass(frozen=True, slots=True)
class Merged(Record):
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
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Forgotten(Record):
    """What was deleted.

    Parameters
    ----------
    count
        Days of groups, or contacts.
    """

    kind: DataKind
    count: int


@dataclass(frozen=True, slots=True)
class Written(Record):
    """What became of a document that was put.

    Parameters
    ----------
    version
        The version that holds it; also in the header ETag.
    changed
        Whether it is a new version; what is equal to the latest makes none.
    issues
        What is worth knowing but stopped nothing.
    """

    version: int
    changed: bool
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class StoredVersion(Record):
    """One state of a document.

    Parameters
    ----------
    at
        When it was put.
    key_id
        The public part of the key that put it; null where keys are not asked for.
    """

    version: int
    at: datetime
    key_id: str | None


@dataclass(frozen=True, slots=True)
class Versions(Record):
    """The states of a document, latest first.

    Parameters
    ----------
    next
        Give it as `before` to get those before these; null if there are none.
    """

    versions: tuple[StoredVersion, ...]
    next: int | None


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HistoryQuery(_Query):
    """Which part of the history."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    group: str | None = Field(None, description="Only this planning group.", max_length=200)
    first: Day | None = Field(None, alias="from", description="First local day, 2026-11-23.")
    last: Day | None = Field(None, alias="to", description="Last local day, included.")


class ForgetQuery(_Query):
    """What to delete."""

    kind: DataKind = Field(DataKind.INTERVALS, description="Intervals or contacts.")
    group: str | None = Field(None, description="Only this planning group.", max_length=200)
    first: Day = Field(alias="from", description="First local day, 2026-11-23.")
    last: Day = Field(alias="to", description="Last local day, included.")


class PutQuery(_Query):
    """What CSV does not say about itself; of a JSON body they are members."""

    kind: DataKind = Field(DataKind.INTERVALS, description="What each row is about.")
    interval_minutes: int | None = Field(None, description="Length of an interval.", ge=1, le=1440)
    zone: str | None = Field(None, description="Time zone of the rows.", max_length=64)


class VersionQuery(_Query):
    """Which state of a document."""

    version: int | None = Field(None, description="By default the latest.", ge=1, le=2**31 - 1)


class VersionsQuery(_Query):
    """Which versions to list."""

    limit: int = Field(50, description="Most versions in one answer.", ge=1, le=500)
    before: int | None = Field(
        None, description="Only versions below this one.", ge=1, le=2**31 - 1
    )


class PutHeaders(BaseModel):
    """What the caller saw of a document before changing it."""

    model_config = ConfigDict(extra="ignore")

    if_match: str | None = Field(
        None,
        alias="If-Match",
        description="The ETag of the version that was changed; refused (412) if it is no longer "
        "the latest.",
    )
    if_none_match: Literal["*"] | None = Field(
        None, alias="If-None-Match", description="`*`: only if there is none yet."
    )
