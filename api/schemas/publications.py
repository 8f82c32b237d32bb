"""What is asked and answered about which roster is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.publications import Publication
from api.schemas.days import Day
from optimizer.model.record import Record

__all__ = [
    "DayQuery",
    "PublicationList",
    "PublicationsQuery",
    "PublishRequest",
    "VersionPath",
]

_GREATEST = 2**31 - 1


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VersionPath(BaseModel):
    """A publication in a path."""

    version: int = Field(description="The version.", ge=1, le=_GREATEST)


class PublicationsQuery(_Query):
    """Which publications to list."""

    limit: int = Field(50, description="Most publications in one answer.", ge=1, le=500)
    before: int | None = Field(
        None, description="Only versions before this one.", ge=1, le=_GREATEST
    )


class DayQuery(_Query):
    """A day."""

    day: Day = Field(description="A day by the clock of the roster.")


@dataclass(frozen=True, slots=True)
class PublishRequest(Record):
    """What the publisher has seen.

    Parameters
    ----------
    expected_version
        The newest version that the publisher has seen, 0 for none. If somebody has published for
        any of the days since then, the answer is 409 and nothing happens.
    remark
        What there is to say of it: one line.
    """

    expected_version: Annotated[int, Field(ge=0, le=_GREATEST)]
    remark: Annotated[str, Field(max_length=500)] | None = None


@dataclass(frozen=True, slots=True)
class PublicationList(Record):
    """Publications, the newest first.

    Parameters
    ----------
    next
        Address of the publications before these; null if there are none.
    """

    publications: tuple[Publication, ...]
    next: str | None
