"""Can an agent reach the contract's least values at all? Every personal roster, day by day.

A dynamic program over days whose state is all that the rules remember. It is only asked about
agents who fell short, so that it may be plain rather than fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import NamedTuple

from optimizer.model import PlannedActivity, Range, Shift, ShiftTemplate
from optimizer.roster.checks.shifts import check_shift
from optimizer.roster.checks.worker import Duty, Week, Worker

__all__ = ["least_values_reachable"]


class _State(NamedTuple):
    """What the rules remember at the end of a day.

    ``end`` is the end slot of the last shift, ``run`` the days at work in a row, ``off`` the days
    off since (negative while no worked day is known), ``shifts`` and ``minutes`` those of the
    week, ``total`` the paid minutes of the period, ``weekends`` those with a shift and
    ``weekend`` whether the present one is among them.
    """

    end: float
    run: int
    off: int
    shifts: int
    minutes: int
    total: int
    weekends: int
    weekend: bool


def least_values_reachable(worker: Worker) -> bool:
    """Tell whether some roster for this agent alone keeps every rule, least values included."""
    states = {_opening(worker)}
    for week in worker.weeks():
        day = week.first
        states = {
            state._replace(shifts=week.shifts_before, minutes=week.minutes_before)
            for state in states
        }
        while day <= week.last:
            choices = sorted(_choices(worker, day))
            states = {
                _without_idle_memory(worker, after, day)
                for state in states
                for after in _after(worker, state, day, choices)
            }
            day += timedelta(days=1)
        states = {state for state in states if _week_done(worker, week, state)}
    least = worker.contract.minutes_per_period.minimum
    return any(state.total >= least for state in states)


def _opening(worker: Worker) -> _State:
    history, clock = worker.agent.history, worker.clock
    end = float("-inf")
    if history.last_shift_end is not None:
        since = history.last_shift_end.astimezone(UTC) - clock.start.astimezone(UTC)
        end = since / timedelta(minutes=clock.interval_minutes)
    run = 0 if history.days_off else history.days_worked
    off = history.days_off or (0 if history.days_worked else -1)
    return _State(end, run, off, 0, 0, 0, 0, weekend=False)


def _choices(worker: Worker, day: date) -> set[tuple[int, int, int]]:
    """Return (start, end, paid minutes) of the shifts that are allowed by themselves."""
    clock, found = worker.clock, set()
    for template in worker.templates:
        for minute in template.starts():
            start = clock.slot_of(day, minute)
            for length in template.lengths:
                shift = _shift(worker, template, start, length)
                paid = template.paid_minutes(length)
                duty = Duty(0, shift, template, day, paid)
                problems = {issue.code for issue in check_shift(worker, duty)}
                if not problems - {"activity_outside_window", "activities_overlap"}:
                    found.add((start, shift.end, paid))
    return found


def _shift(worker: Worker, template: ShiftTemplate, start: int, length: int) -> Shift:
    step = worker.clock.interval_minutes
    activities = tuple(
        PlannedActivity(
            a.kind,
            start + a.earliest_minute // step,
            start + (a.earliest_minute + a.minutes) // step,
            a.paid,
        )
        for a in template.activities
    )
    return Shift(worker.agent.id, template.id, start, start + length // step, activities)


def _after(
    worker: Worker, state: _State, day: date, choices: list[tuple[int, int, int]]
) -> Iterator[_State]:
    """Yield the states after a day off and after each shift that the rules still allow."""
    contract = worker.contract
    if day.weekday() == 0:
        state = state._replace(weekend=False)
    yield state._replace(run=0, off=state.off if state.off < 0 else state.off + 1)
    weekend = day.weekday() >= 5
    weekends = state.weekends + (weekend and not state.weekend)
    if (
        state.run + 1 > contract.max_consecutive_days
        or 0 < state.off < contract.min_consecutive_days_off
        or (contract.max_weekends is not None and weekends > contract.max_weekends)
        or contract.shifts_per_week.excess(state.shifts + 1) > 0
    ):
        return
    rest = contract.rest_minutes / worker.clock.interval_minutes
    for start, end, paid in choices:
        if (
            start - state.end >= rest
            and contract.minutes_per_week.excess(state.minutes + paid) <= 0
            and contract.minutes_per_period.excess(state.total + paid) <= 0
        ):
            yield _State(
                float(end),
                state.run + 1,
                0,
                state.shifts + 1,
                state.minutes + paid,
                state.total + paid,
                weekends,
                weekend or state.weekend,
            )


def _without_idle_memory(worker: Worker, state: _State, day: date) -> _State:
    """Forget what no rule can ask for any more, so that fewer states stay apart."""
    contract, clock = worker.contract, worker.clock
    tomorrow = clock.slot_of(day + timedelta(days=1), 0)
    rested = state.end + contract.rest_minutes / clock.interval_minutes <= tomorrow
    return state._replace(
        end=float("-inf") if rested else state.end,
        off=min(state.off, contract.min_consecutive_days_off),
        minutes=state.minutes if contract.minutes_per_week != Range() else 0,
        total=state.total if contract.minutes_per_period != Range() else 0,
    )


def _week_done(worker: Worker, week: Week, state: _State) -> bool:
    contract = worker.contract
    return not week.complete or (
        state.shifts >= contract.shifts_per_week.minimum
        and state.minutes >= contract.minutes_per_week.minimum
    )
