"""What the service tells about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimizer.model.record import Record

__all__ = ["Health", "Version"]


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
    """

    name: Literal["callboard"]
    version: str
    schema: str
