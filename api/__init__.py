"""Everything of Callboard that touches the outside: HTTP, the command line, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from api.config import Settings

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Flask:
    """Build the web application (see :func:`api.app.create_app`).

    The import waits for the call: the command line uses this package without the web framework.
    """
    from api.app import create_app as create

    return create(settings)
