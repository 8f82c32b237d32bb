"""Fields in which the identifier of an earlier job may stand instead of the thing itself.

Their shape is told by the JSON type: text is an identifier. The validator writes down which of the
two it took as part of the place of an error; `plain_pointer` takes that out again, so that
pointers are those of the body as it was sent.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Discriminator, Tag

from optimizer.model import Roster
from optimizer.model.rules import RoutingRule

__all__ = ["ID", "ITSELF", "RosterOrId", "RuleOrName", "plain_pointer", "which"]

ID, ITSELF = "\0id", "\0itself"
"""No name in a JSON document that means anything begins like these."""


def which(value: Any) -> str:
    """Return the tag of what stands in such a field."""
    return ID if isinstance(value, str) else ITSELF


RosterOrId = Annotated[
    Annotated[str, Tag(ID)] | Annotated[Roster, Tag(ITSELF)], Discriminator(which)
]
"""A roster, or the identifier of the job that made it."""

RuleOrName = Annotated[
    Annotated[str, Tag(ID)] | Annotated[RoutingRule, Tag(ITSELF)], Discriminator(which)
]
"""A routing rule, or the name of one that comes with the product."""


def plain_pointer(pointer: str) -> str:
    """Return a JSON pointer without what the validator put into it."""
    return re.sub("/\0[a-z]+", "", pointer)
