"""Jobs that ended long ago go, with all that they made."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, delete, exists, select

from api.jobs.clock import Clock, database_clock
from api.store import Store
from api.store.tables import jobs, publications

__all__ = ["clean_up"]

_AT_ONCE = 200


def clean_up(
    store: Store, *, keep_days: int, tenant: str | None = None, clock: Clock = database_clock
) -> int:
    """Delete jobs that ended more than `keep_days` days ago; those of published rosters stay.

    A few hundred go per transaction, so that nobody waits long for their turn.

    Parameters
    ----------
    tenant
        Whose; by default everybody's.

    Returns
    -------
    int
        How many were deleted.
    """
    published = exists().where(
        publications.c.tenant == jobs.c.tenant, publications.c.job == jobs.c.id
    )
    deleted = 0
    while True:
        with store.writing() as connection:
            old = and_(jobs.c.finished < clock(connection) - timedelta(days=keep_days), ~published)
            if tenant is not None:
                old = and_(old, jobs.c.tenant == tenant)
            some = select(jobs.c.id).where(old).order_by(jobs.c.finished).limit(_AT_ONCE)
            count = connection.execute(delete(jobs).where(jobs.c.id.in_(some))).rowcount
        deleted += count
        if count < _AT_ONCE:
            return deleted
