"""What a round of the loop came to, and how rounds compare.

Rounds are judged by the objective of a roster with one change: the shortage that counts is that
of the customers. Where a goal is missed, the agents that are missing by the square-root rule bear
their group's price of shortage; what a roster lacks of a requirement, which is only our tool,
costs nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from api.correction.trials import Trials, Tried
from optimizer.model import Requirement
from optimizer.roster import RosterResult

__all__ = ["Correction", "Round", "round_of"]

FREED = 0.1
"""Part of its pay that an hour within a guarantee is worth when it need not be rostered: it is
paid all the same, but can go to training or be given off."""


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of the loop.

    Parameters
    ----------
    required_hours, paid_hours
        Agent-hours asked for, and paid for rostered shifts.
    cost
        Pay of the rostered shifts, hours within guarantees included.
    payroll
        All that is paid: guarantees, what goes beyond them, premiums and calls.
    missing_hours
        Agent-hours that are missing for the goals, as the customers experience it.
    objective
        What rounds are judged by: pay beyond guarantees, calls, what is missing at its price, and
        a part (`FREED`) of the pay of guaranteed hours that are used.
    stretches, missed, wasted
        Stretches of intervals with a goal, those that miss it, and those that are well above it.
    short
        Contacts a replication that were not answered in time although the goals ask for it.
    in_time
        Share within the target time of all contacts that have one; None where none has.
    first_response
        Share of first responses in time of all that were due; None where none was.
    occupancy
        Of all agents.
    gap
        Proven distance of the roster from the optimum for what was asked.
    seconds
        Taken.
    """

    number: int
    required_hours: float
    paid_hours: float
    cost: float
    payroll: float
    missing_hours: float
    objective: float
    stretches: int
    missed: int
    wasted: int
    short: float
    in_time: float | None
    first_response: float | None
    occupancy: float | None
    gap: float | None
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """What the loop came to.

    Parameters
    ----------
    rounds
        In order; the first is the roster for the requirement as it was.
    best
        Number of the round that is kept: of the least objective.
    requirement, roster, tried
        Of that round.
    first
        The roster of the first round.
    trials
        What the rosters were tried with.
    """

    rounds: tuple[Round, ...]
    best: int
    requirement: Requirement
    roster: RosterResult
    tried: Tried
    first: RosterResult
    trials: Trials

    @property
    def kept(self) -> Round:
        """Return the round that is kept."""
        return self.rounds[self.best]

    def check(self) -> tuple[Tried, Tried]:
        """Try the first roster and the kept one with draws that no round has seen."""
        first = self.trials.try_out(self.first.roster, unseen=True)
        if self.best == 0:
            return first, first
        return first, self.trials.try_out(self.roster.roster, unseen=True)


def round_of(
    number: int,
    asked: Requirement,
    built: RosterResult,
    tried: Tried,
    missing: tuple[float, float],
    began: float,
) -> Round:
    """Return the figures of a round.

    Parameters
    ----------
    missing
        Agent-hours missing for the goals, and their price.
    began
        When, in seconds of `time.perf_counter`.
    """
    result, parts = tried.simulation, built.verification.parts
    now, later = result.immediate, result.deferred
    beyond, (missing_hours, shortage) = parts.labour + parts.calls, missing
    denominator = result.intervals[0].denominator
    return Round(
        number=number,
        required_hours=float(asked.agents.sum()) * asked.grid.hours_per_slot,
        paid_hours=result.paid_hours,
        cost=result.cost,
        payroll=built.verification.payroll,
        missing_hours=missing_hours,
        objective=beyond + shortage + FREED * max(result.cost - beyond, 0.0),
        stretches=len(tried.stretches),
        missed=len(tried.missed),
        wasted=sum(stretch.reading.wasted for stretch in tried.stretches),
        short=sum(stretch.short for stretch in tried.missed),
        in_time=None if now is None else now.service_level[denominator].mean,
        first_response=None if later is None else later.first_response.mean,
        occupancy=result.occupancy.mean,
        gap=built.report.gap,
        seconds=time.perf_counter() - began,
    )
