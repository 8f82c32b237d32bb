"""Days in the parameters of requests."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

__all__ = ["Day"]


def _as_written(value: Any) -> Any:
    """Let nothing through but YYYY-MM-DD: the framework takes numbers, too, for seconds since 1970.

    Raises
    ------
    PydanticCustomError
        If a text is anything else.
    """
    if isinstance(value, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticCustomError("date_parsing", "A day is written as 2026-11-23")
    return value


Day = Annotated[date, BeforeValidator(_as_written)]
"""A day, written as 2026-11-23."""
