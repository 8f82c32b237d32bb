"""Rules about all shifts of one agent together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta

from optimizer.errors import Issue, Severity
from optimizer.model import Range
from optimizer.roster.checks.reach import least_values_reachable
from optimizer.roster.checks.worker import Worker

__all__ = ["check_person"]

Found = Iterator[tuple[str, str]]


def check_person(worker: Worker) -> list[Issue]:
    """Return the rules that the shifts of an agent break.

    An agent who stays below a least value breaks a rule unless there is no way at all to keep
    every rule of this agent together: then it is a warning.
    """
    pointer, name = worker.pointer, worker.agent.id
    issues = [
        Issue(code, pointer, f"{name}: {detail}") for rule in RULES for code, detail in rule(worker)
    ]
    short = list(_least_values(worker))
    if short:
        severity = Severity.ERROR if least_values_reachable(worker) else Severity.WARNING
        issues += [Issue(code, pointer, f"{name}: {detail}", severity) for code, detail in short]
    return issues


def one_shift_a_day(worker: Worker) -> Found:
    """Nobody starts two shifts on one day."""
    for day, number in Counter(duty.day for duty in worker.duties).items():
        if number > 1:
            yield "two_shifts_a_day", f"{number} shifts start on {day}."


def rest(worker: Worker) -> Found:
    """Between two shifts lies the contract's rest; the last one before the period counts."""
    least = timedelta(minutes=worker.contract.rest_minutes)
    end = worker.agent.history.last_shift_end
    for duty in worker.duties:
        start = worker.clock.local(duty.shift.start).astimezone(UTC)
        if end is not None and start - end < least:
            minutes = (start - end) // timedelta(minutes=1)
            yield "short_rest", f"{minutes} minutes of rest before the shift on {duty.day}."
        end = worker.clock.local(duty.shift.end).astimezone(UTC)


def runs(worker: Worker) -> Found:
    """Days at work and days off come in runs of lengths that the contract allows."""
    contract, history = worker.contract, worker.agent.history
    worked = {duty.day for duty in worker.duties}
    run = 0 if history.days_off else history.days_worked
    # Days off since the last worked day; None while none is known.
    off = history.days_off or (0 if history.days_worked else None)
    for day in worker.clock.days():
        if day not in worked:
            run = 0
            off = None if off is None else off + 1
            continue
        run += 1
        if run > contract.max_consecutive_days:
            yield "too_many_days_in_a_row", f"{day} is day {run} in a row."
        if off is not None and 0 < off < contract.min_consecutive_days_off:
            yield "short_days_off", f"only {off} days off before {day}."
        off = 0


def weekends(worker: Worker) -> Found:
    """Only so many weekends have a shift."""
    most = worker.contract.max_weekends
    worked = {
        duty.day - timedelta(days=duty.day.weekday()) for duty in worker.duties if duty.weekend
    }
    if most is not None and len(worked) > most:
        yield "too_many_weekends", f"{len(worked)} weekends with a shift."


def most_values(worker: Worker) -> Found:
    """Shifts and paid time stay below their upper bounds."""
    contract = worker.contract
    for week in worker.weeks():
        mine = [duty for duty in worker.duties if duty.day in week]
        shifts = week.shifts_before + len(mine)
        # What was worked before the period cannot be taken back.
        if mine and _above(contract.shifts_per_week, shifts):
            yield "shifts_per_week", f"{shifts} shifts in the week of {week.first}."
        minutes = week.minutes_before + sum(duty.paid for duty in mine)
        if mine and _above(contract.minutes_per_week, minutes):
            yield "minutes_per_week", f"{minutes} paid minutes in the week of {week.first}."
    total = sum(duty.paid for duty in worker.duties)
    if _above(contract.minutes_per_period, total):
        yield "minutes_per_period", f"{total} paid minutes in the period."


RULES: tuple[Callable[[Worker], Found], ...] = (
    one_shift_a_day,
    rest,
    runs,
    weekends,
    most_values,
)
"""Every rule that sets a limit from above."""


def _least_values(worker: Worker) -> Found:
    """Shifts and paid time reach their lower bounds in every week that ends in the period."""
    contract = worker.contract
    for week in worker.weeks():
        if not week.complete:
            continue
        mine = [duty for duty in worker.duties if duty.day in week]
        shifts = week.shifts_before + len(mine)
        if shifts < contract.shifts_per_week.minimum:
            yield "below_shifts_per_week", f"only {shifts} shifts in the week of {week.first}."
        minutes = week.minutes_before + sum(duty.paid for duty in mine)
        if minutes < contract.minutes_per_week.minimum:
            yield "below_minutes_per_week", f"only {minutes} minutes in the week of {week.first}."
    total = sum(duty.paid for duty in worker.duties)
    if total < contract.minutes_per_period.minimum:
        yield "below_minutes_per_period", f"only {total} paid minutes in the period."


def _above(bounds: Range, value: int) -> bool:
    return bounds.excess(value) > 0
