"""One folder in which all processes of a machine count, so that any of them can tell the sum.

The files are those of prometheus_client's multiprocess mode, which it turns on when the variable
`FOLDER` is set before it is imported: each process maps files of its own, and adds to them
without waiting for anybody.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "child_exit", "fold", "share_figures", "shared_folder", "undisturbed"]

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names the folder."""

_SUMMED = ("counter", "histogram")
_GONE = "gone"


def share_figures() -> None:
    """Make the folder for this process and those that it starts; it goes when this one ends.

    A folder that is named already is used, and left.
    """
    if FOLDER in os.environ:
        return
    folder = tempfile.mkdtemp(prefix="callboard-figures-")
    os.environ[FOLDER] = folder
    atexit.register(_remove, folder, os.getpid())


def shared_folder() -> Path | None:
    """Return the folder, or None in a process that counts alone."""
    named = os.environ.get(FOLDER)
    return Path(named) if named else None


def child_exit(_: Any, worker: Any) -> None:
    """Keep what a worker counted after it died; gunicorn's server hook of that name."""
    folder = shared_folder()
    if folder is not None:
        fold(folder, worker.pid)


def fold(folder: Path, pid: int) -> None:
    """Add the files of a dead process to those of all that died before it.

    Totals must not fall, or they would look like a restart; and a worker that dies again and
    again must not leave a file each time. What it was in the middle of is forgotten.
    """
    # Imported here: whoever imports it first decides by the variable how everything is counted.
    from prometheus_client.mmap_dict import MmapedDict
    from prometheus_client.multiprocess import mark_process_dead

    with undisturbed(folder):
        mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # has no types
        for kind in _SUMMED:
            dead, gone = folder / f"{kind}_{pid}.db", folder / f"{kind}_{_GONE}.db"
            if not dead.exists():
                continue
            totals: dict[str, float] = defaultdict(float)
            for path in (gone, dead):
                if path.exists():
                    for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]  # has no types
                        totals[key] += value
            fresh = folder / f"{kind}_{_GONE}.new"
            kept = MmapedDict(str(fresh))  # type: ignore[no-untyped-call]  # has no types
            for key, value in totals.items():
                kept.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]  # has no types
            kept.close()  # type: ignore[no-untyped-call]  # has no types
            fresh.replace(gone)
            dead.unlink()


@contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Hold the folder, so that nobody reads a dead worker's counts twice, or not at all."""
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(folder: str, maker: int) -> None:
    if os.getpid() == maker:  # not in a process that was forked from it
        shutil.rmtree(folder, ignore_errors=True)
