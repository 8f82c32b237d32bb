"""What the tests of pools share: settings, events as they are sent, owners."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.config import Settings
from api.pools.owner import Owner
from api.pools.reading import Told, read_told
from api.pools.table import Key
from api.store import Store

KEY = Key("main", "desk")
HERE = "http://127.0.0.1:9"
"""An address that is never asked: who is there next takes over what was owned there before."""


def told(*events: dict[str, Any]) -> tuple[Told, ...]:
    """Return events as they are read from a body."""
    return read_told(json.dumps({"events": events}).encode())


def put_agent(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "agent_put", "agent": {"id": name, "skills": {"a": 3}, **more}}


def created(name: str, **more: Any) -> dict[str, Any]:
    ticket = {"id": name, "channel": "chat", "created": "2026-01-02T03:04:05Z", "skills": {"a": 1}}
    return {"kind": "ticket_created", "ticket": ticket, **more}


@contextmanager
def owning(store: Store, address: str | None = HERE, **more: Any) -> Iterator[Owner]:
    """Give an owner that is closed at the end."""
    owner = Owner(store, Settings(access="open", **more), address)
    try:
        yield owner
    finally:
        owner.close()
