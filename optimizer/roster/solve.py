"""Build a roster: a quick one first, then how many by LP and MIP, then who by CP-SAT."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from optimizer.errors import Issue, NoSolution, Severity, raise_errors
from optimizer.model import Roster, RosterProblem, check_problem
from optimizer.progress import Event, Observer, silent
from optimizer.result import SolveReport, Termination, relative_gap
from optimizer.roster.activities import best_begins_of, place_activities
from optimizer.roster.counts import Counts, CountsModel
from optimizer.roster.fill import Filler
from optimizer.roster.people import deal
from optimizer.roster.personal import Personal, best_personal_roster
from optimizer.roster.plan import FREE, Plan
from optimizer.roster.setting import Family, Setting
from optimizer.roster.verify import Verification, verify
from optimizer.stop import Deadline

__all__ = ["RosterResult", "solve"]

log = logging.getLogger(__name__)

PROVEN = 1e-6
"""A roster is called optimal if the relative gap to the bound is at most this."""


DEAL_SECONDS, VERIFY_SECONDS = 0.0012, 0.0002
"""Time kept for naming people and for verifying, per agent and day (measured at 1,500 x 7)."""


@dataclass(frozen=True, slots=True, eq=False)
class RosterResult:
    """A roster with everything that is known about it.

    Parameters
    ----------
    report
        Objective, proven bound and time.
    verification
        The judgement of the verifier, sound in every result.
    warnings
        Least values that no roster could reach and that were lowered.
    """

    roster: Roster
    report: SolveReport
    verification: Verification
    warnings: tuple[Issue, ...]


def solve(
    problem: RosterProblem,
    *,
    deadline: Deadline,
    observer: Observer = silent,
    seed: int = 0,
    workers: int = 2,
    gap: float = 1e-4,
) -> RosterResult:
    """Return the best roster found before the deadline, verified.

    Too few people, too little time or contradicting wishes still give a roster, with its
    shortage. With the same seed, a call that ends before its deadline repeats its result.

    Parameters
    ----------
    deadline
        Everything counts against it: building models, solving, verifying.
    observer
        Is told each phase, with the best objective and bound so far.
    workers
        Threads that name people at the same time.
    gap
        The search for the numbers of shifts ends at this proven relative gap.

    Raises
    ------
    InvalidInput
        If the problem is not sound, with every issue.
    NoSolution
        If no roster keeps all rules, or none was found in time.
    """
    raise_errors("The roster problem cannot be used.", check_problem(problem))
    return _Run(problem, deadline, observer, seed, workers, gap).result()


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    roster: Roster
    verification: Verification


class _Run:
    """One call of `solve`: its phases in order, and the best roster so far."""

    def __init__(
        self,
        problem: RosterProblem,
        deadline: Deadline,
        observer: Observer,
        seed: int,
        workers: int,
        gap: float,
    ) -> None:
        self._deadline, self._observer = deadline, observer
        self._seed, self._workers, self._gap = seed, workers, gap
        self._phases: dict[str, float] = {}
        self._warnings: list[Issue] = []
        self._best: _Candidate | None = None
        self._bound = 0.0
        with self._phase("prepare"):
            self._setting = Setting.of(problem)
            self._filler = Filler(self._setting)
        # Naming people comes after the counts, completing and verifying after that.
        size = len(problem.organisation.agents) * len(self._setting.calendar.days)
        left = deadline.remaining()
        self._for_verifying = min(0.2 * left, 0.2 + VERIFY_SECONDS * size)
        self._for_people = min(0.3 * left, 0.2 + 0.1 * left + DEAL_SECONDS * size)

    def result(self) -> RosterResult:
        """Run all phases and return the best roster."""
        with self._phase("first roster"):
            self._offer(self._first_plan())
        began = self._deadline.elapsed()
        while (counts := self._counts()) is not None:
            left = self._deal(counts)
            took = self._deadline.elapsed() - began
            if not left or self._gap_now() <= self._gap or self._deadline.remaining() < took:
                break
            # What cannot be dealt out was allowed by sums over several people: look at each.
            log.info("%d families get the counts of single people", len(left))
            self._setting = self._setting.split(left)
            self._filler = Filler(self._setting)
        if self._best is None:
            raise NoSolution("No roster keeps all rules.", self._reasons())
        objective = self._best.verification.objective
        report = SolveReport(
            Termination.OPTIMAL if self._gap_now() <= PROVEN else Termination.FEASIBLE,
            objective,
            min(self._bound, objective),
            self._deadline.elapsed(),
            dict(self._phases),
        )
        return RosterResult(
            self._best.roster, report, self._best.verification, tuple(self._warnings)
        )

    def _first_plan(self) -> Plan:
        """Fill a roster greedily; lower least values that cannot be reached."""
        plan = Plan.empty(self._setting)
        self._filler.fill(plan, minimum_only=True)
        self._reach_minimum(plan)
        self._filler.fill(plan)
        return plan

    def _counts(self) -> Counts | None:
        deadline = self._before(self._for_people + self._for_verifying)
        if deadline.passed():
            return None
        with self._phase("bound"):
            model = CountsModel(self._setting)
            model.relax(deadline)
            self._bound = max(self._bound, model.bound)
        if model.infeasible or deadline.passed():
            return None
        with self._phase("counts"):
            counts = model.search(deadline, gap=self._gap, seed=self._seed)
            self._bound = max(self._bound, model.bound)
        return counts

    def _deal(self, counts: Counts) -> list[Family]:
        """Turn counts into a plan and offer it; return the families who cannot work the counts."""
        with self._phase("people"):
            plan = deal(
                self._setting,
                counts.shifts,
                self._before(self._for_verifying),
                seed=self._seed,
                workers=self._workers,
            )
            dealt = plan.counts(self._setting)
        with self._phase("completion"):
            self._complete(plan, counts)
        return [family for family in dealt if dealt[family] != _wanted(counts, family)]

    def _complete(self, plan: Plan, counts: Counts) -> None:
        """Place activities, add whatever is missing or still worth adding, and offer the plan."""
        place_activities(self._setting, plan, counts.begins)
        self._filler.fill(plan, minimum_only=True)
        self._reach_minimum(plan)
        self._filler.fill(plan)
        self._offer(plan)
        worked = plan.counts(self._setting)
        if any(worked[family] != _wanted(counts, family) for family in worked):
            begins = best_begins_of(
                self._setting,
                plan,
                self._before(self._for_verifying),
                relative_gap=self._gap,
                seed=self._seed,
            )
            if begins is not None and not self._before(self._for_verifying / 2).passed():
                place_activities(self._setting, plan, begins)
                self._offer(plan)

    def _reach_minimum(self, plan: Plan) -> None:
        """Give everybody who is still below a least value the best roster for one, in place."""
        short = set(self._filler.below_minimum(plan))
        if not short:
            return
        types = list(self._setting.types)
        alone = Plan.empty(self._setting)
        for kind, alike in enumerate(types):
            stuck = [agent for agent in alike.agents if agent in short]
            if not stuck:
                continue
            personal = best_personal_roster(self._setting, alike, self._deadline, self._seed)
            if personal is None:
                continue
            types[kind] = personal.type
            self._warn(personal)
            if not self._setting.is_capped(alike.contract):
                days = self._setting.patterns.day[list(personal.worked)]
                for agent in stuck:
                    alone.worked[agent, days] = personal.worked
                    plan.worked[agent] = alone.worked[agent]
        place_activities(self._setting, alone, {})
        changed = (alone.worked != FREE).any(axis=1)
        plan.begins[changed] = alone.begins[changed]
        self._setting = replace(self._setting, types=tuple(types))
        self._filler = Filler(self._setting)

    def _warn(self, personal: Personal) -> None:
        organisation = self._setting.problem.organisation
        for agent in personal.type.agents if personal.lowered else ():
            name = organisation.agents[agent].id
            detail = f"{name} can only be given {', '.join(personal.lowered)}."
            pointer = f"/organisation/agents/{agent}"
            self._warnings.append(Issue("minimum_unreachable", pointer, detail, Severity.WARNING))

    def _offer(self, plan: Plan) -> None:
        """Keep a plan if it is the best so far; plans that lack what must be worked are not."""
        if self._filler.below_minimum(plan):
            return
        roster = plan.roster(self._setting)
        verification = verify(self._setting.problem, roster)
        if not verification.sound:
            # A fault of ours: what is known already must not be lost with it.
            log.error("a plan broke rules and was dropped: %s", verification.issues)
            return
        if self._best is None or verification.objective < self._best.verification.objective:
            self._best = _Candidate(roster, verification)

    def _before(self, seconds: float) -> Deadline:
        """Return a deadline that leaves so many seconds."""
        return self._deadline.within(self._deadline.remaining() - seconds)

    def _gap_now(self) -> float:
        if self._best is None:
            return math.inf
        return relative_gap(self._best.verification.objective, self._bound)

    def _reasons(self) -> list[Issue]:
        """Say what stood in the way: only vendors' caps and time can."""
        organisation = self._setting.problem.organisation
        reasons = [
            Issue(
                "vendor_cap_below_minimum",
                f"/organisation/vendors/{number}",
                f"Vendor {vendor.id!r} lends {vendor.max_shifts_per_day} shifts a day, "
                "too few for what its agents' contracts demand.",
            )
            for number, vendor in enumerate(organisation.vendors)
            if any(
                alike.contract.vendor == vendor.id and alike.has_minimum()
                for alike in self._setting.types
                if self._setting.is_capped(alike.contract)
            )
        ]
        return reasons or [Issue("out_of_time", "", "The deadline passed before a first roster.")]

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        """Tell the observer about a phase, and keep its time."""
        before = self._deadline.elapsed()
        self._tell(name)
        yield
        took = self._deadline.elapsed() - before
        self._phases[name] = self._phases.get(name, 0.0) + took
        self._tell(name)

    def _tell(self, phase: str) -> None:
        objective = None if self._best is None else self._best.verification.objective
        self._observer(Event(phase, self._deadline.elapsed(), objective, self._bound))


def _wanted(counts: Counts, family: Family) -> Counter[int]:
    return sum((counts.shifts[kind] for kind in family.types), Counter[int]())
