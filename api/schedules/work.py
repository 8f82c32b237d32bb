"""What is done when recurring work is due."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from sqlalchemy import select

from api.config import Settings
from api.jobs.cleanup import clean_up
from api.jobs.queue import Submission, list_jobs, submit, submitted_before
from api.jobs.records import JobState
from api.schedules.checks import KEEP_DAYS
from api.schedules.due import Due
from api.schedules.placeholders import PUBLISHED, fill_in
from api.schedules.records import CLEANUP, REPORTS
from api.store import Store
from api.store.tables import publications
from api.tasks import accept
from optimizer.errors import raise_errors
from optimizer.model.findings import Findings

__all__ = ["do_work"]


def do_work(store: Store, settings: Settings, due: Due) -> str | None:
    """Do what is due; done twice for the same occasion it changes nothing more.

    Returns
    -------
    str | None
        The job that was submitted; None for work that is done now.

    Raises
    ------
    InvalidInput
        If the request cannot be accepted, as from the API.
    """
    if due.work == CLEANUP:
        days = min(json.loads(due.body).get(KEEP_DAYS, settings.keep_days), settings.keep_days)
        clean_up(store, keep_days=days, tenant=due.tenant)
        return None
    if due.work == REPORTS:
        from api.kpis import daily_report

        daily_report(store, due.tenant, due.day - timedelta(days=1))
        return None
    return _submit(store, settings, due)


def _submit(store: Store, settings: Settings, due: Due) -> str:
    # The same occasion is one job, whatever its placeholders stand for by now.
    fingerprint = hashlib.sha256(due.key.encode()).hexdigest()
    known = submitted_before(store, due.tenant, due.key, fingerprint)
    if known is not None:
        return known.id
    found = Findings()
    filled = fill_in(
        json.loads(due.body), due.day, lambda name: _newest(store, due.tenant, name), found
    )
    raise_errors("The request refers to what is not there.", found.issues)
    accepted = accept(store, due.tenant, due.work, json.dumps(filled).encode(), settings)
    asked = Submission(
        tenant=due.tenant,
        kind=due.work,
        body=accepted.body,
        seconds=accepted.seconds,
        label=accepted.label or due.schedule,
        idempotency_key=due.key,
        fingerprint=fingerprint,
        schedule=due.schedule,
    )
    return submit(store, asked, max_queued=settings.max_queued)[0].id


def _newest(store: Store, tenant: str, name: str) -> str | None:
    """Return the job of the roster published last, or the newest one of a kind that is done."""
    if name == PUBLISHED:
        query = select(publications.c.job).where(publications.c.tenant == tenant)
        with store.reading() as connection:
            newest = query.order_by(publications.c.version.desc()).limit(1)
            return connection.execute(newest).scalar()
    done, _ = list_jobs(store, tenant, kind=name, state=JobState.DONE, limit=1)
    return done[0].id if done else None
