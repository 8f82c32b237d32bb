"""When to stop: one absolute deadline, set when a call enters, that every phase shares."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event

__all__ = ["Deadline"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point on the monotonic clock; model building counts against it like solving.

    Parameters
    ----------
    started
        When the call entered, in seconds of `time.monotonic`.
    at
        When it must have returned, on the same clock.
    stopped
        Set by `stop`; shared with the deadlines of all phases.
    """

    started: float
    at: float
    stopped: Event = field(default_factory=Event, repr=False, compare=False)

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline `seconds` from now."""
        now = time.monotonic()
        return cls(now, now + seconds)

    def elapsed(self) -> float:
        """Return the seconds since the call entered."""
        return time.monotonic() - self.started

    def remaining(self) -> float:
        """Return the seconds that are left, never below zero."""
        return 0.0 if self.stopped.is_set() else max(0.0, self.at - time.monotonic())

    def within(self, seconds: float) -> Deadline:
        """Return a deadline for one phase: `seconds` from now, but never after this one."""
        now = time.monotonic()
        return Deadline(now, min(self.at, now + seconds), self.stopped)

    def at_least(self, seconds: float) -> Deadline:
        """Return a deadline that leaves so many seconds from now, even if this one is over."""
        return Deadline(self.started, max(self.at, time.monotonic() + seconds), self.stopped)

    def passed(self) -> bool:
        """Tell whether no time is left."""
        return self.stopped.is_set() or time.monotonic() >= self.at

    def stop(self) -> None:
        """End all phases now; the call returns the best it has. May be called by any thread."""
        self.stopped.set()
