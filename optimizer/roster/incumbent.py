"""The best roster so far: every plan is turned into a roster and verified before it counts."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.model import PlannedActivity, Relaxation, Roster
from optimizer.progress import Event, Observer
from optimizer.result import relative_gap
from optimizer.roster.convert import roster_of
from optimizer.roster.frame import Frame
from optimizer.roster.state import State
from optimizer.roster.verify import Verification, judge
from optimizer.stop import Deadline

__all__ = ["Incumbent", "Judged"]

log = logging.getLogger(__name__)

LEAST_GAIN = 1e-6

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A plan with its roster and the verifier's judgement."""

    worked: Integers
    begins: Integers
    sessions: dict[int, tuple[PlannedActivity, ...]]
    roster: Roster
    verification: Verification


class Incumbent:
    """The best verified roster and the best bound of one call, and who watches them.

    Parameters
    ----------
    relaxed
        What could not be held, and is admitted in every roster.

    Attributes
    ----------
    best
        None until a first plan passed the verifier.
    bound
        Greatest proven lower bound.
    phases
        Seconds spent in each phase, in order.
    """

    def __init__(
        self,
        frame: Frame,
        relaxed: tuple[Relaxation, ...],
        deadline: Deadline,
        observer: Observer,
    ) -> None:
        self.frame, self.relaxed = frame, relaxed
        self._deadline, self._observer = deadline, observer
        self.best: Judged | None = None
        self.bound = -math.inf
        self.phases: dict[str, float] = {}
        self._phase = "prepare"

    @property
    def objective(self) -> float:
        """Return the best objective; infinite while there is none."""
        return math.inf if self.best is None else self.best.verification.objective

    @property
    def gap(self) -> float:
        """Return the proven relative gap; infinite while there is no roster or no bound."""
        if self.best is None or not math.isfinite(self.bound):
            return math.inf
        return relative_gap(self.objective, self.bound)

    def offer(self, state: State, *, equal: bool = False) -> bool:
        """Keep a plan if it is sound and better than the best; tell whether it is.

        Parameters
        ----------
        equal
            Whether as good as the best is enough.
        """
        limit = self.objective + (LEAST_GAIN if equal else -LEAST_GAIN)
        if not state.cost < limit:
            return False
        kept = self.judge(state)
        verification = kept.verification
        if not verification.sound:
            # A fault of ours: what is known already must not be lost with it.
            log.error("a plan broke rules and was dropped: %s", verification.issues[:5])
            return False
        if not math.isclose(verification.objective, state.cost, rel_tol=1e-6, abs_tol=1e-3):
            log.error("a plan of %.4f is %.4f", state.cost, verification.objective)
        if verification.objective >= limit:
            return False
        self.best = kept
        self.tell()
        return True

    def judge(self, state: State) -> Judged:
        """Return a plan as a roster, with the verifier's judgement."""
        worked, begins = state.worked.copy(), state.begins.copy()
        sessions = {agent: tuple(state.training(agent)) for agent in range(len(worked))}
        roster = roster_of(self.frame, worked, begins, sessions, self.relaxed)
        return Judged(worked, begins, sessions, roster, judge(self.frame.problem, roster))

    def admit(self, frame: Frame, relaxed: tuple[Relaxation, ...]) -> None:
        """Go on with a frame in which more is admitted, before there is a roster.

        What was proven holds for the rules as they were, and is forgotten.
        """
        self.frame, self.relaxed, self.bound = frame, relaxed, -math.inf

    def settle(self) -> Judged | None:
        """Return the best roster, admitting just what it breaks of what may be broken."""
        best = self.best
        if best is None or not self.relaxed:
            return best
        strict = judge(self.frame.problem, replace(best.roster, relaxed=()))
        relaxed = tuple(
            Relaxation(match.agent, match.rule, match.day, match.amount)
            for match in strict.matches
            if match.broken and match.agent is not None
        )
        roster = replace(best.roster, relaxed=relaxed)
        return replace(best, roster=roster, verification=judge(self.frame.problem, roster))

    def prove(self, bound: float) -> None:
        """Keep a lower bound if it is greater than the best one."""
        if bound > self.bound:
            self.bound = bound
            self.tell()

    def listen(self, event: Event) -> None:
        """Pass on what column generation tells; its objectives are not verified yet.

        Where contacts are covered they are not even costs: activities are still in fractions.
        """
        if event.bound is not None:
            self.bound = max(self.bound, event.bound)
        objective = self.objective
        if event.objective is not None and not self.frame.demand.agents.any():
            objective = min(objective, event.objective)
        self._tell(objective)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Tell the observer about a phase, and keep its time."""
        before = self._deadline.elapsed()
        self._phase = name
        self.tell()
        yield
        took = self._deadline.elapsed() - before
        self.phases[name] = self.phases.get(name, 0.0) + took
        self.tell()

    def tell(self) -> None:
        """Tell the observer where things stand."""
        self._tell(self.objective)

    def _tell(self, objective: float) -> None:
        known = objective if math.isfinite(objective) else None
        bound = min(self.bound, objective) if math.isfinite(self.bound) else None
        self._observer(Event(self._phase, self._deadline.elapsed(), known, bound))
