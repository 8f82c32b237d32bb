"""Moments at which something falls due, in order: offers, after-call work, changes of tickets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush

__all__ = ["Agenda", "Concern", "later"]


class Concern(StrEnum):
    """What a moment concerns: an ``agent``, a standing ``offer``, or a waiting ``ticket``."""

    AGENT = "agent"
    OFFER = "offer"
    TICKET = "ticket"


Entry = tuple[datetime, Concern, str]

_FEW = 64
"""So many moments that were put off are no burden."""


class Agenda:
    """The next moment of each offer, agent and ticket that has one.

    Moments of equal time come in the order of concern and name. Those that were put off stay in
    the heap and are passed over in their old time, or go when they are the greater part of it.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._heap = sorted(entries)
        self._moments = {entry[1:]: entry[0] for entry in self._heap}

    def __len__(self) -> int:
        """Return how many moments are kept, those that were put off among them."""
        return len(self._heap)

    def set(self, moment: datetime | None, concern: Concern, name: str) -> None:
        """Note the next moment, in place of the one before; None is never."""
        if moment is None:
            self._moments.pop((concern, name), None)
        elif self._moments.get((concern, name)) != moment:
            if len(self._heap) > _FEW + 2 * len(self._moments):
                # Else answered offers with a day's time would be a day's offers in memory.
                self._heap = self.entries()
            self._moments[concern, name] = moment
            heappush(self._heap, (moment, concern, name))

    def is_due(self, now: datetime) -> bool:
        """Tell whether anything may be due by now; one that was put off may pass for due, too."""
        return bool(self._heap) and self._heap[0][0] <= now

    def until(self, now: datetime) -> list[tuple[Concern, str]]:
        """Take off all that is due by now, in order."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            moment, concern, name = heappop(self._heap)
            if self._moments.get((concern, name)) == moment:
                del self._moments[concern, name]
                due.append((concern, name))
        return due

    def entries(self) -> list[Entry]:
        """Return all moments, in order."""
        return sorted((moment, *key) for key, moment in self._moments.items())


def later(moment: datetime, seconds: float | None) -> datetime | None:
    """Return the moment so many seconds later; None if it never comes or no calendar has it."""
    if seconds is None:
        return None
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return None
