"""The correction loop: build a roster, try it, and ask for more people only where it falls short.

A requirement per planning group knows neither who can help whom nor what shifts cover by the
way. Here the simulation says what customers would experience with the roster at hand; where a
goal is missed the requirement rises, where it is more than met it falls, and the next roster is
built. The best roster of all rounds is kept.

The step is that of square-root staffing: a share within the target of ``s`` instead of ``t`` is
worth about ``sqrt(agents) * (z(t) - z(s))`` agents, with ``z`` the normal quantile (Halfin and
Whitt 1981: the share is a function of the spare agents over the root of the load).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from api.trying import attempt
from forecasts import Forecast
from optimizer.model import Organisation, PlanningGroup, Requirement, RosterProblem
from optimizer.progress import Event, Observer, silent
from optimizer.roster import RosterResult, solve
from optimizer.simulation import Settings, SimulationResult, Study, level, summarise, try_out
from optimizer.stop import Deadline

__all__ = ["Correction", "Round", "correct"]

Figures = NDArray[np.float64]

TOLERANCE = 0.02
"""Shares may be so much below their target before more people are asked for, and so much above
it before fewer are: both are less than a day differs from the next."""

FIRST_RESPONSES = 0.95
"""Share of first responses in time that groups without a service level should have."""

_DAMPING = 0.7
_LEAST_KEPT = 0.7
"""Share of the agents of a stretch that one round leaves at least."""

_SLACK = 0.005
"""Share of all contacts that may miss their goals before a cheaper roster counts as worse."""

_LEAST_CONTACTS = 400
"""Contacts, over all replications, by which a stretch of intervals is judged."""


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of the loop.

    Parameters
    ----------
    required_hours, paid_hours
        Agent-hours asked for, and paid.
    cost, objective
        Pay of the roster, and what the solver minimised: pay beyond guarantees, calls, shortage.
    stretches, missed, wasted
        Stretches of intervals with a goal, those that miss it, and those that are well above it.
    shortfall
        Contacts a replication that were not answered in time although the goals ask for it.
    in_time
        Share within the target time of all contacts that have one; None where none has.
    first_response
        Share of first responses in time of all that were due; None where none was.
    occupancy
        Of all agents.
    seconds
        Taken.
    """

    number: int
    required_hours: float
    paid_hours: float
    cost: float
    objective: float
    stretches: int
    missed: int
    wasted: int
    shortfall: float
    in_time: float | None
    first_response: float | None
    occupancy: float | None
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What the loop came to.

    Parameters
    ----------
    rounds
        In order; the first is the roster for the requirement as it was.
    best
        Number of the round that is kept: the cheapest of those whose shortfall is no greater than
        the first one's or half a per cent of all contacts, or else the one with the least.
    requirement, roster, simulation
        Of that round.
    """

    rounds: tuple[Round, ...]
    best: int
    requirement: Requirement
    roster: RosterResult
    simulation: SimulationResult

    @property
    def cost_saved(self) -> float:
        """Return how much cheaper the roster that is kept is than the first."""
        return self.rounds[0].cost - self.rounds[self.best].cost


def correct(
    organisation: Organisation,
    forecast: Forecast,
    requirement: Requirement,
    *,
    settings: Settings,
    deadline: Deadline,
    rounds: int = 8,
    roster_seconds: float = 20.0,
    paths: int = 0,
    observer: Observer = silent,
) -> Correction:
    """Correct a requirement until goals hold at the least cost, or until time or rounds end.

    Parameters
    ----------
    requirement
        Agents to roster, shrinkage included: where to begin.
    settings
        How rosters are tried; all rounds meet the same customers.
    deadline
        Ends the loop after the round that is under way.
    rounds
        Greatest number of rosters that are built.
    roster_seconds
        Longest time for each roster.
    paths
        Sample paths of the forecast to play in turn; 0 plays what is expected.

    Raises
    ------
    InvalidInput, NoSolution
        If something of the input cannot be used, or no roster was found in the first round.
    """
    groups = {group.id: group for group in organisation.groups}
    rows = [groups[name] for name in requirement.groups]
    open_slots = requirement.agents > 0
    best: Correction | None = None
    told: list[Round] = []
    agents = requirement.agents
    tight = np.zeros(agents.shape)
    while True:
        began = time.perf_counter()
        observer(Event(f"round {len(told) + 1}", deadline.elapsed()))
        asked = Requirement(requirement.grid, requirement.groups, agents)
        built = solve(
            RosterProblem(organisation, asked),
            deadline=deadline.within(roster_seconds),
            observer=observer,
            seed=settings.seed,
        )
        played = attempt(organisation, built.roster, forecast, settings, paths=paths)
        study = try_out(
            organisation, built.roster, played.offered, played.aht_s, settings=played.settings
        )
        result = summarise(study, organisation, built.roster)
        stretches = list(_stretches(organisation, rows, requirement, study))
        told.append(_round(len(told), asked, built, result, stretches, began))
        if best is None or _better(told[-1], told[best.best], _allowed(told[0], result)):
            best = Correction((), len(told) - 1, asked, built, result)
        agents = _corrected(agents, rows, stretches, tight, open_slots)
        if len(told) >= rounds or deadline.passed() or np.array_equal(agents, asked.agents):
            return replace(best, rounds=tuple(told))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Consecutive slots of a group on one day, and what customers experience in them."""

    row: int
    slots: slice
    share: float
    target: float
    counted: float
    error: float
    deferred: bool

    @property
    def missed(self) -> bool:
        return self.share + self.error < self.target - TOLERANCE

    @property
    def wasted(self) -> bool:
        return self.share - self.error > min(self.target + TOLERANCE, 0.999)


def _stretches(
    organisation: Organisation, rows: list[PlanningGroup], requirement: Requirement, study: Study
) -> Iterator[_Stretch]:
    """Yield every stretch in which enough contacts were played to judge it."""
    place = {group.id: index for index, group in enumerate(organisation.groups)}
    bounds = requirement.grid.day_bounds()
    for row, group in enumerate(rows):
        counts = {name: values[place[group.id]] for name, values in study.by_slot.items()}
        target = group.goal.target_share
        if target is not None:
            part, whole = level(group.goal.denominator)(counts)
        elif group.goal.first_response_seconds is not None:
            target, part, whole = FIRST_RESPONSES, counts["responded"], counts["due"]
        else:
            continue
        assert whole is not None
        for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            for slots in _cut(whole, begin, end):
                counted = float(whole[slots].sum())
                share = float(part[slots].sum()) / counted
                # Waits of neighbours are alike: twice the error of independent contacts.
                spread = np.sqrt(max(share * (1 - share), 0.25 / counted) / counted)
                deferred = group.goal.target_share is None
                yield _Stretch(row, slots, share, target, counted, 2.0 * float(spread), deferred)


def _cut(counted: Figures, begin: int, end: int) -> Iterator[slice]:
    """Cut a day into stretches of enough contacts; what is left at the end joins the last."""
    start, total = begin, 0.0
    left = float(counted[begin:end].sum())
    if left <= 0.0:
        return
    for slot in range(begin, end):
        total += float(counted[slot])
        left -= float(counted[slot])
        if slot == end - 1 or (total >= _LEAST_CONTACTS and left >= _LEAST_CONTACTS):
            yield slice(start, slot + 1)
            start, total = slot + 1, 0.0


def _corrected(
    agents: Figures,
    rows: list[PlanningGroup],
    stretches: list[_Stretch],
    tight: Figures,
    open_slots: NDArray[np.bool_],
) -> Figures:
    """Return the requirement for the next round.

    What was missed once is not lowered below what then seemed needed, which `tight` remembers:
    otherwise the loop would swing.
    """
    corrected = agents.copy()
    for stretch in stretches:
        if not (stretch.missed or stretch.wasted):
            continue
        place = stretch.row, stretch.slots
        here = agents[place]
        share = min(max(stretch.share, 0.01), 0.999)
        gap = float(ndtri(stretch.target) - ndtri(share))
        if stretch.deferred:
            # Work that may wait needs hours, not spare agents: raise or lower them by a share.
            change = here * np.expm1(0.5 * gap)
        else:
            change = _DAMPING * gap * np.sqrt(np.maximum(here, 1.0)) * (here > 0)
        corrected[place] = np.clip(here + change, _LEAST_KEPT * here, here / _LEAST_KEPT + 1.0)
        if stretch.missed:
            tight[place] = np.maximum(tight[place], corrected[place])
    floors = np.array([[group.floor] for group in rows], dtype=np.float64)
    least = np.where(open_slots, np.maximum(floors, tight), 0.0)
    rounded: Figures = np.maximum(np.round(np.maximum(corrected, 0.0), 2), least)
    return rounded


def _round(
    number: int,
    asked: Requirement,
    built: RosterResult,
    result: SimulationResult,
    stretches: list[_Stretch],
    began: float,
) -> Round:
    now, later = result.immediate, result.deferred
    short = sum(max(0.0, s.target - s.share) * s.counted for s in stretches if s.missed)
    denominators = [group.denominator for group in result.intervals]
    return Round(
        number=number,
        required_hours=float(asked.agents.sum()) * asked.grid.hours_per_slot,
        paid_hours=result.paid_hours,
        cost=result.cost,
        objective=built.report.objective,
        stretches=len(stretches),
        missed=sum(stretch.missed for stretch in stretches),
        wasted=sum(stretch.wasted for stretch in stretches),
        shortfall=short / result.replications,
        in_time=None if now is None else now.service_level[denominators[0]].mean,
        first_response=None if later is None else later.first_response.mean,
        occupancy=result.occupancy.mean,
        seconds=time.perf_counter() - began,
    )


def _allowed(first: Round, result: SimulationResult) -> float:
    """Return the shortfall up to which rosters are judged by their cost."""
    return max(first.shortfall, _SLACK * result.contacts / result.replications)


def _better(one: Round, other: Round, allowed: float) -> bool:
    """Tell whether a round is better: goals hold and it is cheaper, or less falls short."""
    if (one.shortfall <= allowed) != (other.shortfall <= allowed):
        return one.shortfall <= allowed
    return one.cost < other.cost if one.shortfall <= allowed else one.shortfall < other.shortfall
