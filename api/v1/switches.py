"""Switches of a request, such as ``?partial=true``: how they are described, and how read."""

from __future__ import annotations

from typing import Any

from flask import request

from optimizer.errors import Issue, raise_errors

__all__ = ["describe_switch", "read_switch"]

_VALUES = {"true": True, "false": False}


def describe_switch(name: str, meaning: str) -> dict[str, Any]:
    """Return the description of a route that has one switch, off by default."""
    schema = {"type": "boolean", "default": False}
    shown = {"name": name, "in": "query", "description": meaning, "schema": schema}
    return {"parameters": [shown]}


def read_switch(name: str) -> bool:
    """Return whether the only switch of this route is on.

    The framework would do it, too, but builds a schema for every request.

    Raises
    ------
    InvalidInput
        If it is neither ``true`` nor ``false``, or there is any other parameter.
    """
    if not request.query_string:
        return False
    issues = [
        Issue("unknown_field", f"/{other}", "There is no such parameter.")
        for other in request.args
        if other != name
    ]
    given = request.args.getlist(name)
    issues += [
        Issue("wrong_type", f"/{name}", f"The switch is true or false, not {value!r:.60}.")
        for value in given
        if value not in _VALUES
    ]
    raise_errors("The parameters do not have the expected shape.", issues)
    return any(_VALUES[value] for value in given)
