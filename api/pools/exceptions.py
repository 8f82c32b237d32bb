"""Exceptions that a supervisor makes for one ticket, once: they end by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from api.pools.table import Key
from api.store.tables import pool_exceptions
from optimizer.codec import decode, encode
from optimizer.errors import raise_errors
from optimizer.model import Priority, Ticket
from optimizer.model.findings import Findings
from optimizer.model.live_checks import MOST_SECONDS
from optimizer.model.record import Record

__all__ = [
    "PoolException",
    "Rule",
    "Standing",
    "check_exception",
    "due_exceptions",
    "end_exception",
    "keep_exception",
    "standing_exception",
]

_MOST_SECONDS = 86_400.0
_MOST_NAME = 200


class Rule(StrEnum):
    """A rule that does not count for once.

    ``skills``, ``language`` and ``site`` that the ticket asks for, the ``authority`` that its
    amount needs, that it needs a ``human``, and whom it ``excludes``. That an agent rejected the
    ticket, or has no room, always counts.
    """

    SKILLS = "skills"
    LANGUAGE = "language"
    SITE = "site"
    AUTHORITY = "authority"
    HUMAN = "human"
    EXCLUDES = "excludes"


_WITHOUT: dict[Rule, dict[str, Any]] = {
    Rule.SKILLS: {"skills": {}},
    Rule.LANGUAGE: {"language": None},
    Rule.SITE: {"site": None},
    Rule.AUTHORITY: {"amount": 0.0},
    Rule.HUMAN: {"human_required": False},
    Rule.EXCLUDES: {"excluded_agents": ()},
}


@dataclass(frozen=True, slots=True)
class PoolException(Record):
    """What is to be otherwise for one ticket, once; at least one of agent, priority and breaks.

    Parameters
    ----------
    seconds
        How long it lasts, whether the ticket is taken or not, at most a day; what the exception
        has changed is then as it was.
    reason
        Why; it stands in the audit.
    agent
        Only this agent may take it.
    priority
        It has this priority.
    breaks
        Rules that do not count.
    """

    ticket: str
    seconds: float
    reason: str
    agent: str | None = None
    priority: Priority | None = None
    breaks: tuple[Rule, ...] = ()

    def applied(self, ticket: Ticket) -> Ticket:
        """Return a ticket as the exception makes it."""
        changes: dict[str, Any] = {}
        for rule in self.breaks:
            changes |= _WITHOUT[rule]
        if self.priority is not None:
            changes["priority"] = self.priority
        if self.agent is not None:
            changes |= {
                "prior_agent": None,
                "preferred_agents": (self.agent,),
                "preferred_seconds": MOST_SECONDS,
            }
        return replace(ticket, **changes)


@dataclass(frozen=True, slots=True)
class Standing:
    """An exception that has not ended: the ticket before it, and as it was made."""

    key: Key
    ticket: str
    before: Ticket
    after: Ticket

    def undone(self, ticket: Ticket) -> Ticket:
        """Return a ticket without the exception; what was changed since stays changed."""
        changes = {}
        for field in fields(Ticket):
            made = getattr(self.after, field.name)
            if getattr(self.before, field.name) != made == getattr(ticket, field.name):
                changes[field.name] = getattr(self.before, field.name)
        return replace(ticket, **changes)


def check_exception(asked: PoolException) -> None:
    """Raise if an exception makes no sense.

    Raises
    ------
    InvalidInput
        With every problem.
    """
    found = Findings()
    found.within("seconds", asked.seconds, 0, _MOST_SECONDS, open_low=True)
    if not 0 < len(asked.ticket) <= _MOST_NAME:
        found.at("ticket").error("out_of_range", f"It has 1 to {_MOST_NAME} characters.")
    if not asked.reason.strip():
        found.at("reason").error("missing_field", "The reason is empty.")
    if asked.agent is None and asked.priority is None and not asked.breaks:
        found.error("missing_field", "Nothing is to be otherwise: name agent, priority or breaks.")
    raise_errors("The exception has problems.", found.issues)


def standing_exception(connection: Connection, key: Key, ticket: str) -> Standing | None:
    """Return the exception that a ticket has."""
    return next(iter(_read(connection, *_of(key), pool_exceptions.c.ticket == ticket)), None)


def due_exceptions(connection: Connection, now: datetime) -> Sequence[Standing]:
    """Return the exceptions of all pools that have expired."""
    return _read(connection, pool_exceptions.c.expires <= now)


def keep_exception(connection: Connection, standing: Standing, expires: datetime) -> None:
    """Note an exception, in place of the one before."""
    end_exception(connection, standing)
    connection.execute(
        insert(pool_exceptions).values(
            tenant=standing.key.tenant,
            pool=standing.key.pool,
            ticket=standing.ticket,
            expires=expires,
            before=encode(standing.before),
            after=encode(standing.after),
        )
    )


def end_exception(connection: Connection, standing: Standing) -> None:
    """Forget an exception."""
    mine = pool_exceptions.c.ticket == standing.ticket
    connection.execute(delete(pool_exceptions).where(*_of(standing.key), mine))


def _read(connection: Connection, *conditions: Any) -> list[Standing]:
    rows = connection.execute(select(pool_exceptions).where(*conditions))
    return [
        Standing(
            Key(row.tenant, row.pool),
            row.ticket,
            decode(Ticket, row.before),
            decode(Ticket, row.after),
        )
        for row in rows
    ]


def _of(key: Key) -> tuple[Any, Any]:
    return (pool_exceptions.c.tenant == key.tenant, pool_exceptions.c.pool == key.pool)
