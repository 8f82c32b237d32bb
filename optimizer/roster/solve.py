"""Build a roster: a first one by best responses, then counts or columns, then neighbourhoods."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue, NoSolution, Severity, raise_errors
from optimizer.model import Relaxation, Roster, RosterProblem, check_problem
from optimizer.progress import Observer, silent
from optimizer.roster.begins import hand_out_begins, improve_places, keep_places
from optimizer.roster.columns import improve_columns
from optimizer.roster.convert import plan_of
from optimizer.roster.counting import CountsModel, choose_kinds
from optimizer.roster.families import deal_counts
from optimizer.roster.frame import Frame
from optimizer.roster.improve import improve
from optimizer.roster.incumbent import Incumbent
from optimizer.roster.outcome import OUT_OF_TIME, RosterResult, outcome
from optimizer.roster.periods.long import is_long, solve_long
from optimizer.roster.respond import first_plan, improve_responses, plan_from
from optimizer.roster.room import make_room
from optimizer.roster.state import State
from optimizer.roster.tours import Tours
from optimizer.roster.tours.relax import relax
from optimizer.roster.training import hold_trainings
from optimizer.stop import Deadline

__all__ = ["RosterResult", "solve"]

BOUND_SECONDS_PER_DAY = 5e-5
"""With less time than this per agent and day, no linear program is built."""

CLOSING_SECONDS, CLOSING_SECONDS_PER_DAY = 0.1, 1e-4
"""Time kept for the last verification: fixed, and per agent and day (measured at 1,500 x 7)."""

TRAINING_SHARE = 0.2
"""Of the time, kept for holding trainings once the shifts stand."""

BOUND_SHARE, COUNTS_SHARE, PEOPLE_SHARE = 0.6, 0.5, 0.5
"""Of the time that is left: for the bound, whole numbers of shifts, then for naming people."""

ROOM_SECONDS = 1.0
"""Time for making room, even after the deadline."""

FIRST_SHARE, FIRST_SECONDS = 0.3, 3.0
"""Of the time, for the first roster; so many seconds at least."""

FEW_CELLS = 400
"""Groups times slots that need somebody, up to which whole rosters are tried after counts, too:
their relaxation sees what single people may not do, and is the better bound."""

COLUMNS_SHARE = 0.4
"""Of the time that is left, for whole rosters where they come after counts."""

STRICT_SHARE = 0.5
"""Of the time that is left: for a first roster that keeps the rules of everybody."""


def solve(
    problem: RosterProblem,
    *,
    deadline: Deadline,
    observer: Observer = silent,
    seed: int = 0,
    workers: int = 2,
    gap: float = 1e-4,
    start: Roster | None = None,
) -> RosterResult:
    """Return the best roster found before the deadline, verified.

    Too few people, too little time or contradicting rules still give a roster, with its shortage
    and with what could not be held. With the same seed and one worker, a call that ends before
    its deadline repeats its result.

    Parameters
    ----------
    deadline
        Everything counts against it: building models, solving, verifying. Its `stop` ends the
        call with the best roster so far.
    observer
        Is told each phase, with the best objective and bound so far.
    workers
        Threads that work at the same time.
    gap
        The search ends at this proven relative gap.
    start
        A roster to start from, as far as it fits the problem; the problem's previous roster if
        none is given.

    Raises
    ------
    InvalidInput
        If the problem is not sound, with every issue.
    NoSolution
        If no roster keeps all rules that are never given up.
    """
    issues = check_problem(problem)
    raise_errors("The roster problem cannot be used.", issues)
    warnings = [issue for issue in issues if issue.severity is Severity.WARNING]
    if is_long(problem):
        return _by_windows(problem, deadline, observer, seed, workers, gap, start, warnings)
    return _Run(problem, deadline, observer, seed, workers, gap).result(start, warnings)


def _by_windows(
    problem: RosterProblem,
    deadline: Deadline,
    observer: Observer,
    seed: int,
    workers: int,
    gap: float,
    start: Roster | None,
    warnings: list[Issue],
) -> RosterResult:
    """Return a roster of a long period, each window solved by `solve`."""

    def window(part: RosterProblem, limit: Deadline, near: Roster | None) -> Roster:
        made = solve(part, deadline=limit, seed=seed, workers=workers, gap=gap, start=near)
        return made.roster

    size = len(problem.organisation.agents) * len(problem.requirement.grid.days())
    searching = deadline.within(deadline.remaining() - _closing(size))
    best = solve_long(problem, window, searching, observer, seed=seed, start=start)
    if best is None:
        raise NoSolution("No roster was found.", [OUT_OF_TIME])
    return outcome(
        problem,
        best.roster,
        best.verification,
        bound=-math.inf,
        deadline=deadline,
        phases=best.phases,
        warnings=warnings,
    )


def _closing(size: int) -> float:
    """Return the time to keep for the last verification, by agents times days."""
    return CLOSING_SECONDS + CLOSING_SECONDS_PER_DAY * size


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
        self._deadline, self._seed, self._workers, self._gap = deadline, seed, workers, gap
        began = deadline.elapsed()
        frame = Frame.of(problem)
        self._tours = Tours.of(frame)
        least = _least_costs(frame, self._tours)
        relaxed: tuple[Relaxation, ...] = ()
        if not np.isfinite(least).all():
            frame, relaxed = relax(frame, np.flatnonzero(~np.isfinite(least)).tolist())
            self._tours = Tours.of(frame)
            least = _least_costs(frame, self._tours)
        self._frame = frame
        self._found = Incumbent(frame, relaxed, deadline, observer)
        self._found.phases["prepare"] = deadline.elapsed() - began
        # What people do together costs nothing at best.
        self._found.prove(float(least.sum()))
        self._size = len(frame.people) * len(frame.calendar.days)
        self._working = deadline.within(deadline.remaining() - _closing(self._size))
        kept = TRAINING_SHARE if problem.directives.trainings else 0.0
        self._searching = deadline.within((1 - kept) * self._working.remaining())

    def result(self, start: Roster | None, warnings: list[Issue]) -> RosterResult:
        """Run all phases and return the best roster."""
        found = self._found
        with found.phase("first roster"):
            state = self._first(start or self._frame.problem.previous)
        if self._frame.demand.agents.any() or self._frame.watches:
            state = self._by_counts(state)
            if found.best is None:
                state = self._by_counts(self._with_room(state))
            elif found.gap > self._gap and np.count_nonzero(self._frame.demand.agents) <= FEW_CELLS:
                state = self._by_columns(state, COLUMNS_SHARE)
            self._redraw(state)
        else:
            state = self._by_columns(state)
            if found.best is None:
                state = self._by_columns(self._with_room(state))
        self._keep_places()
        if self._frame.problem.directives.trainings:
            with found.phase("training"):
                self._train()
        best = found.settle()
        if best is None:
            raise NoSolution("No roster was found.", self._reasons(state))
        return outcome(
            self._frame.problem,
            best.roster,
            best.verification,
            bound=found.bound,
            deadline=self._deadline,
            phases=dict(found.phases),
            warnings=warnings,
        )

    def _first(self, start: Roster | None) -> State:
        """Return a first plan: that of `start`, mended, or one of best responses."""
        if start is not None:
            state = plan_from(self._frame, start)
            improve_responses(state, self._tours, self._searching, self._seed)
            if self._found.offer(state):
                return state
        left = self._searching.remaining()
        limit = self._searching.within(max(FIRST_SHARE * left, min(FIRST_SECONDS, left)))
        state = first_plan(self._frame, self._tours, limit, self._seed)
        self._found.offer(state)
        return state

    def _with_room(self, state: State) -> State:
        """Return a plan in which people give way to rows that contracts leave no room for."""
        found = self._found
        with found.phase("room"):
            # Without it there is no roster at all: better a moment late.
            limit = self._searching.at_least(ROOM_SECONDS)
            frame, relaxed, state = make_room(state, found.relaxed, limit, self._seed)
            self._frame, self._tours = frame, Tours.of(frame)
            found.admit(frame, relaxed)
            found.offer(state)
        return state

    def _until_room(self) -> Deadline:
        """Return when to end a search that may have to be done again with more room."""
        share = 1.0 if self._found.best is not None else STRICT_SHARE
        return self._searching.within(share * self._searching.remaining())

    def _reasons(self, state: State) -> list[Issue]:
        """Return what the last plan breaks, or that there was no time."""
        verification = self._found.judge(state).verification
        broken = [issue for issue in verification.issues if issue.severity is Severity.ERROR]
        if self._searching.passed():
            broken.append(OUT_OF_TIME)
        return broken

    def _by_columns(self, state: State, share: float = 1.0) -> State:
        """Choose whole rosters by column generation; return the better plan."""
        found, limit = self._found, self._until_room()
        with found.phase("columns"):
            made = improve_columns(
                self._frame,
                self._tours,
                limit.within(share * limit.remaining()),
                found.listen,
                seed=self._seed,
                threads=self._workers,
                start=state.worked.copy(),
            )
            found.prove(made.bound)
            chosen = State.of(self._frame, state.worked, state.begins)
            for agent in np.flatnonzero((made.worked != state.worked).any(axis=1)).tolist():
                chosen.take_out(agent)
                row = made.worked[agent]
                chosen.put_in(agent, row, chosen.place(agent, row))
            found.offer(chosen)
        return chosen if chosen.cost < state.cost else state

    def _by_counts(self, state: State) -> State:
        """Find how many of each kind work what, deal the shifts out, and return the best plan."""
        found, deadline = self._found, self._until_room()
        if deadline.remaining() < BOUND_SECONDS_PER_DAY * self._size:
            return state
        kinds = choose_kinds(self._frame)
        with found.phase("bound"):
            limit = deadline.within(BOUND_SHARE * deadline.remaining())
            model = CountsModel(self._frame, kinds, limit)
            model.relax(limit)
            found.prove(model.bound)
        if not math.isfinite(model.bound) or deadline.passed() or found.gap <= self._gap:
            return state
        with found.phase("counts"):
            limit = deadline.within(COUNTS_SHARE * deadline.remaining())
            counts = model.search(limit, gap=self._gap, seed=self._seed)
            found.prove(model.bound)
        if counts is None:
            return state
        with found.phase("people"):
            limit = deadline.within(PEOPLE_SHARE * deadline.remaining())
            worked = deal_counts(
                self._frame, kinds, counts, limit, seed=self._seed, workers=self._workers
            )
        with found.phase("completion"):
            begins = hand_out_begins(self._frame, worked, counts.begins)
            dealt = State.of(self._frame, worked, begins)
            found.offer(dealt)
            improve_responses(dealt, self._tours, deadline, self._seed)
            found.offer(dealt)
        return dealt if dealt.cost < state.cost else state

    def _redraw(self, state: State) -> None:
        """Draw days anew and let people respond, in turn, until the time is up."""
        found, deadline = self._found, self._searching
        if found.gap <= self._gap or deadline.passed():
            return
        with found.phase("improvement"):
            improve(
                state,
                self._tours,
                deadline,
                enough=_enough(found.bound, self._gap),
                better=found.offer,
                seed=self._seed,
                workers=self._workers,
            )

    def _keep_places(self) -> None:
        """Leave meals and breaks of unchanged shifts where they stood, as far as that is free."""
        previous, best = self._frame.problem.previous, self._found.best
        if previous is None or best is None:
            return
        state = State.of(self._frame, best.worked, best.begins)
        keep_places(state, *plan_of(self._frame, previous))
        self._found.offer(state, equal=True)

    def _train(self) -> None:
        """Hold trainings within the best roster."""
        best = self._found.best
        if best is None:
            return
        state = State.of(self._frame, best.worked, best.begins)
        hold_trainings(state, self._working, self._seed)
        improve_places(state, self._working)
        self._found.offer(state)


def _enough(bound: float, gap: float) -> float:
    """Return the cost at which the gap to a bound is closed; never without a bound."""
    return bound + gap * abs(bound) if math.isfinite(bound) else -math.inf


def _least_costs(frame: Frame, tours: Tours) -> NDArray[np.float64]:
    """Return what each agent's cheapest roster costs by itself, infinite if there is none."""
    nothing = np.zeros((len(frame.teams), len(frame.patterns)))
    costs, _, _ = tours.best_all(nothing, range(len(frame.people)))
    return costs
