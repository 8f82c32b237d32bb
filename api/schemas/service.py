"""What the service tells about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from optimizer.errors import Issue
from optimizer.model.record import Record

__all__ = ["DemoPath", "Health", "Part", "Readiness", "Version"]


@dataclass(frozen=True, slots=True)
class Health(Record):
    """The process is up and answers.

    Parameters
    ----------
    status
        Always `ok`; whoever is not well does not answer.
    """

    status: Literal["ok"]


@dataclass(frozen=True, slots=True)
class Part(Record):
    """One thing that requests or jobs need.

    Parameters
    ----------
    name
        `solver` (a tiny problem is solved), `database` (it answers, and its tables are those that
        this software works with), `runner` (somebody works on jobs) or `pools` (somebody owns
        those that were opened).
    seconds
        How long the look took; what was found is told to all who ask within a few seconds.
    issues
        What is not well but stops no request, such as that jobs wait since there is no runner.
    """

    name: str
    seconds: float
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Readiness(Record):
    """Everything that requests need is there.

    Parameters
    ----------
    status
        Always `ready`; whoever is not, answers 503 and lists the reasons.
    parts
        What was looked at.
    """

    status: Literal["ready"]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Version(Record):
    """What answers here.

    Parameters
    ----------
    name
        Always `callboard`.
    version
        Version of the software.
    schema
        Version of the document shapes.
    database
        Version of the tables that it works with.
    python
        Version of Python.
    libraries
        Versions of the libraries that solve and forecast.
    """

    name: Literal["callboard"]
    version: str
    schema: str
    database: str
    python: str
    libraries: dict[str, str]


class DemoPath(BaseModel):
    """The path of a body to try things out with."""

    kind: str = Field(description="The last part of the route that takes it, such as rosters.")
