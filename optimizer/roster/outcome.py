"""What a search for a roster returns: the roster, the verifier's judgement, bound and warnings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from optimizer.errors import Issue, Severity
from optimizer.model import Roster, RosterProblem
from optimizer.result import SolveReport, Termination, relative_gap
from optimizer.roster.verify import Verification
from optimizer.stop import Deadline

__all__ = ["OUT_OF_TIME", "RosterResult", "outcome"]

PROVEN = 1e-6
"""A roster is called optimal if the relative gap to the bound is at most this."""

OUT_OF_TIME = Issue("out_of_time", "", "The deadline passed before a first roster.")


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
        What was noticed in the problem, and hard rules that could not be kept for an agent.
    """

    roster: Roster
    report: SolveReport
    verification: Verification
    warnings: tuple[Issue, ...]


def outcome(
    problem: RosterProblem,
    roster: Roster,
    verification: Verification,
    *,
    bound: float,
    deadline: Deadline,
    phases: dict[str, float],
    warnings: Iterable[Issue],
) -> RosterResult:
    """Return a result.

    Parameters
    ----------
    bound
        Greatest proven lower bound; minus infinity if there is none.
    deadline
        Of the whole call.
    """
    objective = verification.objective
    ended = Termination.STOPPED if deadline.stopped.is_set() else Termination.FEASIBLE
    proven = math.isfinite(bound) and relative_gap(objective, bound) <= PROVEN
    report = SolveReport(
        Termination.OPTIMAL if proven else ended,
        objective,
        min(bound, objective) if math.isfinite(bound) else None,
        deadline.elapsed(),
        phases,
    )
    return RosterResult(roster, report, verification, (*warnings, *_admissions(problem, roster)))


def _admissions(problem: RosterProblem, roster: Roster) -> Iterator[Issue]:
    """Yield what each relaxed rule means for an agent, as a warning."""
    numbers = {agent.id: number for number, agent in enumerate(problem.organisation.agents)}
    for relaxation in roster.relaxed:
        when = "" if relaxation.day is None else f" on {relaxation.day}"
        detail = (
            f"{relaxation.agent} breaks {relaxation.rule.value!r} by {relaxation.amount:g}{when}: "
            "no roster was found for this agent that keeps it together with the rules that matter "
            "more."
        )
        pointer = f"/organisation/agents/{numbers[relaxation.agent]}"
        yield Issue("rule_relaxed", pointer, detail, Severity.WARNING)
