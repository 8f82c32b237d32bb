"""Recurring work as it is asked for and shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.jobs.records import Problem
from optimizer.model.record import Record

__all__ = ["CLEANUP", "REPORTS", "Schedule", "ScheduleList", "ScheduleRequest"]

REPORTS = "reports"
"""The daily report of the day before, with what was written down about it since."""

CLEANUP = "cleanup"
"""Jobs that ended long ago are deleted."""


@dataclass(frozen=True, slots=True)
class ScheduleRequest(Record):
    """Work that is to be done again and again.

    Parameters
    ----------
    work
        The kind of job to submit: `forecasts`, `rosters`, `simulations`, `comparisons` or
        `plans`; or `reports`, the daily report of the day before; or `cleanup`, which deletes old
        jobs and their results.
    cron
        When: minute, hour, day of the month, month and day of the week, as crontab writes them,
        such as ``30 2 * * *``, ``0 6 * * mon`` or ``*/15 8-18 * * 1-5``. Sunday is 0 or 7. An hour
        that the clocks leave out is made up for right after it; one that comes twice counts once.
    zone
        IANA name of the time zone of those times.
    body
        The request of the job. In its texts `${day}` stands for the date on which it is due,
        `${week}` for the Monday of that week and `${month}` for the first of that month, all with
        whole numbers to add, as in `${day+1}`; `${forecasts}`, `${rosters}`, ... for the newest job
        of that kind that is done, and `${published}` for the roster that was published last.
        Of `cleanup`, ``{"keep_days": 30}``; of `reports` nothing.
    paused
        Whether it waits until it is resumed; what is missed meanwhile is not made up for.
    """

    work: str
    cron: str
    zone: str = "UTC"
    body: dict[str, Any] = field(default_factory=dict)
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Schedule(Record):
    """Recurring work and how it went.

    Parameters
    ----------
    work, cron, zone, body, paused
        As they were asked for.
    triggered
        When it was asked to run once, out of turn; null once it has.
    last_run
        When it ran last; null if it never has.
    last_job
        The job that the last run submitted; null if it submitted none.
    last_problem
        Why the last run came to nothing; null if it did not.
    next_run
        When it is due next; null while it is paused.
    """

    id: str
    work: str
    cron: str
    zone: str
    body: dict[str, Any]
    paused: bool
    triggered: datetime | None
    last_run: datetime | None
    last_job: str | None
    last_problem: Problem | None
    next_run: datetime | None


@dataclass(frozen=True, slots=True)
class ScheduleList(Record):
    """All recurring work.

    Parameters
    ----------
    schedules
        In the order of their identifiers.
    """

    schedules: tuple[Schedule, ...]
