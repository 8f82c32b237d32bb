"""Why does somebody not work a shift, or work at all: which rule, or what it would cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model import Roster, RosterProblem, Shift
from optimizer.model.findings import Findings
from optimizer.roster.after.desk import Desk
from optimizer.roster.after.effect import Effect
from optimizer.roster.placement import FREE
from optimizer.roster.tours import OPEN

__all__ = ["Why", "why"]

Integers = NDArray[np.int64]

STAY = 1e-4
"""Price of a change of a day that costs nothing otherwise: nobody moves for nothing."""

LEAST_GAIN = 1e-3
"""A re-arrangement that saves less is none."""


@dataclass(frozen=True, slots=True)
class Why:
    """The answer to why an agent's day is not otherwise.

    Parameters
    ----------
    now
        What the agent works on the day; None if it is free.
    shift
        What is answered for: of everything that was asked about the cheapest, or, if all are
        stopped, the one that breaks the fewest rules. None is a day off.
    possible, asked
        How many of the shifts that were asked about could be worked as things are, of how many.
    effect
        Of changing this day alone: the rules that stop it, or what it would cost.
    rearranged
        The agent's best other days around it; None if nothing is possible, or better than
        changing this day alone.
    """

    agent: str
    day: date
    now: Shift | None
    shift: Shift | None
    possible: int
    asked: int
    effect: Effect
    rearranged: Effect | None


def why(
    problem: RosterProblem,
    roster: Roster,
    agent: str,
    day: date,
    *,
    template: str | None = None,
    start_minute: int | None = None,
    free: bool = False,
) -> Why:
    """Return what stops an agent from working a shift on a day, or what it would cost.

    Parameters
    ----------
    template
        The shift's template; None asks about every one of the agent's contract.
    start_minute
        Its start in local minutes after midnight; None asks about every one.
    free
        Ask about a day off instead: why the agent has to work.

    Raises
    ------
    InvalidInput
        If agent, template or day do not exist, or no such shift does.
    """
    desk = Desk(problem, roster)
    found = Findings()
    found.known("template", template, desk.frame.whole.template_ids, "template")
    raise_errors("There is no such template.", found.issues)
    number, at = desk.agent(agent), desk.day(day)
    mine = desk.row(number)
    rows = []
    for pattern in [FREE] if free else _patterns(desk, number, at, template, start_minute):
        row = mine.copy()
        row[at] = pattern
        rows.append(row)
    if not rows:
        where = "/day" if start_minute is None else "/start_minute"
        issue = Issue("no_such_shift", where, f"No such shift starts on {day:%A} {day}.")
        raise InvalidInput("There is no such shift.", [issue])
    costs = [desk.quick({number: row}) for row in rows]
    possible = sum(map(math.isfinite, costs))
    if possible:
        row = rows[int(np.argmin(costs))]
        effect = desk.effect({number: row})
    else:
        row, effect = min(
            ((row, desk.effect({number: row})) for row in rows),
            key=lambda tried: (len(tried[1].breaks), sum(tried[1].costs.values())),
        )
    shift = None
    if row[at] != FREE:
        changed = [change.after for change in effect.changes if change.day == day]
        shift = changed[0] if changed else _now(desk, number, day)
    return Why(
        agent,
        day,
        _now(desk, number, day),
        shift,
        possible,
        len(rows),
        effect,
        _rearranged(desk, number, at, [int(row[at]) for row in rows], effect.cost),
    )


def _patterns(
    desk: Desk, agent: int, day: int, template: str | None, start_minute: int | None
) -> Iterator[int]:
    """Yield the patterns of a day that were asked about."""
    frame, worker = desk.frame, desk.staff[agent]
    patterns, ids = frame.patterns, frame.whole.template_ids
    names = [one.id for one in worker.templates] if template is None else [template]
    wanted = np.isin(patterns.template, [ids[name] for name in names])
    wanted &= patterns.clock == frame.calendar.zones[worker.clock.zone]
    wanted &= patterns.day == day
    if start_minute is not None:
        wanted &= frame.whole.start_minute == start_minute
    yield from np.flatnonzero(wanted).tolist()


def _now(desk: Desk, agent: int, day: date) -> Shift | None:
    return next((duty.shift for duty in desk.staff[agent].duties if duty.day == day), None)


def _rearranged(
    desk: Desk, agent: int, day: int, patterns: list[int], cost: float
) -> Effect | None:
    """Return the best of the agent's rosters with one of some patterns on a day."""
    before = desk.row(agent)
    seat = desk.state.take_out(agent)
    prices = desk.state.prices(agent) + STAY
    # Among equals the roster in which most days stay as they are.
    prices[before[before != FREE]] -= STAY
    free = np.where(before == FREE, 0.0, STAY)
    found = []
    for pattern in patterns:
        fixed = np.full(len(before), OPEN, dtype=np.int64)
        fixed[day] = pattern
        found.append(desk.tours.within(agent, prices, fixed, free))
    desk.state.put_back(agent, seat)
    best = min(found, key=lambda tour: tour.cost)
    if not math.isfinite(best.cost):
        return None
    effect = desk.effect({agent: best.worked})
    return effect if effect.cost < cost - LEAST_GAIN else None
