"""From JSON bytes to typed values and back, by the types alone.

The types are frozen dataclasses on :class:`optimizer.model.record.Record`, so that reading is
strict; whatever does not fit is reported at once, each finding with its JSON pointer.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from optimizer.errors import InvalidInput, Issue, Severity

__all__ = ["adapter", "decode", "encode", "issues_of"]

T = TypeVar("T")

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
_BRIEF: dict[type, SchemaValidator] = {}

_MOST_ISSUES = 5_000
_MOST_VALUES = 100_000
"""Problems, and values in a body, beyond which only the first problem of each list is told.

A value that is wrong takes a thousand times its own memory to be told: without a limit, whoever
may send a few megabytes could have all the memory that there is."""

_LISTS = ("list", "tuple", "set", "frozenset")

_LONGEST_PART = 100
"""Characters of a name that are repeated in a pointer; each issue below it repeats them."""

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
        If the body is not JSON (code ``invalid_json``) or not of that type. Every problem is
        listed, or the first of each list where there are thousands.
    """
    brief = body.count(b",") >= _MOST_VALUES
    try:
        if not brief:
            return adapter(kind).validate_json(body)
    except ValidationError as error:
        if error.error_count() <= _MOST_ISSUES:
            raise _refused(issues_of(error)) from None
    try:
        return cast(T, _brief(kind).validate_json(body))
    except ValidationError as error:
        count = error.error_count()
        few = count <= _MOST_ISSUES
        detail = (
            "Only the first problem of each list is told, as there is so much."
            if few
            else f"There are {count:,} problems, too many to be told."
        )
        note = Issue("more_issues", "", detail, Severity.INFORMATION if few else Severity.ERROR)
        raise _refused([*(issues_of(error) if few else ()), note]) from None


def encode(value: Any) -> bytes:
    """Return a record, or its twin, as JSON; numbers that are not finite become null."""
    return msgspec.json.encode(value)


def _refused(issues: list[Issue]) -> InvalidInput:
    return InvalidInput("The JSON does not have the expected shape.", issues)


def _brief(kind: type) -> SchemaValidator:
    """Return a validator that stops at the first problem of each list."""
    if kind not in _BRIEF:
        _BRIEF[kind] = SchemaValidator(_failing_fast(adapter(kind).core_schema))
    return _BRIEF[kind]


def _failing_fast(schema: Any) -> Any:
    if isinstance(schema, dict):
        inner = {key: _failing_fast(value) for key, value in schema.items()}
        return inner | {"fail_fast": True} if inner.get("type") in _LISTS else inner
    return [_failing_fast(part) for part in schema] if isinstance(schema, list) else schema


def issues_of(error: ValidationError) -> list[Issue]:
    """Return what a validator found, as issues."""
    return [_issue(dict(found)) for found in error.errors(include_url=False)]


def _issue(found: dict[str, Any]) -> Issue:
    parts = (_cut(str(part)).replace("~", "~0").replace("/", "~1") for part in found["loc"])
    detail, value = str(found["msg"]), found.get("input")
    if found["type"] not in ("missing", "json_invalid") and isinstance(value, str | int | float):
        detail += f", not {value!r:.60}"
    code = _CODES.get(found["type"], "wrong_type")
    detail = _DETAILS.get(code, detail)
    return Issue(code, "".join(f"/{part}" for part in parts), f"{detail}.")


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_PART else f"{name[:_LONGEST_PART]}…"
