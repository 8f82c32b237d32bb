from __future__ import annotations

import pytest

from benchmarks.rostering.engine import measure
from benchmarks.rostering.optima import post_office


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    """Compile what a solve needs, so that short limits are not spent on it."""
    measure(post_office(23), 60.0)
