"""Which of the jobs that wait is begun next."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, select

from api.jobs.records import JobState
from api.jobs.rows import ACTIVE
from api.store.tables import jobs

__all__ = ["heads", "running_by_tenant"]

_QUEUED = JobState.QUEUED.value


def running_by_tenant(connection: Connection) -> dict[str, int]:
    """Return how many jobs each tenant has running, of those that have any."""
    query = select(jobs.c.tenant, func.count().label("running")).where(jobs.c.state.in_(ACTIVE))
    rows = connection.execute(query.group_by(jobs.c.tenant))
    return {row.tenant: row.running for row in rows}


def heads(connection: Connection) -> list[tuple[str, str]]:
    """Return the oldest waiting job of each tenant (tenant, job), of the highest priority.

    It steps through the index from tenant to tenant: O(tenants) entries are read, whatever the
    number of jobs in between.
    """
    highest = select(func.max(jobs.c.priority)).where(jobs.c.state == _QUEUED)
    priority = connection.execute(highest).scalar()
    if priority is None:
        return []
    waiting = and_(jobs.c.state == _QUEUED, jobs.c.priority == priority)
    first = select(func.min(jobs.c.tenant).label("tenant")).where(waiting)
    tenants = first.cte("tenants", recursive=True)
    following = select(func.min(jobs.c.tenant)).where(waiting, jobs.c.tenant > tenants.c.tenant)
    tenants = tenants.union_all(
        select(following.scalar_subquery()).where(tenants.c.tenant.is_not(None))
    )
    oldest = select(func.min(jobs.c.id)).where(waiting, jobs.c.tenant == tenants.c.tenant)
    query = select(tenants.c.tenant, oldest.scalar_subquery().label("job"))
    rows = connection.execute(query.where(tenants.c.tenant.is_not(None)))
    return [(row.tenant, row.job) for row in rows]
