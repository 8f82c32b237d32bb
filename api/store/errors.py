"""What a database raises whatever it was asked: it cannot be used for now."""

from __future__ import annotations

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

__all__ = ["UNREACHABLE"]

UNREACHABLE = (OperationalError, InterfaceError, InternalError, PoolTimeoutError)
"""Raised by a database that is away, full, locked, read-only for now, or that ended a session
which was silent for too long: the same may go well later."""
