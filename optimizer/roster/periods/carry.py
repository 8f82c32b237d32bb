"""What agents carry from one period into the next: runs, hours of the week, fair shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from optimizer.model import Agent, History, Roster, RosterProblem
from optimizer.roster.checks.worker import Duty, Worker, workers

__all__ = ["carried_agents"]

MINUTE = timedelta(minutes=1)


def carried_agents(problem: RosterProblem, roster: Roster, first: date) -> tuple[Agent, ...]:
    """Return the agents with the history that they carry into a period that starts on `first`.

    Parameters
    ----------
    roster
        What was worked from the problem's first day to the day before `first`; shifts on or
        after `first` are ignored.
    first
        A day of the problem's period, or the day after it.
    """
    return tuple(
        replace(worker.agent, history=_history(problem, worker, first))
        for worker in workers(problem, roster)
    )


def _history(problem: RosterProblem, worker: Worker, first: date) -> History:
    before = worker.agent.history
    days = [day for day in worker.clock.days() if day < first]
    if not days:
        return before
    duties = [duty for duty in worker.duties if duty.day < first]
    run, off = before.days_worked if not before.days_off else 0, before.days_off
    worked = {duty.day for duty in duties}
    for day in days:
        if day in worked:
            run, off = run + 1, 0
        else:
            # Where nothing is known from before, the days off known of count: at worst somebody
            # new stays off until a least run of them is full.
            run, off = 0, off + 1
    monday = first - timedelta(days=first.weekday())
    this_week = [duty for duty in duties if duty.day >= monday]
    # The week in which the period starts, if all of the period so far lies in it, goes on.
    same = monday < days[0]
    starts = [_minute(worker, duty) for duty in this_week]
    if same:
        past = (before.earliest_start_this_week, before.latest_start_this_week)
        starts += [start for start in past if start is not None]
    last = duties[-1] if duties else None
    yesterday = first - timedelta(days=1)
    fairness = problem.organisation.fairness
    late = sum(_end_minute(worker, duty) >= fairness.late_end_minute for duty in duties)
    return History(
        days_worked=run,
        days_off=off,
        last_shift_end=worker.clock.local(last.shift.end) if last else before.last_shift_end,
        minutes_this_week=sum(duty.paid for duty in this_week)
        + (before.minutes_this_week if same else 0),
        shifts_this_week=len(this_week) + (before.shifts_this_week if same else 0),
        last_template=last.template.id if last and last.day == yesterday else None,
        earliest_start_this_week=min(starts, default=None),
        latest_start_this_week=max(starts, default=None),
        worked_saturday=yesterday.weekday() == 5 and yesterday in worked,
        weekends=before.weekends + _weekends(worker, duties),
        late_shifts=before.late_shifts + late,
        requests_denied=before.requests_denied + _denied(worker, duties, first),
    )


def _weekends(worker: Worker, duties: list[Duty]) -> int:
    """Count the weekends worked, but for one whose Saturday was counted before the period."""
    mondays = {duty.day - timedelta(days=duty.day.weekday()) for duty in duties if duty.weekend}
    opening = worker.clock.days()[0]
    if worker.agent.history.worked_saturday:
        mondays.discard(opening - timedelta(days=opening.weekday()))
    return len(mondays)


def _denied(worker: Worker, duties: list[Duty], first: date) -> int:
    """Count the wishes for days before `first` that were not granted."""
    days = worker.clock.days()
    starts = {duty.day: (duty.template.id, _minute(worker, duty)) for duty in duties}
    denied = 0
    for request in worker.agent.requests:
        if not days[0] <= request.day <= min(days[-1], first - timedelta(days=1)):
            continue
        template, start = starts.get(request.day, (None, -1))
        meant = (
            template is not None
            and request.template in (None, template)
            and request.earliest_start <= start <= request.latest_start
        )
        denied += meant != request.kind.wanted
    return denied


def _minute(worker: Worker, duty: Duty) -> int:
    local = worker.clock.local(duty.shift.start)
    return 60 * local.hour + local.minute


def _end_minute(worker: Worker, duty: Duty) -> int:
    """Return the local minute at which a shift ends, counted from midnight of its own day."""
    local = worker.clock.local(duty.shift.end)
    return 24 * 60 * (local.date() - duty.day).days + 60 * local.hour + local.minute
