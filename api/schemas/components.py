"""The schemas of the API's description, derived from the types that the code works with.

A type is written once, as a dataclass with a NumPy docstring; its shape becomes JSON Schema, its
first paragraph the description of the schema and its ``Parameters`` those of the properties.
Which types there are follows from what the routes refer to.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import TypeAdapter

from optimizer.codec import adapter

__all__ = ["component_schemas", "reference"]

_PREFIX = "#/components/schemas/"
_Mode = Literal["validation", "serialization"]

_NAMED: dict[str, tuple[type, _Mode]] = {}


def reference(kind: type, mode: _Mode = "serialization") -> dict[str, str]:
    """Return a reference to the schema of a type, which then stands in the description.

    Parameters
    ----------
    mode
        Whether values of it are read (``validation``) or written.

    Raises
    ------
    ValueError
        If another type has the same name, or the type is both read and written; a program that
        reads the description could not tell them apart.
    """
    known = _NAMED.setdefault(kind.__name__, (kind, mode))
    if known != (kind, mode):
        raise ValueError(f"{kind.__name__} is referred to as {known}, and as {(kind, mode)}")
    return {"$ref": _PREFIX + kind.__name__}


def component_schemas() -> dict[str, Any]:
    """Return the JSON Schemas of all bodies and of what they are made of, by name."""
    wanted: list[tuple[str, _Mode, TypeAdapter[Any]]] = [
        (name, mode, adapter(kind)) for name, (kind, mode) in _NAMED.items()
    ]
    _, document = TypeAdapter.json_schemas(wanted, ref_template=_PREFIX + "{model}")
    schemas = document["$defs"]
    return {name: _described(schemas[name]) for name in sorted(schemas)}


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its docstring shared out over its properties."""
    text, parameters = _read_docstring(schema.get("description", ""))
    properties = {}
    for name, shape in schema.get("properties", {}).items():
        about = {"description": parameters[name]} if name in parameters else {}
        properties[name] = {key: value for key, value in shape.items() if key != "title"} | about
    described: dict[str, Any] = {"description": text} if text else {}
    if properties:
        described["properties"] = properties
    return schema | described


def _read_docstring(docstring: str) -> tuple[str, dict[str, str]]:
    """Return the text before the parameters, and the text of each parameter."""
    # Null is what the reader of a JSON Schema knows None as.
    docstring = re.sub(r"\bNone\b", "null", docstring)
    text, _, section = docstring.partition("\n\nParameters\n----------\n")
    parameters: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if line and not line.startswith(" "):
            names = line.split(", ")
        for name in names:
            if line.startswith(" "):
                parameters[name] = f"{parameters.get(name, '')} {line.strip()}".strip()
    return text, parameters
