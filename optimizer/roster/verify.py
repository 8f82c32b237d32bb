"""Judge a roster without a solver: every rule, the coverage, and what it costs.

This module, `optimizer.roster.checks` and every ``check`` in `optimizer.roster.rules` share no
code with what builds rosters: only the domain model is common to both. Every roster passes
through here before it is returned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue, Severity, raise_errors
from optimizer.model import (
    Relaxation,
    Roster,
    RosterProblem,
    RuleName,
    StaffClass,
    check_problem,
    check_roster,
)
from optimizer.roster.checks.cover import check_shortage, shortage_of
from optimizer.roster.checks.worker import Worker, workers
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.registry import CHECKS, SHARED_CHECKS

__all__ = ["Parts", "Verification", "judge", "verify"]

_LABOUR = (RuleName.LABOUR, RuleName.OVERTIME, RuleName.TIME_OFF)
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Parts:
    """The objective in its parts.

    Parameters
    ----------
    shortage
        Agent-hours missing, at each group's price.
    labour
        Paid time beyond guarantees, overtime and weekend premiums, less what time off saves.
    calls
        The price of each shift on top of its hours.
    rules
        Every other rule that costs something, by name.
    """

    shortage: float
    labour: float
    calls: float
    rules: dict[RuleName, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Return the objective."""
        return self.shortage + self.labour + self.calls + sum(self.rules.values())


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """What is true of a roster.

    Parameters
    ----------
    issues
        Errors are broken rules; warnings are broken rules that the roster admits (`Relaxation`).
    parts
        The objective in its parts.
    payroll
        Everything that is paid: the objective's labour and calls, and all guarantees.
    shortage
        Agents missing, [groups, slots], in the order of the requirement.
    hours
        Paid hours of each agent.
    class_hours
        Paid hours of each staff class.
    requests_denied, weight_denied
        Requests that were not granted, and their prices together.
    matches
        Every place where a rule costs something or is broken; those that the roster admits cost
        nothing.
    costs
        The objective by rule. A broken rule costs nothing here: it makes the roster unsound.
    """

    issues: tuple[Issue, ...]
    parts: Parts
    payroll: float
    shortage: NDArray[np.float64]
    hours: dict[str, float]
    class_hours: dict[StaffClass, float]
    requests_denied: int
    weight_denied: float
    matches: tuple[Match, ...]
    costs: dict[RuleName, float]

    @property
    def sound(self) -> bool:
        """Tell whether no rule is broken but those that the roster admits."""
        return all(issue.severity is not Severity.ERROR for issue in self.issues)

    @property
    def objective(self) -> float:
        """Return the objective, in currency."""
        return self.parts.total

    @property
    def short_agent_intervals(self) -> float:
        """Return the agents missing, summed over groups and slots."""
        return float(self.shortage.sum())

    @property
    def elastic_share(self) -> float:
        """Return the elastic staff's share of all paid hours, 0 to 1."""
        total = sum(self.class_hours.values())
        return self.class_hours[StaffClass.ELASTIC] / total if total else 0.0


def verify(problem: RosterProblem, roster: Roster) -> Verification:
    """Recompute every rule, the coverage and the cost of a roster.

    Raises
    ------
    InvalidInput
        If the problem is not sound, or if the roster cannot be judged against it: unknown names,
        impossible slots, another grid.
    """
    raise_errors("The problem cannot be used.", check_problem(problem))
    return judge(problem, roster)


def judge(problem: RosterProblem, roster: Roster) -> Verification:
    """Return what `verify` does, for a problem that is known to be sound.

    Raises
    ------
    InvalidInput
        If the roster cannot be judged against the problem.
    """
    issues = check_roster(roster, problem.organisation, "/roster")
    if not _same_grid(problem, roster):
        detail = "The roster was made on another grid than the requirement's."
        issues.append(Issue("other_grid", "/roster/grid", detail))
    raise_errors("The roster cannot be judged.", issues)
    staff = workers(problem, roster)
    shortage = shortage_of(problem, roster)
    found = [match for worker in staff for check in CHECKS for match in check(worker)]
    found += [match for check in SHARED_CHECKS for match in check(problem, staff)]
    found += check_shortage(problem, shortage)
    matches, broken = _judged(found, roster, staff)
    costs = _costs(matches)
    parts = Parts(
        costs.get(RuleName.SHORTAGE, 0.0),
        sum(costs.get(rule, 0.0) for rule in _LABOUR),
        costs.get(RuleName.CALLS, 0.0),
        {
            rule: cost
            for rule, cost in costs.items()
            if rule not in (RuleName.SHORTAGE, RuleName.CALLS, *_LABOUR)
        },
    )
    denied = [match for match in matches if match.rule is RuleName.REQUESTS]
    hours = {worker.agent.id: sum(duty.paid for duty in worker.duties) / 60 for worker in staff}
    class_hours = dict.fromkeys(StaffClass, 0.0)
    for worker in staff:
        class_hours[worker.contract.staff_class] += hours[worker.agent.id]
    return Verification(
        tuple(broken),
        parts,
        parts.labour + parts.calls + sum(_guaranteed(worker) for worker in staff),
        shortage,
        hours,
        class_hours,
        len(denied),
        sum(match.cost for match in denied),
        tuple(matches),
        costs,
    )


def _same_grid(problem: RosterProblem, roster: Roster) -> bool:
    ours, theirs = problem.requirement.grid, roster.grid
    return (ours.start, ours.interval_minutes, ours.count) == (
        theirs.start,
        theirs.interval_minutes,
        theirs.count,
    )


def _judged(
    found: Iterable[Match], roster: Roster, staff: Sequence[Worker]
) -> tuple[list[Match], list[Issue]]:
    """Return the matches, those that the roster admits without a cost, and what is broken."""
    admitted: defaultdict[tuple[str, RuleName], list[Relaxation]] = defaultdict(list)
    for relaxed in roster.relaxed:
        if relaxed.rule.given_up is not None:
            admitted[relaxed.agent, relaxed.rule].append(relaxed)
    pointers = {worker.agent.id: worker.pointer for worker in staff}
    matches, issues = [], []
    for match in found:
        if not match.broken:
            matches.append(match)
            continue
        where, what, known = "/roster", match.detail, False
        if match.agent is not None:
            where, what = pointers[match.agent], f"{match.agent}: {match.detail}"
            known = any(_admits(r, match) for r in admitted.get((match.agent, match.rule), ()))
        matches.append(replace(match, cost=0.0) if known else match)
        severity = Severity.WARNING if known else Severity.ERROR
        issues.append(Issue(match.rule.value, where, what, severity))
    return matches, issues


def _admits(relaxed: Relaxation, match: Match) -> bool:
    """Tell whether a breach is within what was given up; without a day, wherever it is."""
    return relaxed.day in (None, match.day) and match.amount <= relaxed.amount + TOLERANCE


def _costs(matches: Iterable[Match]) -> dict[RuleName, float]:
    """Return what each rule costs that costs anything."""
    costs: dict[RuleName, float] = {}
    for match in matches:
        if match.cost and not match.broken:
            costs[match.rule] = costs.get(match.rule, 0.0) + match.cost
    return costs


def _guaranteed(worker: Worker) -> float:
    """Return what an agent is paid whether or not there is work for it."""
    minutes = sum(
        max(0, worker.contract.guaranteed_minutes_per_week - week.minutes_before)
        for week in worker.weeks()
    )
    return worker.contract.hourly_cost * minutes / 60
