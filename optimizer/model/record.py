"""The base of every model class that can stand in a JSON document."""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = ["Record"]


class Record:
    """A frozen dataclass that is read from JSON strictly.

    The setting is plain data that :mod:`optimizer.io` hands to its validator: unknown fields,
    strings in the place of numbers and non-finite numbers are issues, never ignored.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "strict": True,
        "allow_inf_nan": False,
    }
