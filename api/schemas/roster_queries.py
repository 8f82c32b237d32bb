"""What is asked about rosters in paths and queries."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.days import Day
from api.schemas.jobs import ID

__all__ = ["DifferencePath", "RecommendationQuery", "RosterQuery", "WhyQuery"]

_NAME = 200
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RosterQuery(_Query):
    """In which form a roster is wanted."""

    format: Literal["json", "csv", "ics"] | None = Field(
        None, description="The form; by default as the header Accept says."
    )
    agent: str | None = Field(
        None, description="Of an iCalendar: the shifts of this agent.", max_length=_NAME
    )
    site: str | None = Field(
        None, description="Of an iCalendar: the shifts of everybody at this site.", max_length=_NAME
    )


class WhyQuery(_Query):
    """What should have been otherwise."""

    agent: str = Field(description="Identifier of the agent.", max_length=_NAME)
    day: Day = Field(description="The local day.")
    template: str | None = Field(
        None, description="Only shifts of this template.", max_length=_NAME
    )
    start: str | None = Field(
        None, description="Only shifts that start at this local time.", pattern=_CLOCK
    )
    free: bool = Field(False, description="Ask why the agent is not free that day.")


class RecommendationQuery(_Query):
    """What is to be done about a day; one of `shift`, `absent` and `swap`."""

    day: Day = Field(description="The local day.")
    shift: str | None = Field(
        None, description="Template of one more shift that is to be taken.", max_length=_NAME
    )
    absent: str | None = Field(
        None, description="Agent who cannot come that day.", max_length=_NAME
    )
    swap: str | None = Field(
        None, description="Agent who would like to be free that day.", max_length=_NAME
    )
    start: str | None = Field(
        None, description="Local start of the shift, with `shift`.", pattern=_CLOCK
    )
    most: int = Field(5, description="Proposals of a kind.", ge=1, le=100)


class DifferencePath(BaseModel):
    """Two rosters in a path."""

    before: str = Field(description="The job that made the earlier roster.", pattern=ID)
    after: str = Field(description="The job that made the later one.", pattern=ID)
