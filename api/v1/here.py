"""What every route may ask for: the settings, the database, and who is calling."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g

from api.access.scopes import Caller, Scope
from api.config import Settings
from api.store import Store, open_store, upgrade

__all__ = ["SCOPE", "caller", "close_store", "remember", "scope", "settings", "store"]

View = TypeVar("View", bound=Callable[..., Any])

SCOPE = "callboard_scope"
"""The attribute of a view that says what its caller must be allowed to do; None asks nobody."""

_SETTINGS = "callboard"
_STORE = "callboard.store"
_OPENING = Lock()


def remember(app: Flask, settings: Settings) -> None:
    """Give an application its settings; its database is opened when it is first needed."""
    app.extensions[_SETTINGS] = settings


def settings() -> Settings:
    """Return the settings of the running application."""
    return cast(Settings, current_app.extensions[_SETTINGS])


def store() -> Store:
    """Return the database of the running application, with its tables up to date.

    A process opens it by itself, after it was forked: connections cannot be shared.
    """
    found = current_app.extensions.get(_STORE)
    if found is None:
        with _OPENING:
            found = current_app.extensions.get(_STORE)
            if found is None:
                found = open_store(settings().database_url)
                upgrade(found)
                current_app.extensions[_STORE] = found
    return cast(Store, found)


def close_store(app: Flask) -> None:
    """Close the database of an application, if it was needed; it is opened again when it is."""
    found = app.extensions.pop(_STORE, None)
    if found is not None:
        cast(Store, found).close()


def caller() -> Caller:
    """Return who is calling; a route that has a scope always knows."""
    return cast(Caller, g.caller)


def scope(needed: Scope | None) -> Callable[[View], View]:
    """Declare what the caller of a view must be allowed to do; every view declares it.

    Stands below the line that makes the view a route.
    """

    def declare(view: View) -> View:
        setattr(view, SCOPE, needed)
        return view

    return declare
