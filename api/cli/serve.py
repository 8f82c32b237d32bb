"""`callboard serve`: the whole service on one machine."""

from __future__ import annotations

import ipaddress
import json
import logging
import logging.config
import os
import socket
import sys

import click

from api.config import Settings
from api.supervisor import Child, Supervisor
from optimizer.errors import InvalidInput, Issue

__all__ = ["serve"]

log = logging.getLogger(__name__)

_POOL_THREADS = 16

_WAITING = 2_048
"""Connections that wait to be accepted, as many as gunicorn has by itself."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port to listen at; 0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=2,
    show_default=True,
    help="Processes that answer requests.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    help="Requests that one process answers at a time, beside the streams that it serves.",
)
@click.option("--no-runner", is_flag=True, help="Have no jobs solved: a runner elsewhere does.")
@click.option("--no-pools", is_flag=True, help="Own no pools: another machine does.")
@click.option(
    "--pool-host",
    default="127.0.0.1",
    show_default=True,
    help="Address at which other machines reach the owner of pools.",
)
@click.option(
    "--pool-port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Its port.  [default: a free one]",
)
def serve(
    host: str,
    port: int,
    workers: int,
    threads: int,
    no_runner: bool,
    no_pools: bool,
    pool_host: str,
    pool_port: int,
) -> None:
    """Serve the HTTP API, have jobs solved, and own pools; the documentation page is at /docs/.

    Settings are environment variables (see docs/operations.md). What dies is started again. TERM
    or Ctrl-C stops all of it: requests are answered, running jobs keep the best they have.

    \b
    Examples:
      callboard serve
      callboard serve --host 0.0.0.0 --port 80 --workers 4
      callboard serve --no-runner
    """
    from api.executors import check_executor
    from api.logs import logging_config
    from api.metrics.shared import share_figures
    from api.store import open_upgraded

    settings = Settings.from_environment()
    check_executor(settings)
    logging.config.dictConfig(logging_config(settings.log_level))
    # The sockets are bound here and inherited, so that an address in use is told at once, nobody
    # can take it in between, and callers wait rather than fail while a process is started again.
    listeners = [_listen(host, port)]
    if not no_pools:
        listeners.append(_listen(pool_host, pool_port))
    # Before several processes would bring it up to date.
    open_upgraded(settings.database_url).close()
    if settings.access == "open" and not _is_loopback(listeners[0]):
        log.warning("Anybody who reaches this address may do anything: CALLBOARD_ACCESS is open.")
    place = f"{_written(listeners[0].getsockname()[0])}:{listeners[0].getsockname()[1]}"
    log.info("Listening at: http://%s", place)
    share_figures()
    environment = dict(os.environ)
    # How web workers and the owner of pools find each other; empty: on some other machine.
    groups = []
    address = ""
    if not no_pools:
        address = f"http://{_written(pool_host)}:{listeners[1].getsockname()[1]}"
        owner = environment | {"CALLBOARD_POOL_ADDRESS": address}
        groups.append([_server("pools", listeners[1], 1, _POOL_THREADS, owner)])
    environment["CALLBOARD_POOL_OWNER"] = address
    groups.insert(0, [_server("web", listeners[0], workers, threads, environment)])
    runners = []
    if not no_runner:
        command = [sys.executable, "-P", "-m", "api.runner", str(os.getpid())]
        runners.append(Child("runner", command, environment))

    def closing() -> None:
        for listener in listeners:
            listener.close()

    sys.exit(Supervisor(groups, runners, settings.shutdown_seconds).run(closing))


def _server(
    name: str, listener: socket.socket, workers: int, threads: int, environment: dict[str, str]
) -> Child:
    """Return a web server that listens at a socket."""
    file = listener.fileno()
    options = {
        "bind": f"fd://{file}",
        "workers": workers,
        "threads": threads,
        "parent": os.getpid(),
    }
    command = [sys.executable, "-P", "-m", "api.server", json.dumps(options)]
    return Child(name, command, environment, [file])


def _is_loopback(listener: socket.socket) -> bool:
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def _written(host: str) -> str:
    """Return a host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address.

    Raises
    ------
    InvalidInput
        If the address cannot be had.
    """
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Of connections, too, that come before the server has said so: half an answer would
            # wait for the other side to confirm the first half.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            listener.bind(address)
            listener.listen(_WAITING)
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError) as error:
        place = f"{_written(host)}:{port}"
        # A host name that cannot even be asked for is a UnicodeError.
        reason = getattr(error, "strerror", None) or "This is not a host name"
        issue = Issue("address_unavailable", "", f"{place}: {reason}.")
        raise InvalidInput("The service cannot listen there.", [issue]) from None
    return listener
