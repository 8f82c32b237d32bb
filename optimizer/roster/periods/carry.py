"""What agents carry from one period into the next: runs, hours of the week, fair shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from optimizer.model import Agent, History, Roster, RosterProblem
from optimizer.roster.checks.worker import Duty, Worker, workers
from optimizer.roster.rules.fairness import late_shifts, worked_weekends
from optimizer.roster.rules.requests import denied

__all__ = ["carried_agents"]


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
        replace(worker.agent, history=_history(worker, first))
        for worker in workers(problem, roster)
    )


def _history(worker: Worker, first: date) -> History:
    before = worker.agent.history
    days = [day for day in worker.clock.days() if day < first]
    if not days:
        return before
    early = replace(worker, duties=tuple(duty for duty in worker.duties if duty.day < first))
    duties = early.duties
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
        weekends=before.weekends + worked_weekends(early),
        late_shifts=before.late_shifts + late_shifts(early),
        requests_denied=before.requests_denied
        + sum(request.day < first for request in denied(early)),
    )


def _minute(worker: Worker, duty: Duty) -> int:
    local = worker.clock.local(duty.shift.start)
    return 60 * local.hour + local.minute
