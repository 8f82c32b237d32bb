"""Fixtures that every part of the suite shares."""

from __future__ import annotations

import math
import os

# Tests run side by side: threads of linear algebra would only fight over the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Remove compiled code that may be older than what it was compiled from.

    numba compiles a function again when its own file changes, not when a function that it calls
    from another file does; the tests would hold up what is no longer written anywhere.
    """
    if hasattr(config, "workerinput"):  # one of several: whoever starts them has done it
        return
    folders = [ROOT / "optimizer" / name for name in ("simulation", "routing", "roster/tours")]
    modules = [path for folder in folders for path in folder.rglob("*.py")]
    sources = [path for path in modules if "numba" in path.read_text("utf-8")]
    compiled = [path for folder in folders for path in folder.rglob("__pycache__/*.nb[ci]")]
    oldest = min((path.stat().st_mtime for path in compiled), default=math.inf)
    if any(path.stat().st_mtime > oldest for path in sources):
        for path in compiled:
            path.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def reference_data() -> Callable[[str], Path]:
    """Find a file of the real data sets, or skip the test where it is absent."""
    folder = Path(os.environ.get("CALLBOARD_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = folder / name
        if not path.is_file():
            pytest.skip(f"{name} is not in CALLBOARD_DATA")
        return path

    return find
