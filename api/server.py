"""The server process: gunicorn with threads, configured here and started by `callboard serve`.

Run as ``python -P -m api.server OPTIONS`` with gunicorn's settings as one JSON object, and as its
member ``parent`` the number of the process with which it ends. If the environment says at which
address it is reached (`api.v1.pool_desk.ADDRESS`), it owns pools. It is an application of its own
rather than gunicorn's command, which would put the current folder on the import path and take a
folder named ``api`` there for this package.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from api.config import Settings
from api.logs import logging_config
from api.metrics.shared import child_exit

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["Server", "warm_up"]

_FIXED = {
    "worker_class": "api.server_worker.Worker",
    # The first worker after an installation compiles the kernels before it reports for duty.
    "timeout": 300,
    # Routers ask again and again over the same connection, with pauses when nothing happens.
    "keepalive": 75,
    "control_socket_disable": True,
    "limit_request_line": 4_094,
    "limit_request_fields": 60,
    "limit_request_field_size": 8_190,
}

_RESTING = 1_000
"""Connections of one worker over which nothing is asked just now."""

_GARBAGE = (50_000, 20, 20)
"""Collect no sooner: what a request makes has no cycles, and thousands of its objects at once."""


class _Errors(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """The log of the server without its lines of requests: the application writes its own."""

    def access(self, *_: Any) -> None:
        """Write nothing, and gather nothing that could be written."""

    def info(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Write what happens, but for the address: who bound it has told it."""
        if not msg.startswith("Listening at"):
            super().info(msg, *args, **kwargs)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """The server with our settings.

    Parameters
    ----------
    options
        Settings of gunicorn by name, such as ``bind``, ``workers`` and ``threads``: requests that
        one worker answers at a time, beside the streams that it serves.
    parent
        Number of the process with which the server ends.
    """

    def __init__(self, options: dict[str, Any], parent: int | None = None) -> None:
        self._options = options
        self._parent = parent
        super().__init__()

    def load_config(self) -> None:
        """Hand the settings to gunicorn; it calls this once at the start."""
        ours = Settings.from_environment()
        # A stream holds its thread for as long as it lasts.
        threads = self._options["threads"] + ours.max_listeners
        chosen = {
            **_FIXED,
            "logconfig_dict": logging_config(ours.log_level),
            "logger_class": _Errors,
            "graceful_timeout": max(1, ours.shutdown_seconds // 2),
            "post_worker_init": begin_worker,
            "worker_exit": end_worker,
            "child_exit": child_exit,
            **self._options,
            "threads": threads,
            "worker_connections": threads + _RESTING,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application; every worker does so for itself."""
        from api.app import create_app

        return create_app()

    def run(self) -> None:
        """Serve until a signal comes, or the parent is gone."""
        from api.server_worker import ChildArbiter

        ChildArbiter(self, self._parent).run()


def begin_worker(worker: Any) -> None:
    """Prepare a worker that was just started, before it takes requests."""
    from api.v1.pool_desk import ADDRESS, open_pools

    if ADDRESS in os.environ:
        # It compiles what pools need, and is asked for nothing else.
        open_pools(worker.wsgi)
        keep_what_is_loaded()
    else:
        warm_up()


def end_worker(_: Any, worker: Any) -> None:
    """Put in order what a worker leaves."""
    from api.v1.pool_desk import close_pools

    if worker.booted and worker.pid == os.getpid():
        close_pools(worker.wsgi)


def warm_up() -> None:
    """Answer small requests of each kind, so that no caller waits for kernels to compile."""
    from api.readiness import solve_something
    from api.schemas.examples import SNAPSHOT, STAFFING
    from api.v1.depth import depth_of
    from api.v1.staffing import staff
    from optimizer.codec import encode
    from optimizer.io import decode_snapshot
    from optimizer.model import RoutingPolicy
    from optimizer.routing import assign
    from optimizer.wire import twin, with_values

    depth_of(encode(SNAPSHOT), 32)
    snapshot = decode_snapshot(encode(SNAPSHOT))
    for policy in RoutingPolicy:
        encode(assign(with_values(snapshot, policy=policy), kinds=twin))
    encode(staff(STAFFING))
    solve_something()
    keep_what_is_loaded()


def keep_what_is_loaded() -> None:
    """Let no collection look, during a request, at what stays for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


if __name__ == "__main__":
    chosen = json.loads(sys.argv[1])
    Server(chosen, chosen.pop("parent", None)).run()
