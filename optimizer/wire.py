"""The quick way from JSON to records: structs with the same fields, decoded by msgspec.

A record is written once, as a frozen dataclass; `twin` derives from it a struct with the same
fields, types and defaults. Whoever only reads attributes takes either. JSON becomes structs in an
eighth of the time that it takes to become dataclasses, and structs are made and written faster,
too.

The quick way is never laxer than :mod:`optimizer.codec`: whatever it does not take is handed on to
that, which takes it after all (a time without seconds, for instance) or lists everything that is
wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from optimizer import codec
from optimizer.errors import Issue

__all__ = ["decode", "first_problem", "twin", "with_values"]

T = TypeVar("T")

_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")

# Greater ones make sense nowhere, but would not fit into the columns of the router.
_WHOLE_NUMBER = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


_STRUCTS: dict[type, Any] = {}
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


def decode(kind: type[T], body: bytes) -> T:
    """Return the value of type `kind` that a JSON body holds: its twin, or itself.

    Times are kept to the microsecond; what a body says beyond that is rounded or cut off.

    Raises
    ------
    InvalidInput
        If the body is not JSON (code ``invalid_json``) or not of that type.
    """
    try:
        return cast(T, _decoder(kind).decode(body))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return codec.decode(kind, body)


def first_problem(kind: type, body: bytes) -> Issue | None:
    """Return the first thing that keeps a body from being of a type; None if nothing does.

    For bodies so large that a list of everything that is wrong with them could be longer than
    they are. Times need their seconds, and whole numbers 64 bits.
    """
    try:
        _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        detail, _, place = str(error).removesuffix("`").partition(" - at `$")
        # A place within a mapping is told without its key.
        steps = _STEP.findall(place.partition("[...]")[0])
        return Issue("wrong_type", "".join(f"/{name or row}" for name, row in steps), f"{detail}.")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Issue("invalid_json", "", f"Invalid JSON: {error}.")
    return None


def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(twin(kind))
    return _DECODERS[kind]


def twin(kind: type[T]) -> type[T]:
    """Return the struct with the fields of a dataclass; it is derived once.

    It is no subclass of `kind`, but is called and read like one.
    """
    if kind not in _STRUCTS:
        _STRUCTS[kind] = _derived(kind)
    return cast(type[T], _STRUCTS[kind])


def with_values(value: T, **changes: Any) -> T:
    """Return a record, or its twin, with other values in some of its fields."""
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **changes)
    return replace(value, **changes)  # type: ignore[type-var]  # T is a dataclass, or stands for one


def _derived(kind: Any) -> Any:
    hints = get_type_hints(kind)
    return msgspec.defstruct(
        kind.__name__,
        [(field.name, _translated(hints[field.name]), _default(field)) for field in fields(kind)],
        module=kind.__module__,
        frozen=True,
        forbid_unknown_fields=True,
        # Nothing that JSON can say is a cycle, so there is nothing to collect.
        gc=False,
    )


def _translated(hint: Any) -> Any:
    """Return a type with structs in the place of all dataclasses in it."""
    if isinstance(hint, type) and is_dataclass(hint):
        return twin(hint)
    if hint is int:
        return _WHOLE_NUMBER
    arguments = tuple(_translated(argument) for argument in get_args(hint))
    if not arguments:
        return hint
    origin = get_origin(hint)
    return origin[arguments] if origin in (tuple, dict) else Union[arguments]  # noqa: UP007 - built


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return msgspec.field(default=field.default)
    if field.default_factory is not MISSING:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.field()
