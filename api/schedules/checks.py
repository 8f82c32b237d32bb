"""What can be wrong with recurring work before it is ever due."""

from __future__ import annotations

import json
from datetime import datetime

from api.schedules.cron import Cron, check_cron
from api.schedules.placeholders import fill_in
from api.schedules.records import CLEANUP, REPORTS, ScheduleRequest
from api.tasks import KINDS
from optimizer.codec import decode
from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model.findings import Findings

__all__ = ["KEEP_DAYS", "check_schedule"]

KEEP_DAYS = "keep_days"
"""How many days `cleanup` leaves jobs alone."""

_LONGEST_CRON = 100
_SOME_JOB = "00000000-0000-7000-8000-000000000000"


def check_schedule(asked: ScheduleRequest, now: datetime) -> Cron:
    """Return when recurring work is due, if it can be done at all.

    Whether the request of a job has everything that it needs, such as a history, is seen when it
    is due: there may be none yet.

    Raises
    ------
    InvalidInput
        If it cannot be done; every problem is listed.
    """
    found = Findings()
    cron = None
    if len(asked.cron) > _LONGEST_CRON:
        detail = f"It has {len(asked.cron)} characters but may have {_LONGEST_CRON}."
        found.at("cron").error("too_long", detail)
    else:
        cron = check_cron(asked.cron, asked.zone, now, found)
    found.known("work", asked.work, {*KINDS, REPORTS, CLEANUP}, "work")
    if asked.work in KINDS:
        _check_request(asked, now, found)
    else:
        _check_own_work(asked, found)
    raise_errors("The schedule cannot be kept.", found.issues)
    assert cron is not None, "whatever has no occasion was reported"
    return cron


def _check_request(asked: ScheduleRequest, now: datetime, found: Findings) -> None:
    place = found.at("body")
    before = len(found.issues)
    filled = fill_in(asked.body, now.date(), lambda _: _SOME_JOB, place)
    if len(found.issues) > before:
        return
    try:
        decode(KINDS[asked.work].request, json.dumps(filled).encode())
    except InvalidInput as refused:
        found.issues.extend(
            Issue(issue.code, f"/body{issue.pointer}", issue.detail, issue.severity)
            for issue in refused.issues
        )


def _check_own_work(asked: ScheduleRequest, found: Findings) -> None:
    known = {KEEP_DAYS} if asked.work == CLEANUP else set()
    for name in asked.body.keys() - known:
        found.at("body", name).error("unknown_field", "There is no such field here.")
    days = asked.body.get(KEEP_DAYS, 1)
    if KEEP_DAYS in known and (type(days) is not int or not 1 <= days <= 36_500):
        detail = f"{KEEP_DAYS} is {days!r:.40} but must be a whole number in [1, 36500]."
        found.at("body", KEEP_DAYS).error("out_of_range", detail)
