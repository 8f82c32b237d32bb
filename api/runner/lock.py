"""A lock on a file: whoever holds it is the only one on this machine, and it ends with them."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sqlalchemy import make_url

__all__ = ["FileLock", "lock_of"]


class FileLock:
    """A lock that the system takes back when the process ends, however it ends.

    Parameters
    ----------
    path
        The file; it is made if it is missing, and stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Take the lock, or tell that somebody else has it; to have it already is fine."""
        if self._file is None:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                return False
            self._file = file
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def lock_of(database_url: str) -> FileLock | None:
    """Return the lock that stands for a database in a file, or None for one that has none."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return FileLock(Path(f"{url.database}.runner").resolve())
