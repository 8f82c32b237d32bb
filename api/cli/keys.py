"""`callboard keys`: make, list and revoke the keys of the HTTP API."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from api.cli.output import console, emit_json, json_option, literal, notes

if TYPE_CHECKING:
    from api.access import Key
    from api.store import Store

__all__ = ["SCOPES", "keys"]

SCOPES = ("read", "plan", "route", "admin")
"""The names of all scopes; written out, as what knows them takes its time to load."""

_SPANS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MOST_DAYS = 36_500


def _read_span(_: click.Context, __: click.Parameter, text: str | None) -> timedelta | None:
    """Return the time that a text such as ``90d`` means."""
    if text is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,5})([hdw])", text)
    span = int(found[1]) * _SPANS[found[2]] if found else timedelta()
    if not timedelta() < span <= timedelta(days=_MOST_DAYS):
        raise click.BadParameter(f"{text!r:.40} is no time such as 12h, 90d or 26w.")
    return span


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of the HTTP API.

    A key belongs to one tenant and sees nothing of any other. What it may do is said by its
    scopes: read (look at jobs, results and data), plan (submit jobs, send data, publish), route
    (assignments, staffing and pools) and admin (recurring work, the audit); none includes another.
    The database is that of CALLBOARD_DATABASE_URL; its tables are made if there are none.

    \b
    Examples:
      callboard keys create --tenant acme --name planner --scope read --scope plan
      callboard keys list
      callboard keys revoke 3f9c2a7b51d0e684
    """


@keys.command()
@click.option("--tenant", default="main", show_default=True, help="Whose data the key opens.")
@click.option("--name", required=True, help="What the key is for, such as the system that has it.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="What the key allows; may be given several times.",
)
@click.option(
    "--expires",
    callback=_read_span,
    help="How long it counts, such as 12h, 90d or 26w; else for ever.",
)
@json_option
def create(
    tenant: str, name: str, scopes: tuple[str, ...], expires: timedelta | None, as_json: bool
) -> None:
    """Make a key, and print its secret: the only time that it can be seen.

    Standard output has the secret alone, so that it can be led into a file or a store of secrets.

    \b
    Examples:
      callboard keys create --tenant acme --name planner --scope read --scope plan
      callboard keys create --name router --scope route --expires 90d > router.key
    """
    from api.access import Scope, create_key

    until = None if expires is None else datetime.now(UTC) + expires
    with _opened() as store:
        key, secret = create_key(store, tenant, name, [Scope(scope) for scope in scopes], until)
    if as_json:
        emit_json({**_shown(key), "secret": secret})
        return
    sys.stdout.write(f"{secret}\n")
    notes.print(f"Key {key.id} of tenant {key.tenant}. Its secret is shown this once.")


@keys.command("list")
@click.option("--tenant", help="Only the keys of this tenant.")
@json_option
def list_(tenant: str | None, as_json: bool) -> None:
    """List all keys, oldest first, with those that do not count any more.

    \b
    Examples:
      callboard keys list
      callboard keys list --tenant acme --json
    """
    from rich.table import Column, Table

    from api.access import list_keys

    with _opened() as store:
        found = list_keys(store, tenant)
    if as_json:
        emit_json({"keys": [_shown(key) for key in found]})
        return
    table = Table(Column("Key", no_wrap=True), "Tenant", "Name", "Scopes", "Made", "Counts")
    for key in found:
        table.add_row(
            key.id,
            literal(key.tenant),
            literal(key.name),
            " ".join(key.scopes),
            f"{key.created:%Y-%m-%d}",
            _standing(key),
        )
    console.print(table)


@keys.command()
@click.argument("key")
@json_option
def revoke(key: str, as_json: bool) -> None:
    """Make a key count no more; processes that run follow within 5 seconds.

    KEY is its id, which the list shows and which stands in the secret after cb_.

    \b
    Examples:
      callboard keys revoke 3f9c2a7b51d0e684
    """
    from api.access import revoke_key

    with _opened() as store:
        revoked = revoke_key(store, key)
    if as_json:
        emit_json(_shown(revoked))
        return
    console.print(f"Revoked {revoked.id} ({literal(revoked.name)}) of tenant {revoked.tenant}.")


@contextmanager
def _opened() -> Iterator[Store]:
    """Give the database of the settings, with its tables."""
    from api.config import Settings
    from api.store import open_upgraded

    store = open_upgraded(Settings.from_environment().database_url)
    try:
        yield store
    finally:
        store.close()


def _shown(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "tenant": key.tenant,
        "name": key.name,
        "scopes": list(key.scopes),
        "created": key.created.isoformat(),
        "expires": key.expires.isoformat() if key.expires else None,
        "revoked": key.revoked.isoformat() if key.revoked else None,
    }


def _standing(key: Key) -> str:
    if key.revoked is not None:
        return f"revoked {key.revoked:%Y-%m-%d}"
    if key.expires is None:
        return "yes"
    over = key.expires <= datetime.now(UTC)
    return f"expired {key.expires:%Y-%m-%d}" if over else f"until {key.expires:%Y-%m-%d}"
