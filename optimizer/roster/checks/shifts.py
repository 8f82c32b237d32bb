"""Rules that one shift keeps or breaks by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from optimizer.errors import Issue
from optimizer.model import MINUTES_PER_DAY, Range
from optimizer.roster.checks.worker import Duty, Worker

__all__ = ["check_shift", "instant"]


def check_shift(worker: Worker, duty: Duty) -> list[Issue]:
    """Return what is wrong with a shift whatever else its agent works."""
    pointer = f"/roster/shifts/{duty.number}"
    return [
        Issue(code, pointer, f"{worker.agent.id}, {duty.day}: {detail}")
        for code, detail in [
            *_template(worker, duty),
            *_activities(worker, duty),
            *_agent(worker, duty),
        ]
    ]


def instant(worker: Worker, day: date, minute: int) -> datetime:
    """Return the instant of a minute on the site's clock; minutes past 24 h run on."""
    day += timedelta(days=minute // MINUTES_PER_DAY)
    clock = time(minute % MINUTES_PER_DAY // 60, minute % 60)
    return datetime.combine(day, clock, ZoneInfo(worker.clock.zone)).astimezone(UTC)


def _template(worker: Worker, duty: Duty) -> list[tuple[str, str]]:
    found = []
    template, shift, clock = duty.template, duty.shift, worker.clock
    if template.id not in worker.contract.templates:
        detail = f"contract {worker.contract.id!r} does not allow template {template.id!r}."
        found.append(("template_not_in_contract", detail))
    if duty.day.weekday() not in template.weekdays:
        found.append(("wrong_weekday", f"template {template.id!r} is not worked on this weekday."))
    if not 0 <= shift.start < clock.count:
        found.append(("outside_period", "the shift does not start in the period."))
    local = clock.local(shift.start)
    minute = 60 * local.hour + local.minute
    # On a day whose clocks change, a start may stand at another time than the template's.
    if minute not in template.starts() and not any(
        clock.slot_of(duty.day, start) == shift.start for start in template.starts()
    ):
        detail = f"template {template.id!r} has no start at {local:%H:%M}."
        found.append(("wrong_start", detail))
    length = (shift.end - shift.start) * clock.interval_minutes
    if length not in template.lengths:
        found.append(("wrong_length", f"template {template.id!r} has no length of {length} min."))
    return found


def _activities(worker: Worker, duty: Duty) -> list[tuple[str, str]]:
    """Compare the activities with those of the template, one by one in order."""
    shift, step = duty.shift, worker.clock.interval_minutes
    wanted = duty.template.activities
    if len(shift.activities) != len(wanted):
        detail = f"{len(shift.activities)} activities, but the template has {len(wanted)}."
        return [("wrong_activities", detail)]
    free = shift.start
    for planned, template in zip(shift.activities, wanted, strict=True):
        begin = (planned.start - shift.start) * step
        length = (planned.end - planned.start) * step
        if (planned.kind, planned.paid, length) != (template.kind, template.paid, template.minutes):
            detail = f"a {planned.kind} of {length} min is not what the template asks for."
            return [("wrong_activities", detail)]
        within = template.earliest_minute <= begin <= template.latest_minute
        if not within or (begin - template.earliest_minute) % template.step_minutes:
            detail = f"the {planned.kind} begins {begin} min after the start, outside its window."
            return [("activity_outside_window", detail)]
        if planned.start < free or planned.end > shift.end:
            return [("activities_overlap", f"the {planned.kind} overlaps or leaves the shift.")]
        free = planned.end
    return []


def _agent(worker: Worker, duty: Duty) -> list[tuple[str, str]]:
    found = []
    agent, shift = worker.agent, duty.shift
    if duty.day in agent.days_off:
        found.append(("day_off", "the agent has the day off."))
    if agent.availability:
        begin, end = (worker.clock.local(slot).astimezone(UTC) for slot in (shift.start, shift.end))
        if not any(
            duty.day.weekday() in window.weekdays
            and instant(worker, duty.day, window.start_minute) <= begin
            and end <= instant(worker, duty.day, window.end_minute)
            for window in agent.availability
        ):
            found.append(("outside_availability", "no window of availability contains the shift."))
    bounds: Range = worker.contract.minutes_per_day
    if bounds.excess(duty.paid):
        found.append(("minutes_per_day", f"{duty.paid} paid minutes on one day."))
    return found
