"""Recurring work in its table: put there, looked at, paused and taken out, in one transaction."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from api.errors import Conflict, NotFound
from api.jobs.records import Problem
from api.schedules.checks import check_schedule
from api.schedules.cron import Cron
from api.schedules.records import Schedule, ScheduleRequest
from api.store.tables import schedules
from optimizer.codec import encode
from optimizer.errors import Issue

__all__ = [
    "MOST_SCHEDULES",
    "delete_schedule",
    "get_schedule",
    "is_schedule",
    "list_schedules",
    "pause_schedule",
    "put_schedule",
    "trigger_schedule",
]

MOST_SCHEDULES = 200
"""Schedules of one tenant."""


def put_schedule(
    connection: Connection, tenant: str, schedule: str, asked: ScheduleRequest, now: datetime
) -> tuple[Schedule, bool]:
    """Keep recurring work, in place of what had its identifier before.

    Returns
    -------
    tuple[Schedule, bool]
        The schedule, and whether it is new.

    Raises
    ------
    InvalidInput
        If it could never be done; every problem is listed.
    Conflict
        If the tenant has too many.
    """
    cron = check_schedule(asked, now)
    values = {
        "work": asked.work,
        "cron": asked.cron,
        "zone": asked.zone,
        "body": encode(asked.body),
        "paused": asked.paused,
        "next_run": None if asked.paused else cron.after(now),
    }
    changed = update(schedules).where(is_schedule(tenant, schedule)).values(**values)
    found = connection.execute(changed.returning(schedules)).first()
    if found is not None:
        return _schedule_of(found), False
    query = select(func.count()).where(schedules.c.tenant == tenant)
    if connection.execute(query).scalar_one() >= MOST_SCHEDULES:
        detail = f"There are {MOST_SCHEDULES} schedules already, and no more can be kept."
        raise Conflict(detail, [Issue("too_many", "", detail)])
    new = insert(schedules).values(tenant=tenant, id=schedule, **values)
    return _schedule_of(connection.execute(new.returning(schedules)).one()), True


def list_schedules(connection: Connection, tenant: str) -> tuple[Schedule, ...]:
    """Return all recurring work of a tenant, by its identifiers."""
    query = select(schedules).where(schedules.c.tenant == tenant).order_by(schedules.c.id)
    return tuple(_schedule_of(row) for row in connection.execute(query))


def get_schedule(connection: Connection, tenant: str, schedule: str) -> Schedule:
    """Return recurring work.

    Raises
    ------
    NotFound
        If the tenant has none of that identifier.
    """
    query = select(schedules).where(is_schedule(tenant, schedule))
    return _found(connection.execute(query).first(), schedule)


def delete_schedule(connection: Connection, tenant: str, schedule: str) -> Schedule:
    """Forget recurring work and return it; jobs that it submitted stay.

    Raises
    ------
    NotFound
        If the tenant has none of that identifier.
    """
    gone = delete(schedules).where(is_schedule(tenant, schedule)).returning(schedules)
    return _found(connection.execute(gone).first(), schedule)


def pause_schedule(
    connection: Connection, tenant: str, schedule: str, now: datetime, *, paused: bool
) -> Schedule:
    """Have recurring work wait, or go on; what was missed in between is not made up for.

    Raises
    ------
    NotFound
        If the tenant has none of that identifier.
    """
    before = get_schedule(connection, tenant, schedule)
    if before.paused == paused:
        return before
    due = None if paused else Cron(before.cron, before.zone).after(now)
    return _change(connection, tenant, schedule, paused=paused, next_run=due)


def trigger_schedule(connection: Connection, tenant: str, schedule: str, now: datetime) -> Schedule:
    """Have recurring work done once, as soon as a runner sees it, even while it is paused.

    Asked again before it was done, it is still done once.

    Raises
    ------
    NotFound
        If the tenant has none of that identifier.
    """
    before = get_schedule(connection, tenant, schedule)
    if before.triggered is not None:
        return before
    return _change(connection, tenant, schedule, triggered=now)


def is_schedule(tenant: str, schedule: str) -> ColumnElement[bool]:
    """Return the condition that a row of `schedules` is that of a schedule."""
    return and_(schedules.c.tenant == tenant, schedules.c.id == schedule)


def _change(connection: Connection, tenant: str, schedule: str, **values: Any) -> Schedule:
    changed = update(schedules).where(is_schedule(tenant, schedule)).values(**values)
    return _found(connection.execute(changed.returning(schedules)).first(), schedule)


def _found(row: Row[Any] | None, schedule: str) -> Schedule:
    if row is None:
        raise NotFound(f"There is no schedule {schedule!r:.80}.")
    return _schedule_of(row)


def _schedule_of(row: Row[Any]) -> Schedule:
    problem = row.last_problem
    return Schedule(
        id=row.id,
        work=row.work,
        cron=row.cron,
        zone=row.zone,
        body=json.loads(row.body),
        paused=row.paused,
        triggered=row.triggered,
        last_run=row.last_run,
        last_job=row.last_job,
        last_problem=None if problem is None else msgspec.convert(problem, Problem),
        next_run=row.next_run,
    )
