"""`callboard serve`: hand the process over to the web server."""

from __future__ import annotations

import json
import os
import socket
import sys

import click

from api.config import Settings
from optimizer.errors import InvalidInput, Issue

__all__ = ["serve"]


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
    default=4,
    show_default=True,
    help="Requests that one process answers at a time.",
)
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the HTTP API; the documentation page is at /docs/.

    Limits and logging are set by environment variables (see docs/api.md). TERM or Ctrl-C stops
    it after the requests that are being answered.

    \b
    Examples:
      callboard serve
      callboard serve --host 0.0.0.0 --port 80 --workers 4
    """
    Settings.from_environment()
    # The socket is bound here and inherited by the server, so that an address in use is told
    # at once, and nobody can take it in between.
    listener = _listen(host, port)
    listener.set_inheritable(True)
    options = {"bind": f"fd://{listener.detach()}", "workers": workers, "threads": threads}
    command = [sys.executable, "-P", "-m", "api.server", json.dumps(options)]
    sys.stdout.flush()
    os.execv(sys.executable, command)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address.

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
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError) as error:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        # A host name that cannot even be asked for is a UnicodeError.
        reason = getattr(error, "strerror", None) or "This is not a host name"
        issue = Issue("address_unavailable", "", f"{place}: {reason}.")
        raise InvalidInput("The service cannot listen there.", [issue]) from None
    return listener
