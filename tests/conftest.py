"""Fixtures that every part of the suite shares."""

from __future__ import annotations

import os

# Tests run side by side: threads of linear algebra would only fight over the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
