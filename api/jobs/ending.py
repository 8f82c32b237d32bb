"""How web workers say that a job should end: with the best that it has, or without a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from api.jobs.clock import Clock, database_clock
from api.jobs.records import Job, JobState
from api.jobs.rows import OVER, add_events, job_of, job_row, wrong_state
from api.store import Store
from api.store.tables import jobs, publications

__all__ = ["discard", "request_stop"]


def request_stop(store: Store, tenant: str, job: str, *, clock: Clock = database_clock) -> Job:
    """Have a job end early with the best that it has; one that waits is cancelled.

    Returns
    -------
    Job
        As it stands then; asking again changes nothing.

    Raises
    ------
    NotFound
        If the tenant has none of that id.
    Conflict
        If it is over.
    """
    with store.writing() as connection:
        found = job_row(connection, tenant, job, lock=True)
        state = JobState(found.state)
        if state.over:
            raise wrong_state(f"The job is over: it is {state}.")
        return _stop(connection, found, clock)


def discard(store: Store, tenant: str, job: str, *, clock: Clock = database_clock) -> Job:
    """Have a job end early without a result, or forget one that is over with all its results.

    Returns
    -------
    Job
        As it stands then, or stood last.

    Raises
    ------
    NotFound
        If the tenant has none of that id.
    Conflict
        If its roster was published.
    """
    with store.writing() as connection:
        found = job_row(connection, tenant, job, lock=True)
        if found.state not in OVER:
            return _stop(connection, found, clock, discard=True)
        published = select(publications.c.version).where(
            publications.c.tenant == tenant, publications.c.job == job
        )
        version = connection.execute(published.limit(1)).scalar()
        if version is not None:
            raise wrong_state(f"Its roster was published, as version {version}.")
        connection.execute(delete(jobs).where(jobs.c.id == job))
        return job_of(found)


def _stop(connection: Connection, found: Row[Any], clock: Clock, *, discard: bool = False) -> Job:
    """Cancel a job that waits; have one that runs come to its end."""
    now = clock(connection)
    asked = {"revision": jobs.c.revision + 1, "discard": discard or found.discard}
    told: Sequence[tuple[str, dict[str, Any]]] = ()
    if found.state == JobState.QUEUED.value:
        asked |= {"state": JobState.CANCELLED.value, "finished": now}
        told = [("cancelled", {})]
    elif found.state == JobState.RUNNING.value:
        asked |= {"state": JobState.STOPPING.value, "stop_requested": now}
        told = [("stopping", {"discard": discard})]
    elif asked["discard"] == found.discard:
        return job_of(found)
    changed = update(jobs).where(jobs.c.id == found.id).values(**asked).returning(jobs)
    row = connection.execute(changed).one()
    add_events(connection, found.id, now, told)
    return job_of(row)
