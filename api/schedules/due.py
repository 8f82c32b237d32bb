"""One occasion on which recurring work is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["Due"]


@dataclass(frozen=True, slots=True)
class Due:
    """An occasion on which recurring work is to be done, by whatever process.

    Parameters
    ----------
    body
        The request with its placeholders, JSON.
    day
        The date it is about, in the zone of the schedule: that of the latest occasion which was
        missed if there were several.
    key
        Names the occasion: whoever runs it under the same key runs the same.
    """

    tenant: str
    schedule: str
    work: str
    body: bytes
    day: date
    key: str
