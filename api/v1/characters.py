"""No null character comes in: PostgreSQL keeps none in a text, and nobody needs one."""

from __future__ import annotations

import re

from flask import Flask, request

from api.errors import NotFound
from optimizer.errors import InvalidInput, Issue

__all__ = ["refuse_null_in_addresses", "refuse_null_in_json"]

# An even number of backslashes before it escape each other.
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def refuse_null_in_addresses(app: Flask) -> None:
    """Refuse requests with a null character in path or parameters."""
    app.before_request(_look_at_address)


def refuse_null_in_json(body: bytes) -> None:
    """Refuse a JSON body with a null character in a string; a bare one is no JSON anyway.

    Raises
    ------
    InvalidInput
        If there is one.
    """
    if b"\\u0000" in body and _ESCAPED.search(body):
        raise _refused("The body holds a character that no text has.")


def _look_at_address() -> None:
    if "\0" in request.path:
        raise NotFound("There is nothing at this path.")
    if b"%00" in request.query_string:
        raise _refused("The parameters hold a character that no text has.")


def _refused(detail: str) -> InvalidInput:
    return InvalidInput(detail, [Issue("bad_character", "", "The character U+0000 is not taken.")])
