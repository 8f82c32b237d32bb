"""Periods too long to be solved at once: rolled first, improved after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from optimizer.model import Directives, Range, Roster, RosterProblem, contracts_of
from optimizer.progress import Event, Observer
from optimizer.roster.frame import Frame
from optimizer.roster.periods.rolling import Solver, roll
from optimizer.roster.periods.stretch import stretch_of
from optimizer.roster.periods.whole import Whole, improve_whole
from optimizer.roster.tours import Tours
from optimizer.roster.verify import Verification
from optimizer.stop import Deadline

__all__ = ["LongRoster", "is_long", "solve_long"]

LONG_DAYS = 56
"""Up to eight weeks are solved at once: so long, automata count period, weekends and types."""

WEEKS, FEWER_WEEKS = 4, 2
"""Length of windows; the shorter ones, which do not share out what single templates may be used,
where automata of the longer ones would be too large to keep all limits."""

SAMPLE = 5
"""People whose automata are tried."""

ROLLING_SHARE = 0.6
"""Of the time, for the first roster."""


class LongRoster(NamedTuple):
    """A roster of a long period, with its judgement and the seconds of each phase."""

    roster: Roster
    verification: Verification
    phases: dict[str, float]


def is_long(problem: RosterProblem) -> bool:
    """Tell whether a period should be solved window by window.

    So it should beyond eight weeks if contacts have to be covered, whose counts grow with the
    slots, or if something is counted over the whole period, for which automata grow too large.
    It cannot where a site's days begin at another time than the requirement's: windows would cut
    them.
    """
    if len(problem.requirement.grid.days()) <= LONG_DAYS:
        return False
    counted = problem.requirement.agents.any() or any(
        contract.minutes_per_period != Range()
        or contract.max_weekends is not None
        or contract.template_limits
        for contract in contracts_of(problem.organisation)
    )
    return bool(counted) and _one_clock(problem)


def solve_long(
    problem: RosterProblem,
    solve: Solver,
    deadline: Deadline,
    observer: Observer,
    *,
    seed: int = 0,
    start: Roster | None = None,
) -> LongRoster | None:
    """Return the best roster found before the deadline; None if the windows had too little time.

    There is no bound: limits of the whole period tie all windows together.

    Parameters
    ----------
    solve
        Solves a window.
    start
        A roster to improve, in place of rolling, if it is sound.
    """
    whole = Whole(problem)
    phases: dict[str, float] = {}

    def telling(phase: str) -> Callable[[date, date], object]:
        def told(first: date, last: date) -> None:
            objective = None if whole.verification is None else whole.objective
            observer(Event(f"{phase} {first} to {last}", deadline.elapsed(), objective))

        return told

    if start is not None:
        whole.offer(replace(start, relaxed=()))
    small = _small(problem)
    weeks = WEEKS if small else FEWER_WEEKS
    if whole.roster is None:
        made = roll(
            problem,
            solve,
            deadline,
            seconds=ROLLING_SHARE * deadline.remaining(),
            weeks=weeks,
            kept=weeks // 2,
            share_templates=small,
            told=telling("rolling"),
        )
        if made is not None:
            whole.offer(made)
    phases["rolling"] = deadline.elapsed()
    improve_whole(whole, solve, deadline, weeks=weeks, seed=seed, told=telling("opening"))
    phases["opening"] = deadline.elapsed() - phases["rolling"]
    if whole.roster is None or whole.verification is None:
        return None
    return LongRoster(whole.roster, whole.verification, phases)


def _small(problem: RosterProblem) -> bool:
    """Tell whether the automata of some people keep all limits of the first long window."""
    agents = problem.organisation.agents
    few = agents[:: -(-len(agents) // SAMPLE)]
    sample = replace(
        problem,
        organisation=replace(problem.organisation, agents=few),
        directives=Directives(),
        previous=None,
    )
    grid = problem.requirement.grid
    first = grid.days()[0]
    last = first + timedelta(weeks=WEEKS, days=-1)
    tours = Tours.of(Frame.of(stretch_of(sample, Roster(grid, ()), first, last)))
    return all(tours.exact(agent) for agent in range(len(few)))


def _one_clock(problem: RosterProblem) -> bool:
    """Tell whether all days begin at the same slots, whatever the site."""
    sites = {site.id: site for site in problem.organisation.sites}
    zones = {sites[agent.site].zone for agent in problem.organisation.agents}
    grid = problem.requirement.grid
    return all(
        replace(grid, zone=zone).slot_of(day, 0) == grid.slot_of(day, 0)
        for zone in zones - {grid.zone}
        for day in grid.days()
    )
