"""Least cost to hold the goals: what can be reached, the relaxation, and then whole classes.

More people never make hours go missing. So the least shortage is that of hiring everybody there
may be, a linear programme; and the relaxation with its classes rounded up is a plan already,
which CBC need only improve.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from optimizer.errors import Issue, NoSolution, Severity, raise_errors
from optimizer.model.findings import Findings
from optimizer.progress import Event, Observer, silent
from optimizer.result import SolveReport, Termination, relative_gap
from optimizer.staffing.capacity import cbc
from optimizer.staffing.capacity.answer import CapacityResult, Decisions
from optimizer.staffing.capacity.check import account_for
from optimizer.staffing.capacity.inputs import check_capacity
from optimizer.staffing.capacity.limits import issues_of, shortfalls_of
from optimizer.staffing.capacity.model import CapacityProblem, Goals
from optimizer.staffing.capacity.programme import Programme
from optimizer.stop import Deadline

__all__ = ["GAP", "plan_capacity"]

GAP = 5e-4
"""Share of the cost by which a plan may miss the best one, unless asked otherwise."""

_WHOLE = 1e-6
"""Distance from a whole number that is rounding."""


def plan_capacity(
    problem: CapacityProblem,
    *,
    deadline: Deadline,
    observer: Observer = silent,
    relaxed: bool = False,
    gap: float = GAP,
) -> CapacityResult:
    """Return whom to hire, call and let go home in each week, at the least cost.

    Missing hours never stop a plan unless the problem says so: they are as few as can be (or
    as many as their price makes worth while), and every group and week that misses its goal is
    named with the limits that bind there. The same problem gets the same plan as long as the
    deadline does not cut the search short.

    Parameters
    ----------
    relaxed
        Whether people may start in fractions; faster, and a bound on every real plan.
    gap
        Share of the cost, in [0, 1], at which the search stops improving.

    Raises
    ------
    InvalidInput
        If the problem cannot be used, every issue listed; or if CBC is missing.
    NoSolution
        If goals are required and cannot be held, each week named; or if the deadline has passed
        before there was any plan.
    """
    issues = check_capacity(problem)
    Findings(issues=issues).within("gap", gap, 0.0, 1.0)
    raise_errors("The capacity plan cannot be made.", issues)
    search = _Search(problem, deadline, observer)
    search.run(relaxed, gap)
    if search.best is None:
        detail = f"The time ended after {deadline.elapsed():.1f} s, before there was a plan."
        raise NoSolution(detail, [Issue("out_of_time", "", detail)])

    account = account_for(problem, search.best, relaxed=relaxed)
    objective = account.costs.total
    bound = None if search.bound is None else min(search.bound, objective)
    shortfalls = shortfalls_of(problem, search.best, account)
    return CapacityResult(
        decisions=search.best,
        account=account,
        report=SolveReport(search.termination, objective, bound, deadline.elapsed(), search.phases),
        shortfalls=shortfalls,
        issues=(*issues, *issues_of(problem, shortfalls, Severity.WARNING)),
    )


class _Search:
    """One solve: the best decisions so far, and what is proven about their cost."""

    def __init__(self, problem: CapacityProblem, deadline: Deadline, observer: Observer) -> None:
        self.problem = problem
        self.deadline = deadline
        self.observer = observer
        self.best: Decisions | None = None
        self.bound: float | None = None
        self.termination = Termination.FEASIBLE
        self.phases: dict[str, float] = {}

    def run(self, relaxed: bool, gap: float) -> None:
        """Go through the phases; each leaves something to answer with if time ends after it."""
        with self._phase("build"):
            programme = Programme.of(self.problem)
        if self.problem.goals is not Goals.PRICED:
            with self._phase("reach"):
                self._reach(programme)
        with self._phase("relax"):
            programme.minimise_cost()
            solved = cbc.run(programme.model, self.deadline, relaxed=True)
            if not solved.found:
                return
            self.bound = solved.bound + programme.fixed_cost
            if relaxed:
                self.best, self.termination = programme.decisions(), Termination.OPTIMAL
                return
        with self._phase("round"):
            if not self._round(programme):
                return
        with self._phase("improve"):
            self._improve(programme, gap)

    def _reach(self, programme: Programme) -> None:
        """Find the least shortage there can be, and hold the rest of the search to it."""
        programme.minimise_shortage()
        if not cbc.run(programme.model, self.deadline, relaxed=True).found:
            return
        self.best = programme.decisions()
        if self.problem.goals is Goals.REQUIRED:
            account = account_for(self.problem, self.best)
            missed = shortfalls_of(self.problem, self.best, account)
            if missed:
                raise NoSolution(
                    f"The goals cannot be held in {len(missed)} weeks of groups.",
                    issues_of(self.problem, missed, Severity.ERROR),
                )
        programme.hold_shortage()

    def _round(self, programme: Programme) -> bool:
        """Make a plan of the relaxation: at no time fewer people started, or else in no week.

        The former needs fewer people, but those who start a week early may have left when they
        are needed.
        """
        fractions = programme.classes()
        started = np.ceil(fractions.cumsum(axis=1) - _WHOLE)
        for classes in (np.diff(started, axis=1, prepend=0.0), np.ceil(fractions - _WHOLE)):
            programme.fix_classes(classes)
            if cbc.run(programme.model, self.deadline, relaxed=True).found:
                self.best = programme.decisions(whole=True)
                return True
        return False

    def _improve(self, programme: Programme, gap: float) -> None:
        """Look for better whole classes than the rounded ones."""
        assert self.best is not None
        assert self.bound is not None
        cost = account_for(self.problem, self.best).costs.total
        if relative_gap(cost, self.bound) <= gap:
            self.termination = Termination.OPTIMAL
            return
        programme.free_classes()
        solved = cbc.run(programme.model, self.deadline, gap=gap * abs(cost))
        self.bound = max(self.bound, solved.bound + programme.fixed_cost)
        if solved.found:
            found = programme.decisions(whole=True)
            if (cheaper := account_for(self.problem, found).costs.total) < cost:
                self.best, cost = found, cheaper
        if solved.optimal or relative_gap(cost, self.bound) <= gap:
            self.termination = Termination.OPTIMAL

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        started = self.deadline.elapsed()
        self.observer(Event(name, started, bound=self.bound))
        yield
        self.phases[name] = self.deadline.elapsed() - started
