"""Which roster is in force: each publication is a version, and the newest about a day counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, insert, select, text

from api.access import Caller, note_in
from api.errors import Conflict, NotFound
from api.jobs.clock import database_clock
from api.store import Store
from api.store.tables import jobs, publications
from optimizer.errors import InvalidInput, Issue
from optimizer.model.record import Record

__all__ = [
    "Publication",
    "list_publications",
    "publication_in_force",
    "publish",
    "published_as",
    "roll_back",
]

_SHOWN = [column for column in publications.c if column.name != "tenant"]


@dataclass(frozen=True, slots=True)
class Publication(Record):
    """A roster that was put in force.

    Parameters
    ----------
    version
        Rises by one with each publication.
    job
        The job that made the roster: `/v1/rosters/{id}`.
    first_day, last_day
        The days it is about, both included. On each day the greatest version that is about it is
        in force.
    key_id
        The public part of the key it was published with.
    rolled_back_to
        The version that this one put in force again; null if it was published as a new one.
    remark
        What the publisher said of it.
    """

    version: int
    job: str
    first_day: date
    last_day: date
    published: datetime
    key_id: str | None
    rolled_back_to: int | None
    remark: str | None


def publish(
    store: Store,
    caller: Caller,
    job: str,
    days: tuple[date, date],
    *,
    expected_version: int,
    remark: str | None = None,
) -> Publication:
    """Put the roster of a job in force; the audit tells of it.

    Parameters
    ----------
    days
        First and last day of the roster.
    expected_version
        The newest version that the publisher has seen, 0 for none: what somebody else has put in
        force for any of the days since then is not overwritten.

    Raises
    ------
    NotFound
        If the tenant has no such job any more.
    Conflict
        If there is a newer version about any of the days.
    InvalidInput
        If there never was a version as great as `expected_version`.
    """
    with store.writing() as connection:
        # The job cannot be deleted until this is done.
        mine = select(jobs.c.id).where(jobs.c.id == job, jobs.c.tenant == caller.tenant)
        if connection.execute(mine.with_for_update()).first() is None:
            raise NotFound(f"There is no job {job!r:.80}.")
        return _add(connection, store, caller, (job, *days), expected_version, remark, None)


def roll_back(
    store: Store,
    caller: Caller,
    version: int,
    *,
    expected_version: int,
    remark: str | None = None,
) -> Publication:
    """Put an earlier version in force again, as a new one; the audit tells of it.

    Raises
    ------
    NotFound
        If the tenant has no such version.
    Conflict, InvalidInput
        As for `publish`.
    """
    with store.writing() as connection:
        wanted = select(
            publications.c.job, publications.c.first_day, publications.c.last_day
        ).where(publications.c.tenant == caller.tenant, publications.c.version == version)
        found = connection.execute(wanted).first()
        if found is None:
            raise NotFound(f"There is no version {version}.")
        what = (found.job, found.first_day, found.last_day)
        return _add(connection, store, caller, what, expected_version, remark, version)


def list_publications(
    store: Store, tenant: str, *, limit: int = 50, before: int | None = None
) -> tuple[list[Publication], int | None]:
    """Return publications, the newest first, and what to give as `before` for the next ones."""
    wanted = select(*_SHOWN).where(publications.c.tenant == tenant)
    if before is not None:
        wanted = wanted.where(publications.c.version < before)
    wanted = wanted.order_by(publications.c.version.desc()).limit(limit + 1)
    with store.reading() as connection:
        found = [Publication(**row._mapping) for row in connection.execute(wanted)]
    return found[:limit], found[limit - 1].version if len(found) > limit else None


def publication_in_force(store: Store, tenant: str, day: date) -> Publication:
    """Return the publication that is in force on a day.

    Raises
    ------
    NotFound
        If none is about that day.
    """
    wanted = (
        select(*_SHOWN)
        .where(
            publications.c.tenant == tenant,
            publications.c.first_day <= day,
            publications.c.last_day >= day,
        )
        .order_by(publications.c.version.desc())
        .limit(1)
    )
    with store.reading() as connection:
        found = connection.execute(wanted).first()
    if found is None:
        raise NotFound(f"No roster is in force on {day}.")
    return Publication(**found._mapping)


def published_as(
    store: Store, tenant: str, job: str
) -> tuple[Publication, Publication | None] | None:
    """Return the newest publication of a job's roster, and that of another roster before it.

    The one before is the newest earlier one about any of the same days. None if the roster was
    never published.
    """
    mine = select(*_SHOWN).where(publications.c.tenant == tenant)
    latest = publications.c.version.desc()
    with store.reading() as connection:
        query = mine.where(publications.c.job == job).order_by(latest).limit(1)
        found = connection.execute(query).first()
        if found is None:
            return None
        query = (
            mine.where(
                publications.c.version < found.version,
                publications.c.job != job,
                publications.c.first_day <= found.last_day,
                publications.c.last_day >= found.first_day,
            )
            .order_by(latest)
            .limit(1)
        )
        before = connection.execute(query).first()
    return (
        Publication(**found._mapping),
        None if before is None else Publication(**before._mapping),
    )


def _add(
    connection: Connection,
    store: Store,
    caller: Caller,
    what: tuple[str, date, date],
    expected_version: int,
    remark: str | None,
    rolled_back_to: int | None,
) -> Publication:
    """Write one more version, unless somebody was faster, with the audit's row of it."""
    job, first, last = what
    if store.shared:
        # Who publishes waits for whoever is publishing; nobody who reads does. SQLite has one
        # writer at a time anyway.
        connection.execute(text("LOCK TABLE publications IN SHARE ROW EXCLUSIVE MODE"))
    latest = _newest(connection, caller.tenant)
    if expected_version > latest:
        detail = f"There is no version {expected_version} yet; the newest is {latest}."
        raise InvalidInput(
            "The version seen cannot be.",
            [Issue("unknown_version", "/expected_version", detail)],
        )
    newest = _newest(connection, caller.tenant, first, last)
    if newest > expected_version:
        detail = (
            f"Version {newest} is about days from {first} to {last}; {expected_version} was seen."
        )
        raise Conflict(
            "Somebody else has published meanwhile.",
            [Issue("newer_version", "/expected_version", detail)],
        )
    added = Publication(
        latest + 1,
        job,
        first,
        last,
        database_clock(connection),
        caller.key_id,
        rolled_back_to,
        remark,
    )
    values = {name: getattr(added, name) for name in Publication.__slots__}
    connection.execute(insert(publications).values(tenant=caller.tenant, **values))
    action = "publish" if rolled_back_to is None else "roll back"
    detail_of = {"version": added.version, "rolled_back_to": rolled_back_to}
    note_in(connection, caller, action, f"/v1/rosters/{job}", detail_of)
    return added


def _newest(
    connection: Connection, tenant: str, first: date | None = None, last: date | None = None
) -> int:
    """Return the greatest version of a tenant, or of those about any of some days; 0 if none."""
    wanted = publications.c.tenant == tenant
    if first is not None and last is not None:
        wanted = and_(wanted, publications.c.first_day <= last, publications.c.last_day >= first)
    query = select(func.max(publications.c.version)).where(wanted)
    return connection.execute(query).scalar() or 0
