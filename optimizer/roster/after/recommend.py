"""Who could do it: the best people for an open shift, for a sick colleague's, and for a swap.

Every proposal is told by what it costs more, with the days that change. The prices of all shifts
against the rest of the plan single out what is worth looking at; the checks of the rules then say
what it costs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model import Roster, RosterProblem
from optimizer.model.findings import Findings
from optimizer.roster.after.desk import Desk
from optimizer.roster.after.effect import Effect
from optimizer.roster.placement import FREE
from optimizer.roster.tours import OPEN

__all__ = [
    "Proposal",
    "Recommendation",
    "recommend_for_absence",
    "recommend_for_shift",
    "recommend_swaps",
]

Integers = NDArray[np.int64]
Rows = dict[int, Integers]

SPARE = 3
"""So many times more proposals are looked at closely than are returned."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to do it.

    Parameters
    ----------
    agents
        Who works otherwise than now, besides the one who was asked about.
    effect
        What changes, and what the roster would cost more than it does now or, for an absence,
        than with the shift unmanned.
    other_days
        Whether days other than the one in question change.
    """

    agents: tuple[str, ...]
    effect: Effect
    other_days: bool

    @property
    def cost(self) -> float:
        """Return what the roster would cost more."""
        return self.effect.cost


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Proposals, the cheapest first, and among equals those that change least.

    Parameters
    ----------
    undone
        What it costs to leave the shift of the absent unmanned; None where nobody is.
    """

    undone: Effect | None
    proposals: tuple[Proposal, ...]


def recommend_for_shift(
    problem: RosterProblem,
    roster: Roster,
    day: date,
    template: str,
    start_minute: int | None = None,
    *,
    most: int = 5,
) -> Recommendation:
    """Return who could best take one more shift of a template on a day.

    Those who are free that day, as their days are or by changing one other day.

    Parameters
    ----------
    start_minute
        Local start; None leaves it open.
    most
        Number of proposals in which other days stay as they are, and of those in which one changes.

    Raises
    ------
    InvalidInput
        If the day or such a shift does not exist.
    """
    desk = Desk(problem, roster)
    at = desk.day(day)
    found = Findings()
    found.known("template", template, desk.frame.whole.template_ids, "template")
    raise_errors("There is no such template.", found.issues)
    patterns, whole = desk.frame.patterns, desk.frame.whole
    wanted = (patterns.day == at) & (patterns.template == whole.template_ids[template])
    if start_minute is not None:
        wanted &= whole.start_minute == start_minute
    shifts = np.flatnonzero(wanted)
    if not len(shifts):
        detail = f"No such shift of template {template!r} starts on {day:%A} {day}."
        where = "/day" if start_minute is None else "/start_minute"
        raise InvalidInput("There is no such shift.", [Issue("no_such_shift", where, detail)])
    free = np.flatnonzero(desk.state.worked[:, at] == FREE).tolist()
    tried = (rows for agent in free for rows in _taking(desk, agent, at, shifts))
    return Recommendation(None, _best(desk, tried, at, most))


def recommend_for_absence(
    problem: RosterProblem, roster: Roster, agent: str, day: date, *, most: int = 5
) -> Recommendation:
    """Return how the absence of somebody who should work on a day is best made good.

    Somebody may take over the shift or any other of the day, move the own shift, or change
    another day for it.

    Raises
    ------
    InvalidInput
        If the agent does not exist or does not work that day.
    """
    desk = Desk(problem, roster)
    number, at = desk.agent(agent), desk.day(day)
    row = desk.row(number)
    if row[at] == FREE:
        detail = f"{agent!r} does not work on {day}."
        raise InvalidInput("There is no shift to take.", [Issue("no_such_shift", "/day", detail)])
    row[at] = FREE
    undone = desk.effect({number: row})
    # What the absent does not reach is nobody's proposal.
    undone = replace(undone, breaks=tuple(match for match in undone.breaks if match.agent != agent))
    gone = {change.before for change in undone.changes}
    left = replace(roster, shifts=tuple(s for s in roster.shifts if s not in gone))
    desk = Desk(problem, left)
    shifts = np.flatnonzero(desk.frame.patterns.day == at)
    tried = (
        rows
        for other in range(len(desk.staff))
        if other != number
        for rows in _taking(desk, other, at, shifts)
    )
    return Recommendation(undone, _best(desk, tried, at, most))


def recommend_swaps(
    problem: RosterProblem, roster: Roster, agent: str, day: date, *, most: int = 5
) -> Recommendation:
    """Return with whom an agent who wants to be free on a day could best swap.

    A colleague who is free that day takes the shift, and the agent takes one of the colleague's
    shifts on a day that is free for the agent.

    Raises
    ------
    InvalidInput
        If the agent does not exist or does not work that day.
    """
    desk = Desk(problem, roster)
    number, at = desk.agent(agent), desk.day(day)
    if desk.row(number)[at] == FREE:
        detail = f"{agent!r} does not work on {day}."
        raise InvalidInput("There is no shift to give.", [Issue("no_such_shift", "/day", detail)])
    return Recommendation(None, _best(desk, _swaps(desk, number, at), at, most, number))


def _taking(desk: Desk, agent: int, at: int, shifts: Integers) -> Iterator[Rows]:
    """Yield an agent's best rosters with one of some shifts on a day.

    One that changes nothing else, and one that changes one other day, if there are any.
    """
    state, tours = desk.state, desk.tours
    before = desk.row(agent)
    possible = np.intersect1d(shifts, desk.frame.people[agent].patterns)
    if not len(possible) or (len(possible) == 1 and before[at] == possible[0]):
        return
    seat = state.take_out(agent)
    prices = state.prices(agent)
    state.put_back(agent, seat)
    only = np.full(len(prices), np.inf)
    only[possible] = prices[possible]
    others = desk.frame.patterns.day != at
    only[others] = prices[others]
    if before[at] != FREE:
        only[before[at]] = np.inf  # that would be no change
    must = np.zeros(len(before))
    must[at] = np.inf
    fixed = before.copy()
    fixed[at] = OPEN
    tour = tours.within(agent, only, fixed, must)
    if math.isfinite(tour.cost):
        yield {agent: tour.worked}
    best = tour
    for other in np.flatnonzero(before != FREE).tolist():
        if other != at:
            fixed[other] = OPEN
            moved = tours.within(agent, only, fixed, must)
            fixed[other] = before[other]
            if moved.cost < best.cost - 1e-6:
                best = moved
    if best is not tour:
        yield {agent: best.worked}


def _swaps(desk: Desk, agent: int, at: int) -> Iterator[Rows]:
    mine, worked = desk.row(agent), desk.state.worked
    possible = [set(person.patterns.tolist()) for person in desk.frame.people]
    for other in np.flatnonzero(worked[:, at] == FREE).tolist():
        if mine[at] not in possible[other]:
            continue
        theirs = desk.row(other)
        for day in np.flatnonzero((theirs != FREE) & (mine == FREE)).tolist():
            if theirs[day] not in possible[agent]:
                continue
            give, take = mine.copy(), theirs.copy()
            give[at], give[day] = FREE, theirs[day]
            take[at], take[day] = mine[at], FREE
            yield {agent: give, other: take}


def _best(
    desk: Desk, tried: Iterable[Rows], at: int, most: int, asking: int | None = None
) -> tuple[Proposal, ...]:
    """Return the cheapest of some changes that break no hard rule, so many of each kind."""
    costs = ((desk.quick(rows), order, rows) for order, rows in enumerate(tried))
    quick = sorted((entry for entry in costs if math.isfinite(entry[0])), key=itemgetter(0, 1))
    kinds: dict[bool, list[Proposal]] = {False: [], True: []}
    for _, _, rows in quick:
        elsewhere = any(
            (np.delete(row, at) != np.delete(desk.row(agent), at)).any()
            for agent, row in rows.items()
        )
        if len(kinds[elsewhere]) < SPARE * most and not (effect := desk.effect(rows)).breaks:
            agents = tuple(desk.staff[agent].agent.id for agent in rows if agent != asking)
            kinds[elsewhere].append(Proposal(agents, effect, elsewhere))
    best = [p for kind in kinds.values() for p in sorted(kind, key=_rank)[:most]]
    return tuple(sorted(best, key=_rank))


def _rank(proposal: Proposal) -> tuple[float, int]:
    """Return what proposals are sorted by: cost, and among equals the fewest changes."""
    return round(proposal.cost, 6), len(proposal.effect.changes)
