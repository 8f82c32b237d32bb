"""A database with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from api.store import Store, open_store


@pytest.fixture
def empty(sqlite_url: str) -> Iterator[Store]:
    with closing(open_store(sqlite_url)) as opened:
        yield opened
