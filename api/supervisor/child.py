"""A process that is started again when it dies, later and later if it dies soon."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Mapping, Sequence

__all__ = ["Child"]

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 15.0

MOST_FAILURES = 6

WELL_SECONDS = 30.0
"""A process that lived so long was well: its death says nothing of the next one."""


class Child:
    """One of the processes of a service.

    Parameters
    ----------
    name
        What it is, for the log.
    environment
        The whole environment of the process.
    files
        Descriptors that it inherits.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        files: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._command = tuple(command)
        self._environment = dict(environment)
        self._files = tuple(files)
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self._next = 0.0
        self._failures = 0
        self._was_well = False

    @property
    def lives(self) -> bool:
        """Tell whether its process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def hopeless(self) -> bool:
        """Tell whether it died `MOST_FAILURES` times without ever having been well."""
        return not self._was_well and self._failures >= MOST_FAILURES

    def keep(self) -> None:
        """Start the process if it is not there, and it is time to."""
        if self._process is not None:
            if (code := self._process.poll()) is None:
                return
            self._process = None
            self._note_end(code)
        if time.monotonic() >= self._next:
            self._begun = time.monotonic()
            try:
                self._process = self._started()
            except OSError as error:
                # There may be room for another process in a moment.
                log.warning("A process cannot be started.", exc_info=error)
                self._note_end(None)

    def end(self) -> None:
        """Ask the process to end."""
        if self.lives and self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        """End the process now."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        # In a group of its own, Ctrl-C reaches the supervisor alone, who ends all in order.
        return subprocess.Popen(
            self._command,
            env=self._environment,
            pass_fds=self._files,
            stdin=subprocess.DEVNULL,
            process_group=0,
        )

    def _note_end(self, code: int | None) -> None:
        now = time.monotonic()
        if now - self._begun >= WELL_SECONDS:
            self._was_well = True
            self._pause = FIRST_PAUSE_SECONDS
        self._failures += 1
        fields = {"part": self.name, "exit_code": code, "again_in_seconds": self._pause}
        log.error("A process ended; it is started again.", extra={"fields": fields})
        self._next = now + self._pause
        self._pause = min(LONGEST_PAUSE_SECONDS, 2.0 * self._pause)
