"""How often somebody may do something: a bucket each that fills up again."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

__all__ = ["Rate"]

_MOST_CALLERS = 20_000


class Rate:
    """So many times a minute for each, all at once or spread; may be shared by threads.

    The generic cell rate algorithm (ITU-T I.371): of each caller only one time is kept, at which
    its bucket is full again. In the long run nobody exceeds the rate, and a pause of a minute
    allows a whole minute's worth at once.

    Parameters
    ----------
    per_minute
        Times, at least 1.
    clock
        Seconds that only rise.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._spacing = 60.0 / per_minute
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._lock = Lock()

    def take(self, who: str) -> float:
        """Count one more time and return 0, or return the seconds to wait and count nothing."""
        now = self._clock()
        with self._lock:
            full_at = max(self._full_at.get(who, now), now) + self._spacing
            # A hair for the sums of many fractions.
            if (wait := full_at - now - 60.0) > 1e-6:
                return wait
            if who not in self._full_at and len(self._full_at) >= _MOST_CALLERS:
                # Whoever came first has most likely gone.
                del self._full_at[next(iter(self._full_at))]
            self._full_at[who] = full_at
        return 0.0
