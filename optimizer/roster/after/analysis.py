"""What a roster costs, rule by rule and place by place, how fair it is, and what it covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.model import Roster, RosterProblem, RuleName, StaffClass
from optimizer.roster.checks.worker import Worker, workers
from optimizer.roster.rules.fairness import late_shifts, worked_weekends
from optimizer.roster.rules.match import Match
from optimizer.roster.verify import Verification, verify

__all__ = ["Analysis", "DayCover", "RuleCost", "Share", "analysis"]


@dataclass(frozen=True, slots=True)
class RuleCost:
    """A rule with everything that it costs.

    Parameters
    ----------
    cost
        Sum over the matches; breaches of hard rules count nothing here.
    broken
        Number of matches that break the rule though it is hard.
    matches
        The dearest first.
    """

    rule: RuleName
    cost: float
    broken: int
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What one agent has of work and of what nobody likes.

    Parameters
    ----------
    hours, guaranteed_hours
        Paid hours of the shifts, and what the contract guarantees for the period's weeks.
    weekends
        With a shift that starts on Saturday or Sunday.
    late_shifts
        By the organisation's `Fairness.late_end_minute`.
    wishes, denied
        Wishes for days of the period, and how many of them were not granted.
    weekends_before, late_shifts_before, denied_before
        What is carried in.
    cost
        What the rules about this agent cost together.
    """

    agent: str
    contract: str
    staff_class: StaffClass
    shifts: int
    hours: float
    guaranteed_hours: float
    weekends: int
    late_shifts: int
    wishes: int
    denied: int
    weekends_before: int
    late_shifts_before: int
    denied_before: int
    cost: float

    @property
    def granted(self) -> int:
        """Return the number of wishes that were granted."""
        return self.wishes - self.denied


@dataclass(frozen=True, slots=True)
class DayCover:
    """Agent-hours of a group on a day."""

    group: str
    day: date
    required_hours: float
    short_hours: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that can be said of a roster.

    Parameters
    ----------
    rules
        Those with matches, the broken ones first, then the dearest.
    shares
        In the order of the organisation.
    cover
        By group and day, days on which a group needs nobody left out.
    contact_hours
        Hours in which agents are there for contacts.
    """

    verification: Verification
    rules: tuple[RuleCost, ...]
    shares: tuple[Share, ...]
    cover: tuple[DayCover, ...]
    paid_hours: float
    contact_hours: float

    @property
    def unit_cost(self) -> float | None:
        """Return the payroll per hour on contacts, None if there is none."""
        hours = self.contact_hours
        return self.verification.payroll / hours if hours else None


def analysis(problem: RosterProblem, roster: Roster) -> Analysis:
    """Return what the verifier finds, sorted by what a scheduler asks.

    Raises
    ------
    InvalidInput
        As `verify`.
    """
    judged = verify(problem, roster)
    grid = problem.requirement.grid
    staff = workers(problem, roster)
    contact = sum(len(duty.shift.working_slots()) for worker in staff for duty in worker.duties)
    paid = sum(duty.paid for worker in staff for duty in worker.duties) / 60
    return Analysis(
        judged,
        _rules(judged),
        _shares(staff, judged),
        _cover(problem, judged),
        paid,
        contact * grid.hours_per_slot,
    )


def _rules(judged: Verification) -> tuple[RuleCost, ...]:
    found: dict[RuleName, list[Match]] = {}
    for match in judged.matches:
        found.setdefault(match.rule, []).append(match)
    rules = (
        RuleCost(
            rule,
            judged.costs.get(rule, 0.0),
            sum(match.broken for match in matches),
            tuple(sorted(matches, key=lambda match: -match.cost)),
        )
        for rule, matches in found.items()
    )
    return tuple(sorted(rules, key=lambda rule: (-rule.broken, -rule.cost, rule.rule)))


def _shares(staff: list[Worker], judged: Verification) -> tuple[Share, ...]:
    denied: dict[str, int] = {}
    cost: dict[str, float] = {}
    for match in judged.matches:
        if match.agent is not None:
            denied[match.agent] = denied.get(match.agent, 0) + (match.rule is RuleName.REQUESTS)
            extra = 0.0 if match.broken else match.cost
            cost[match.agent] = cost.get(match.agent, 0.0) + extra
    return tuple(_share(worker, denied, cost) for worker in staff)


def _share(worker: Worker, denied: dict[str, int], cost: dict[str, float]) -> Share:
    agent, contract, days = worker.agent, worker.contract, set(worker.clock.days())
    weeks = list(worker.weeks())
    return Share(
        agent.id,
        contract.id,
        contract.staff_class,
        len(worker.duties),
        sum(duty.paid for duty in worker.duties) / 60,
        contract.guaranteed_minutes_per_week * len(weeks) / 60,
        worked_weekends(worker),
        late_shifts(worker),
        sum(request.day in days for request in agent.requests),
        denied.get(agent.id, 0),
        agent.history.weekends,
        agent.history.late_shifts,
        agent.history.requests_denied,
        cost.get(agent.id, 0.0),
    )


def _cover(problem: RosterProblem, judged: Verification) -> tuple[DayCover, ...]:
    requirement = problem.requirement
    grid = requirement.grid
    begins = grid.day_bounds()[:-1]
    required = np.add.reduceat(requirement.agents, begins, axis=1) * grid.hours_per_slot
    short = np.add.reduceat(judged.shortage, begins, axis=1) * grid.hours_per_slot
    return tuple(
        DayCover(group, day, float(required[row, at]), float(short[row, at]))
        for row, group in enumerate(requirement.groups)
        for at, day in enumerate(grid.days())
        if required[row, at] > 0
    )
