"""How tickets stand with their promises: waits, targets, escalations, and when a wait is reached.

There is one wait for all rules: the open seconds of the ticket's calendar since its creation,
without those in which its clocks stood. Without a calendar all seconds are open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Clock, Escalation, OpeningHours, RoutingWeights, Snapshot, Tier
from optimizer.routing.columns import TIERS, TicketColumns
from optimizer.routing.hours import MICROSECONDS, NEVER, instant, open_time

__all__ = ["Clocks", "concerned", "escalated_at", "moments", "read_clocks"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ESCALATED: tuple[Tier | None, ...] = (*TIERS, None)
"""By place in `TIERS`; the last stands at -1."""

_YEAR = 366 * 86400 * MICROSECONDS
_HORIZONS = (_YEAR, 8 * _YEAR, 60 * _YEAR)
"""How far to look for the instant at which a wait is reached; most are near."""


@dataclass(frozen=True, slots=True, eq=False)
class Clocks:
    """The clocks of tickets at one instant.

    Parameters
    ----------
    waits, targets
        In seconds, [tickets].
    escalated
        The tier (place in `TIERS`) that an escalation gives the ticket to, -1 for none,
        [tickets].
    relaxed
        Relaxation steps that count by now, [tickets].
    """

    waits: Floats
    targets: Floats
    escalated: Ints
    relaxed: Ints
    _age: Floats
    _paused: Floats
    _calendars: _Calendars

    def due(self) -> Floats:
        """Return the seconds until each wait reaches its target, infinite for never, [tickets]."""
        return self.until(np.arange(len(self.waits)), self.targets)

    def until(self, tickets: Ints, waits: Floats) -> Floats:
        """Return the seconds until some tickets have waited so long, infinite for never.

        Parameters
        ----------
        tickets, waits
            Positions, and for each a wait above 0, in seconds; [any] both.
        """
        amounts = waits + self._paused[tickets]
        return self._calendars.after(tickets, -self._age[tickets], amounts)

    def records(
        self, tickets: Ints, now: datetime, make: Callable[..., Clock] = Clock
    ) -> list[Clock]:
        """Return how some tickets stand with their promises.

        Parameters
        ----------
        now
            The instant of the clocks.
        make
            `Clock`, or a class with the same fields.
        """
        waits, targets = self.waits[tickets], self.targets[tickets]
        columns = (waits.tolist(), targets.tolist(), moments(now, self.until(tickets, targets)))
        escalated, relaxed = self.escalated[tickets], self.relaxed[tickets]
        if (escalated < 0).all() and not relaxed.any():
            return [make(*row) for row in zip(*columns, strict=True)]
        return [
            make(wait, target, due, _ESCALATED[tier], steps)
            for wait, target, due, tier, steps in zip(
                *columns, escalated.tolist(), relaxed.tolist(), strict=True
            )
        ]

    def take(self, order: Ints) -> Clocks:
        """Return the clocks of some tickets, in that order."""
        return Clocks(
            self.waits[order],
            self.targets[order],
            self.escalated[order],
            self.relaxed[order],
            self._age[order],
            self._paused[order],
            self._calendars.take(order),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Calendars:
    """Which clocks run in which opening hours; instants are seconds from now.

    Parameters
    ----------
    now
        In microseconds since 1970.
    hours
        Those in use.
    of_ticket
        Number of the hours of each ticket, -1 for none, [tickets]; None if no ticket has any.
    """

    now: int
    hours: tuple[OpeningHours, ...]
    of_ticket: Ints | None

    def take(self, order: Ints) -> _Calendars:
        of_ticket = None if self.of_ticket is None else self.of_ticket[order]
        return _Calendars(self.now, self.hours, of_ticket)

    def between(self, since: Floats, until: Floats) -> Floats:
        """Return the open seconds between two instants of each ticket; an end before gives 0."""
        passed = np.maximum(until - since, 0.0)
        if self.of_ticket is None:
            return passed
        for number, hours in enumerate(self.hours):
            rows = np.flatnonzero(self.of_ticket == number)
            begin, end = self._instants(since[rows]), self._instants(until[rows])
            table = open_time(hours, int(begin.min()), int(end.max()), self.now)
            opened = table.passed(end) - table.passed(begin)
            passed[rows] = np.maximum(opened, 0) / MICROSECONDS
        return passed

    def after(self, tickets: Ints, since: Floats, amounts: Floats) -> Floats:
        """Return the instants by which so many open seconds have passed since some instants."""
        reached = since + amounts
        if self.of_ticket is None:
            return reached
        for number, hours in enumerate(self.hours):
            rows = np.flatnonzero(self.of_ticket[tickets] == number)
            if not len(rows):
                continue
            begin = self._instants(since[rows])
            wanted = np.rint(amounts[rows] * MICROSECONDS).astype(np.int64)
            for horizon in _HORIZONS:
                latest = max(self.now, int(begin.max())) + horizon
                table = open_time(hours, int(begin.min()), latest, self.now)
                at = table.reached(table.passed(begin) + wanted)
                if not (at == NEVER).any():
                    break
            reached[rows] = np.where(at == NEVER, np.inf, (at - self.now) / MICROSECONDS)
        return reached

    def _instants(self, seconds: Floats) -> Ints:
        return self.now + np.rint(seconds * MICROSECONDS).astype(np.int64)


def read_clocks(snapshot: Snapshot, columns: TicketColumns) -> Clocks:
    """Return the clocks of the tickets of a snapshot, in its order."""
    calendars = _calendars(snapshot, columns)
    age = columns.age
    waits = calendars.between(-age, np.zeros(len(age)))
    if columns.paused.any():
        waits = np.maximum(waits - columns.paused, 0.0)
    rows = np.arange(len(age))
    return Clocks(
        waits,
        _targets(snapshot.weights, columns, calendars),
        escalated_at(columns, rows, waits, snapshot.escalations),
        _steps(columns, waits),
        age,
        columns.paused,
        calendars,
    )


def escalated_at(
    columns: TicketColumns, rows: Ints, waits: Floats, escalations: Sequence[Escalation]
) -> Ints:
    """Return the tier that tickets are given to at some waits, -1 for none.

    Parameters
    ----------
    rows, waits
        Places in the columns and for each a wait, in seconds; [any] both.
    escalations
        The last one that holds counts.
    """
    tier = np.full(len(rows), -1)
    for escalation in escalations:
        holds = waits >= escalation.after_seconds
        if not holds.any():
            continue
        tier[holds & concerned(columns, rows, escalation)] = TIERS.index(escalation.to_tier)
    return tier


def concerned(columns: TicketColumns, rows: Ints, escalation: Escalation) -> NDArray[np.bool_]:
    """Tell which tickets an escalation is for, whatever they have waited."""
    holds = columns.risk[rows] >= escalation.risk_from
    if escalation.priority is not None:
        holds &= columns.rank[rows] == int(escalation.priority[1])
    if escalation.from_tier is not None:
        holds &= columns.tier[rows] == TIERS.index(escalation.from_tier)
    if escalation.channel is not None:
        names = columns.channels
        holds &= np.array([names[row] == escalation.channel for row in rows.tolist()], np.bool_)
    return holds


def _calendars(snapshot: Snapshot, columns: TicketColumns) -> _Calendars:
    if columns.calendars is None:
        return _Calendars(0, (), None)
    names = sorted({name for name in columns.calendars if name is not None})
    number = {name: place for place, name in enumerate(names)} | {None: -1}
    return _Calendars(
        instant(snapshot.now),
        tuple(snapshot.calendars[name] for name in names),
        np.array([number[name] for name in columns.calendars], dtype=np.int64),
    )


def _targets(weights: RoutingWeights, columns: TicketColumns, calendars: _Calendars) -> Floats:
    """Return the wait that each ticket is measured by, as `score.wait_target` does for one."""
    usual = np.array(weights.wait_target_seconds, dtype=np.float64)[columns.rank]
    if not weights.own_deadlines:
        return usual
    first = _promised(columns.first_due, columns.first_seconds, columns, calendars)
    if first is not None and columns.responded is not None:
        first[np.array(columns.responded, dtype=np.bool_)] = np.nan
    resolution = _promised(columns.resolution_due, columns.resolution_seconds, columns, calendars)
    promises = [promise for promise in (first, resolution) if promise is not None]
    if not promises:
        return usual
    least = np.fmin(promises[0], promises[-1])
    return np.where(np.isnan(least), usual, least)


def _promised(
    due: Floats | None, seconds: Floats | None, columns: TicketColumns, calendars: _Calendars
) -> Floats | None:
    """Return open seconds from creation to a deadline, not a number where there is none.

    A deadline before which no clock of the ticket runs says nothing about how urgent it is.
    """
    if due is None:
        return None if seconds is None else seconds.copy()
    set_ = ~np.isnan(due)
    until = np.where(set_, due - columns.age, -columns.age)
    opened = calendars.between(-columns.age, until) - columns.paused
    rest = np.full(len(due), np.nan) if seconds is None else seconds
    return np.where(set_, np.where(opened > 0.0, opened, np.nan), rest)


def _steps(columns: TicketColumns, waits: Floats) -> Ints:
    if columns.relaxation is None:
        return np.zeros(len(waits), dtype=np.int64)
    return np.array(
        [
            sum(step.after_seconds <= wait for step in steps) if steps else 0
            for steps, wait in zip(columns.relaxation, waits.tolist(), strict=True)
        ],
        dtype=np.int64,
    )


def moments(now: datetime, seconds: Floats) -> list[datetime | None]:
    """Return instants in UTC, None for what is infinite or beyond the years that there are."""
    since = now.astimezone(UTC)
    try:
        return [since + timedelta(0, after) for after in seconds.tolist()]
    except OverflowError:
        return [_moment(since, after) for after in seconds.tolist()]


def _moment(since: datetime, after: float) -> datetime | None:
    try:
        return None if after == math.inf else since + timedelta(0, after)
    except OverflowError:
        return None
