"""Judge a roster without a solver: every rule, the coverage, and what it costs.

This module and `optimizer.roster.checks` share no code with what builds rosters: only the domain
model is common to both. Every roster passes through here before it is returned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue, Severity, raise_errors
from optimizer.model import Roster, RosterProblem, StaffClass, check_problem, check_roster
from optimizer.roster.checks.costs import denied_requests, pay_of
from optimizer.roster.checks.cover import shortage_of
from optimizer.roster.checks.people import check_person
from optimizer.roster.checks.shifts import check_shift
from optimizer.roster.checks.worker import Worker, workers

__all__ = ["Parts", "Verification", "verify"]


@dataclass(frozen=True, slots=True)
class Parts:
    """The objective in its parts.

    Parameters
    ----------
    shortage
        Agent-hours missing, at each group's price.
    labour
        Paid time beyond guarantees, and weekend premiums.
    calls
        The price of each shift on top of its hours.
    """

    shortage: float
    labour: float
    calls: float

    @property
    def total(self) -> float:
        """Return the objective."""
        return self.shortage + self.labour + self.calls


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """What is true of a roster.

    Parameters
    ----------
    issues
        Errors are broken rules; warnings are least values that cannot be reached by anything.
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
        Requests that were not granted, and their weights together.
    """

    issues: tuple[Issue, ...]
    parts: Parts
    payroll: float
    shortage: NDArray[np.float64]
    hours: dict[str, float]
    class_hours: dict[StaffClass, float]
    requests_denied: int
    weight_denied: float

    @property
    def sound(self) -> bool:
        """Tell whether no rule is broken."""
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
    issues = check_roster(roster, problem.organisation, "/roster")
    if not _same_grid(problem, roster):
        detail = "The roster was made on another grid than the requirement's."
        issues.append(Issue("other_grid", "/roster/grid", detail))
    raise_errors("The roster cannot be judged.", issues)
    staff = workers(problem, roster)
    found = [issue for worker in staff for issue in check_person(worker)]
    found += [
        issue for worker in staff for duty in worker.duties for issue in check_shift(worker, duty)
    ]
    found += _vendors(problem, staff)
    shortage = shortage_of(problem, roster)
    price = {group.id: group.shortage_cost for group in problem.organisation.groups}
    prices = np.array([price[name] for name in problem.requirement.groups])
    short_hours = shortage.sum(axis=1) * problem.requirement.grid.hours_per_slot
    pay = [pay_of(worker) for worker in staff]
    parts = Parts(
        float(prices @ short_hours), sum(p.labour for p in pay), sum(p.calls for p in pay)
    )
    hours = {worker.agent.id: sum(duty.paid for duty in worker.duties) / 60 for worker in staff}
    class_hours = dict.fromkeys(StaffClass, 0.0)
    for worker in staff:
        class_hours[worker.contract.staff_class] += hours[worker.agent.id]
    denied = [denied_requests(worker) for worker in staff]
    return Verification(
        tuple(found),
        parts,
        parts.labour + parts.calls + sum(p.guaranteed for p in pay),
        shortage,
        hours,
        class_hours,
        sum(number for number, _ in denied),
        sum(weight for _, weight in denied),
    )


def _same_grid(problem: RosterProblem, roster: Roster) -> bool:
    ours, theirs = problem.requirement.grid, roster.grid
    return (ours.start, ours.interval_minutes, ours.count) == (
        theirs.start,
        theirs.interval_minutes,
        theirs.count,
    )


def _vendors(problem: RosterProblem, staff: Sequence[Worker]) -> list[Issue]:
    """Return the days on which a vendor would have to lend more than it does."""
    issues = []
    lent = Counter(
        (worker.contract.vendor, duty.day)
        for worker in staff
        for duty in worker.duties
        if worker.contract.vendor is not None
    )
    for number, vendor in enumerate(problem.organisation.vendors):
        for (name, day), shifts in sorted(lent.items()):
            most = vendor.max_shifts_per_day
            if name == vendor.id and most is not None and shifts > most:
                detail = f"{vendor.id} lends {shifts} shifts on {day}, at most {most} are possible."
                issues.append(Issue("vendor_cap", f"/organisation/vendors/{number}", detail))
    return issues
