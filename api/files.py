"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["check_place", "whole"]


def check_place(folder: Path) -> None:
    """Make a folder and see that it can be written to: before the work, not after it.

    Raises
    ------
    OSError
        If it cannot be made, or nothing can be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    trial = folder / f".callboard.{os.getpid()}"
    trial.touch()
    trial.unlink()


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside a path to write to, and rename it when all is written.

    Whoever reads the path sees the old file or the new one, whenever the writer ends; a writer
    that fails leaves nothing behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
