"""A plan that the verifier has to drop is a fault of the solver: it fails the test."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


class _Refuse(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(record.getMessage())


@pytest.fixture(autouse=True, scope="session")
def no_plan_is_dropped() -> Iterator[None]:
    """Let every error that the engine logs fail the test at once."""
    logger, refuse = logging.getLogger("optimizer.roster"), _Refuse(logging.ERROR)
    logger.addHandler(refuse)
    yield
    logger.removeHandler(refuse)
