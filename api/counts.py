"""How many of something there may be: one refusal for bodies and for what they ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from api.errors import TooLarge
from optimizer.errors import Issue

__all__ = ["Count", "refuse_counts"]


class Count(NamedTuple):
    """How many of something there are, and how many are taken at once."""

    pointer: str
    what: str
    found: float
    limit: int


def refuse_counts(detail: str, counts: Sequence[Count]) -> None:
    """Refuse what has too many of something.

    Parameters
    ----------
    detail
        What is said of all of it.

    Raises
    ------
    TooLarge
        If any count is above its limit; all that are, are listed.
    """
    issues = [
        Issue("too_many", pointer, f"{found:,.0f} {what}; at most {limit:,} are taken at once.")
        for pointer, what, found, limit in counts
        if found > limit
    ]
    if issues:
        raise TooLarge(detail, issues)
