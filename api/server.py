"""The server process: gunicorn with threads, configured here and started by `callboard serve`.

Run as ``python -P -m api.server OPTIONS`` with gunicorn's settings as one JSON object. It is an
application of its own rather than gunicorn's command, which would put the current folder on the
import path and take a folder named ``api`` there for this package.
"""

from __future__ import annotations

import gc
import json
import sys
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from api.config import Settings
from api.logs import logging_config

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["Server", "warm_up"]

_FIXED = {
    "worker_class": "gthread",
    # The first worker after an installation compiles the kernels before it reports for duty.
    "timeout": 300,
    "graceful_timeout": 30,
    # Routers ask again and again over the same connection, with pauses when nothing happens.
    "keepalive": 75,
    "control_socket_disable": True,
}

_GARBAGE = (50_000, 20, 20)
"""Collect no sooner: what a request makes has no cycles, and thousands of its objects at once."""


class _Errors(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """The log of the server without its lines of requests: the application writes its own."""

    def access(self, *_: Any) -> None:
        """Write nothing, and gather nothing that could be written."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """The server with our settings.

    Parameters
    ----------
    options
        Settings of gunicorn by name, such as ``bind``, ``workers`` and ``threads``.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand the settings to gunicorn; it calls this once at the start."""
        chosen = {
            **_FIXED,
            "logconfig_dict": logging_config(Settings.from_environment().log_level),
            "logger_class": _Errors,
            "post_worker_init": warm_up,
            **self._options,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application; every worker does so for itself."""
        from api.app import create_app

        return create_app()


def warm_up(_: Any = None) -> None:
    """Answer small requests of each kind, so that no caller waits for kernels to compile."""
    from api.schemas.examples import SNAPSHOT, STAFFING
    from api.v1.staffing import staff
    from optimizer.codec import encode
    from optimizer.io import decode_snapshot
    from optimizer.model import RoutingPolicy
    from optimizer.routing import assign
    from optimizer.wire import twin, with_values

    snapshot = decode_snapshot(encode(SNAPSHOT))
    for policy in RoutingPolicy:
        encode(assign(with_values(snapshot, policy=policy), kinds=twin))
    encode(staff(STAFFING))
    # What is loaded by now stays for good: let no collection look at it during a request.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


if __name__ == "__main__":
    Server(json.loads(sys.argv[1])).run()
