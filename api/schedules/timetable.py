"""Recurring work inside the runner: a scheduler in memory that is filled from the table.

The table alone says what is due when; the scheduler wakes somebody up at that time. So a runner
that starts after a weekend makes up once for all that was missed, and two runners that both
believe to be the one do nothing twice: an occasion has a name under which its job is submitted,
and a row moves on only from the occasion that was done, under the lease.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Any, NamedTuple

import msgspec
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Row, select, update

from api.config import Settings
from api.jobs.cleanup import clean_up
from api.jobs.clock import Clock, database_clock
from api.jobs.leases import Lease, LeaseLost, fenced
from api.jobs.records import Problem
from api.problems import problem_of, problem_of_status
from api.schedules.cron import Cron
from api.schedules.due import Due
from api.schedules.table import is_schedule
from api.schedules.work import do_work
from api.store import UNREACHABLE, Store
from api.store.tables import schedules
from optimizer.errors import Issue, Severity

__all__ = ["Timetable"]

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_CLEAN_UP_HOURS = 1

Work = Callable[[Due], str | None]


class _Alarm(NamedTuple):
    """What is due: a schedule, in its turn (`next_run`) or out of it (`triggered`)."""

    tenant: str
    schedule: str
    column: str


class Timetable:
    """The recurring work of all tenants, done in threads of its own while a lease is held.

    Parameters
    ----------
    lease
        That of the runner; a timetable whose lease is lost changes no row.
    work
        Does what is due, and returns the job that it submitted, if any.
    """

    def __init__(
        self,
        store: Store,
        lease: Lease,
        settings: Settings,
        *,
        work: Work | None = None,
        clock: Clock = database_clock,
    ) -> None:
        self._store = store
        self._lease = lease
        self._settings = settings
        self._work = work or partial(do_work, store, settings)
        self._clock = clock
        self._alarms: dict[_Alarm, datetime] = {}
        self._setting = Lock()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(2)},
            # Late is better than never, and once is enough.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin; a change of the table is seen within a second."""
        for name, action, every in (
            ("look", self._look, IntervalTrigger(seconds=_LOOK_SECONDS, timezone=UTC)),
            ("clean up", self._clean_up, IntervalTrigger(hours=_CLEAN_UP_HOURS, timezone=UTC)),
        ):
            now = datetime.now(UTC)
            self._scheduler.add_job(
                action, every, id=name, replace_existing=True, next_run_time=now
            )
        self._scheduler.start()

    def close(self) -> None:
        """End, after what is being done just now: jobs are submitted and not waited for."""
        self._scheduler.shutdown()

    def refresh(self) -> None:
        """Set an alarm for everything in the table, and turn off those that are not there."""
        wanted = self._wanted()
        with self._setting:
            for alarm in self._alarms.keys() - wanted.keys():
                self._turn_off(alarm)
            for alarm, at in wanted.items():
                if self._alarms.get(alarm) != at:
                    self._scheduler.add_job(
                        self._run,
                        DateTrigger(at, UTC),
                        alarm,
                        id="/".join(alarm),
                        replace_existing=True,
                    )
            self._alarms = wanted

    def _look(self) -> None:
        try:
            self.refresh()
        except UNREACHABLE as error:
            # The next look is a second away, and the runner tells for how long this goes on.
            log.debug("The timetable cannot be read now.", exc_info=error)

    def _wanted(self) -> dict[_Alarm, datetime]:
        """Return what the table says is due, and when."""
        with self._store.reading() as connection:
            return {
                _Alarm(row.tenant, row.id, column): at
                for row in connection.execute(select(schedules))
                for column in ("next_run", "triggered")
                if (at := row._mapping[column]) is not None
            }

    def _turn_off(self, alarm: _Alarm) -> None:
        with suppress(JobLookupError):  # it may have gone off
            self._scheduler.remove_job("/".join(alarm))

    def _run(self, *where: str) -> None:
        """Do what an alarm was set for; if that fails, the next look sets it again."""
        alarm = _Alarm(*where)
        try:
            self._do(alarm)
        except LeaseLost:
            log.info("The lease is lost; recurring work is left to its new owner.")
        except Exception:
            log.exception("Recurring work failed; it is tried again.")
            with self._setting:
                self._alarms.pop(alarm, None)

    def _do(self, alarm: _Alarm) -> None:
        query = select(schedules).where(is_schedule(alarm.tenant, alarm.schedule))
        with self._store.reading() as connection:
            now = self._clock(connection)
            row = connection.execute(query).first()
        at = None if row is None else row._mapping[alarm.column]
        if row is None or at is None:
            return  # deleted, paused or done meanwhile
        if at > now:
            # Done meanwhile, or this machine's clock is ahead of the database's.
            with self._setting:
                self._alarms.pop(alarm, None)
            return
        job, problem = self._attempt(_due(alarm, row, at, now))
        self._move_on(alarm, row, at, job, problem)

    def _attempt(self, due: Due) -> tuple[str | None, Problem | None]:
        """Return the job that came of what is due, or why none did.

        Raises
        ------
        Exception
            If it may go better in a moment, because the database could not be used.
        """
        try:
            return self._work(due), None
        except Exception as error:
            told = problem_of(error)
            if told is not None and told.status == 503:
                raise
            if told is None:
                log.exception("An unexpected failure in recurring work.")
                detail = "It could not be done; the log of the runner has the cause."
                told = problem_of_status(500, detail)
        issues = (
            Issue(issue["code"], issue["pointer"], issue["detail"], Severity(issue["severity"]))
            for issue in told.issues
        )
        kind = told.as_dict()["type"]
        return None, Problem(kind, told.title, told.status, told.detail, tuple(issues))

    def _move_on(
        self, alarm: _Alarm, row: Row[Any], at: datetime, job: str | None, problem: Problem | None
    ) -> None:
        """Write down how an occasion went and when the next one is, unless that was done."""
        with fenced(self._store, self._lease) as connection:
            now = self._clock(connection)
            following = Cron(row.cron, row.zone).after(now) if alarm.column == "next_run" else None
            moved = update(schedules).where(
                is_schedule(alarm.tenant, alarm.schedule), schedules.c[alarm.column] == at
            )
            values = {
                "last_run": now,
                "last_job": job,
                "last_problem": None if problem is None else msgspec.to_builtins(problem),
                alarm.column: following,
            }
            connection.execute(moved.values(**values))

    def _clean_up(self) -> None:
        try:
            count = clean_up(self._store, keep_days=self._settings.keep_days, clock=self._clock)
        except UNREACHABLE as error:
            log.warning("Old jobs cannot be deleted now.", exc_info=error)
            return
        if count:
            log.info("Old jobs were deleted.", extra={"fields": {"jobs": count}})


def _due(alarm: _Alarm, row: Row[Any], at: datetime, now: datetime) -> Due:
    cron = Cron(row.cron, row.zone)
    latest = cron.latest(at, now) if alarm.column == "next_run" else at
    return Due(
        tenant=alarm.tenant,
        schedule=alarm.schedule,
        work=row.work,
        body=row.body,
        day=latest.astimezone(cron.zone).date(),
        key=f"schedule {alarm.schedule} {alarm.column} {at:%Y-%m-%dT%H:%M:%S.%fZ}",
    )
