"""The processes of one machine: started, kept alive, and ended in order."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Sequence

from api.supervisor.child import Child

__all__ = ["Supervisor"]

log = logging.getLogger(__name__)

TURN_SECONDS = 0.1

KILLING_SECONDS = 2.0
"""After the time to shut down, whatever is left is killed; the parts end themselves before."""


class Supervisor:
    """Keeps processes alive until a signal comes, or one of them does not come up at all.

    A part that was well once is started again for as long as it takes: while a database is away,
    others go on with what they can do without it.

    Parameters
    ----------
    children
        Groups that end one after the other; those of a group end together.
    beside
        Ends from the first moment on beside the groups, since it may need all the time there is.
    seconds
        Longest time from the signal to the end.
    """

    def __init__(
        self, children: Sequence[Sequence[Child]], beside: Sequence[Child], seconds: float
    ) -> None:
        self._groups = children
        self._beside = beside
        self._seconds = seconds
        self._signals: list[int] = []

    def run(self, closing: Callable[[], None]) -> int:
        """Return the exit code when all has ended.

        Parameters
        ----------
        closing
            Is called when the end begins, before any process is told.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda given, _: self._signals.append(given))
        code = 0
        while not self._signals:
            for child in self._all():
                child.keep()
                if child.hopeless:
                    log.error("A process does not come up.", extra={"fields": {"part": child.name}})
                    self._signals.append(signal.SIGTERM)
                    code = 1
            time.sleep(TURN_SECONDS)
        closing()
        self._end()
        return code

    def _all(self) -> list[Child]:
        return [*self._beside, *(child for group in self._groups for child in group)]

    def _end(self) -> None:
        """End group after group; a second signal leaves no time for it."""
        until = time.monotonic() + self._seconds + KILLING_SECONDS
        heard = len(self._signals)
        for child in self._beside:
            child.end()
        for group in [*self._groups, self._beside]:
            if group is not self._beside:
                for child in group:
                    child.end()
            while any(child.lives for child in group):
                if time.monotonic() > until or len(self._signals) > heard:
                    break
                time.sleep(TURN_SECONDS)
        for child in self._all():
            if child.lives:
                log.error("Killed.", extra={"fields": {"part": child.name}})
                child.kill()
