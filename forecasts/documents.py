"""JSON documents to typed values and back, every problem told with its JSON pointer.

Types are frozen dataclasses; their annotations alone say what fits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from forecasts.errors import ForecastError, Issue, pointer

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

__all__ = ["decode", "encode", "load", "plain"]

T = TypeVar("T")

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}

_CODES = {
    "missing": "missing_field",
    "unexpected_keyword_argument": "unknown_field",
    "literal_error": "unknown_value",
}
_DETAILS = {
    "missing_field": "The field is missing.",
    "unknown_field": "There is no such field here.",
}


def load(path: Path) -> object:
    """Return the value in a JSON file.

    Raises
    ------
    ForecastError
        If the file is not JSON in UTF-8; not-a-number and infinity are not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        issue = Issue("invalid_json", "", f"{path.name} is not JSON in UTF-8: {error}.")
    raise ForecastError("The file cannot be read.", [issue])


def decode(kind: type[T], value: object, where: str, found: list[Issue]) -> T | None:
    """Return a JSON value as type `kind`; None with `found` extended if it does not fit.

    Parameters
    ----------
    where
        JSON pointer of the value in its document.
    """
    # Imported here: only files need it, and it is heavy.
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        found += [_issue(one, where) for one in error.errors(include_url=False)]
    return None


def encode(value: object) -> dict[str, Any]:
    """Return a dataclass as a JSON object; fields that hold their default are left out."""
    return {
        field.name: plain(now)
        for field in fields(value)  # type: ignore[arg-type]  # any dataclass
        if (now := getattr(value, field.name)) != field.default
    }


def plain(value: object) -> Any:
    """Return the JSON value of a field: dates and times as text, tuples as lists."""
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    from pydantic import TypeAdapter

    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _issue(found: ErrorDetails, where: str) -> Issue:
    code = _CODES.get(found["type"], "wrong_type")
    detail = _DETAILS.get(code)
    if detail is None:
        detail = f"{found['msg']}, not {found['input']!r:.60}."
    return Issue(code, where + pointer(*found["loc"]), detail)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")
