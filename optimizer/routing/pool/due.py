"""Moments at which something falls due, in order: offers, after-call work, changes of tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush

__all__ = ["Agenda", "Concern", "later"]


class Concern(StrEnum):
    """What a moment concerns: an ``agent``, a standing ``offer``, or a waiting ``ticket``."""

    AGENT = "agent"
    OFFER = "offer"
    TICKET = "ticket"


class Agenda:
    """A heap of moments.

    An entry is never taken off before its time, though what it waits for may have happened or
    been put off meanwhile: whoever pops it looks whether it still holds. Entries of one moment
    come in the order of concern and name, so that a restored pool goes through them alike.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, Concern, str]] = []

    def add(self, moment: datetime | None, concern: Concern, name: str) -> None:
        """Note a moment; None never comes."""
        if moment is not None:
            heappush(self._heap, (moment, concern, name))

    def until(self, now: datetime) -> Iterator[tuple[Concern, str]]:
        """Take off all that is due by now, in order, repeats left out."""
        last = None
        while self._heap and self._heap[0][0] <= now:
            entry = heappop(self._heap)
            if entry != last:
                yield entry[1], entry[2]
            last = entry


def later(moment: datetime, seconds: float | None) -> datetime | None:
    """Return the moment so many seconds later; None if it never comes or no calendar has it."""
    if seconds is None:
        return None
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return None
