"""From JSON bytes to typed values and back, by the types alone.

The types are frozen dataclasses on :class:`optimizer.model.record.Record`, so that reading is
strict; whatever does not fit is reported at once, each finding with its JSON pointer.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from pydantic import TypeAdapter, ValidationError

from optimizer.errors import InvalidInput, Issue

__all__ = ["adapter", "decode", "encode", "issues_of"]

T = TypeVar("T")

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}

_CODES = {
    "json_invalid": "invalid_json",
    "missing": "missing_field",
    "unexpected_keyword_argument": "unknown_field",
    "extra_forbidden": "unknown_field",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
    "finite_number": "out_of_range",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
}


_DETAILS = {
    "missing_field": "The field is missing",
    "unknown_field": "There is no such field here",
}
"""What to say where the validator's words are a programmer's."""


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Return the validator and serializer of a type; it is built once."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def decode(kind: type[T], body: bytes) -> T:
    """Return the value of type `kind` that a JSON body holds.

    Raises
    ------
    InvalidInput
        If the body is not JSON (code ``invalid_json``) or not of that type.
    """
    try:
        return adapter(kind).validate_json(body)
    except ValidationError as error:
        raise InvalidInput("The JSON does not have the expected shape.", issues_of(error)) from None


def encode(value: Any) -> bytes:
    """Return a record, or its twin, as JSON; numbers that are not finite become null."""
    return msgspec.json.encode(value)


def issues_of(error: ValidationError) -> list[Issue]:
    """Return what a validator found, as issues."""
    return [_issue(dict(found)) for found in error.errors(include_url=False)]


def _issue(found: dict[str, Any]) -> Issue:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in found["loc"])
    detail, value = str(found["msg"]), found.get("input")
    if found["type"] not in ("missing", "json_invalid") and isinstance(value, str | int | float):
        detail += f", not {value!r:.60}"
    code = _CODES.get(found["type"], "wrong_type")
    detail = _DETAILS.get(code, detail)
    return Issue(code, "".join(f"/{part}" for part in parts), f"{detail}.")
