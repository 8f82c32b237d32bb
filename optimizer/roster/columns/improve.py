"""Column generation over whole rosters: bound, diving, and local search until the deadline.

After Strandmark, Qu and Curtois, "First-order linear programming in a column generation based
heuristic approach to the nurse rostering problem", Computers & Operations Research 120 (2020):
the relaxation over all rosters of all people is solved by pricing (and gives the bound), diving
makes it whole, and then small groups of people, or single weeks of everybody, are opened and
solved again in the same way.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, takewhile

import numpy as np
from numpy.typing import NDArray

from optimizer.progress import Event, Observer, silent
from optimizer.roster.columns.choose import best_choice, dive, greatest, whole
from optimizer.roster.columns.closing import close_gap
from optimizer.roster.columns.generate import Generated, generate, reduced_cost
from optimizer.roster.columns.grain import grain_of
from optimizer.roster.columns.loose import relax_loosely
from optimizer.roster.columns.master import Master, elastic_cost
from optimizer.roster.columns.moves import Move, Opened, Scene, pick, standard_moves
from optimizer.roster.columns.pool import Column
from optimizer.roster.columns.workshop import Workshop
from optimizer.roster.frame import Frame
from optimizer.roster.tours import Tours
from optimizer.stop import Deadline

__all__ = ["ColumnsResult", "Improver", "improve_columns"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

Improver = Callable[[Integers, np.random.Generator, Deadline], Integers | None]
"""Takes a plan, [agents, days], and returns another one or None."""

ROOT_ROUNDS, ROUNDS = 1000, 25
"""Greatest number of rounds of pricing for everybody, and after opening a neighbourhood."""

LOOSE = 0.4
"""Greatest share of the time that the relaxation without forms left out may take."""

DIVING = 0.4
"""Greatest share of the time left that diving from the relaxation over everybody may take."""

BEARABLE = 0.15
"""By so much of the gap a plan may be dearer than the best for the search to go on from there."""

NEARLY = 0.99
"""A plan that is not better by this share of the least gain is not better."""

SHARE = 30
"""Columns of each agent from the pool with which a neighbourhood begins."""

ATTEMPT, CHOICE = 30.0, 10.0
"""Seconds after which a neighbourhood, and its integer program, are given up. What they may do is
limited by rounds and nodes; this only guards against the worst."""

IMPROVER = 1.0, 6.0
"""Nominal seconds of a further move, and the seconds that it may take."""

PROGRAM = 4e-6
"""Nominal seconds of an integer program, for each term."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnsResult:
    """The best plan found.

    Parameters
    ----------
    worked
        Pattern of each day, or -1, [agents, days].
    objective
        Its cost by the model: own costs and coupling rows, activities placed by counts.
    bound
        Proven lower bound on the cost of every plan.
    phases
        Seconds spent in each phase.
    rounds
        How often the relaxation over everybody was solved.
    """

    worked: Integers
    objective: float
    bound: float
    phases: dict[str, float]
    rounds: int


def improve_columns(
    frame: Frame,
    tours: Tours,
    deadline: Deadline,
    observer: Observer = silent,
    *,
    seed: int = 0,
    threads: int = 2,
    start: Integers | None = None,
    improvers: Sequence[Improver] = (),
    attempts: int | None = None,
) -> ColumnsResult:
    """Return the best plan found before the deadline, with a proven bound.

    Parameters
    ----------
    tours
        Of all of the frame's people, each of whom must have a roster.
    threads
        How many price rosters at the same time.
    start
        A plan to begin with, [agents, days].
    improvers
        Further moves of the local search.
    attempts
        Greatest number of neighbourhoods; None means as many as time allows.

    Raises
    ------
    ValueError
        If an agent has no roster of finite cost, and none in `start`.
    """
    search = _Search(frame, tours, deadline, observer, seed, threads, improvers)
    return search.run(start, math.inf if attempts is None else attempts)


class _Search:
    """One call of `improve_columns`: its phases in order, and the best choice so far."""

    def __init__(
        self,
        frame: Frame,
        tours: Tours,
        deadline: Deadline,
        observer: Observer,
        seed: int,
        threads: int,
        improvers: Sequence[Improver],
    ) -> None:
        self._workshop = Workshop.of(frame, tours, threads)
        self._deadline, self._observer = deadline, observer
        self._seed, self._rng = seed, np.random.default_rng(seed)
        self._improvers = improvers
        self._agents = list(range(len(frame.people)))
        self._days = len(frame.calendar.days)
        self._grain = grain_of(frame)
        self._phases: dict[str, float] = {}
        self._phase_name = ""
        self._bound, self._objective = -math.inf, math.inf
        self._duals = np.zeros(len(self._workshop.rows))
        self._choice: list[Column] = []
        # Where the search is: the best choice, or one that is nearly as good.
        self._here: list[Column] = []
        self._cost = math.inf
        self._rounds = 0

    def run(self, start: Integers | None, attempts: float) -> ColumnsResult:
        """Run all phases and return the best plan."""
        with self._phase("columns"):
            master = self._first_master(start)
            found = self._relax(master)
        if not self._done() and found.relaxed is not None:
            with self._phase("diving"):
                nothing = np.zeros(len(self._workshop.rows))
                # The search over neighbourhoods makes more of the same time in the end.
                until = self._deadline.within(DIVING * self._deadline.remaining())
                self._offer(dive(self._workshop, master, nothing, found.relaxed, until) or ())
        if not self._done():
            with self._phase("neighbourhoods"):
                self._improve(attempts)
        return ColumnsResult(
            self._worked(self._choice), self._objective, self._bound, self._phases, self._rounds
        )

    def _first_master(self, start: Integers | None) -> Master:
        """Give everybody a column: that of `start` and the cheapest by itself."""
        pool = self._workshop.pool
        nothing = np.zeros(len(self._workshop.rows))
        master = Master(self._workshop.rows, self._agents, nothing)
        if start is not None:
            given = [pool.add(agent, start[agent]) for agent in self._agents]
            known = [column for column in given if column is not None]
            master.add(known)
            if len(known) == len(self._agents):
                self._offer(known)
        if not self._choice:
            # A plan is owed whatever the time: this is not bound by the deadline.
            priced = self._workshop.price(nothing, self._agents, Deadline.after(math.inf))
            assert priced is not None
            master.add(priced.columns)
            first = {column.agent: column for column in master.columns[::-1]}
            missing = [agent for agent in self._agents if agent not in first]
            if missing:
                raise ValueError(f"agents without a roster of finite cost: {missing}")
            self._offer([first[agent] for agent in self._agents])
        return master

    def _relax(self, master: Master) -> Generated:
        """Solve the relaxation over everybody, for the bound and for columns."""

        def tell(_: float, bound: float) -> None:
            self._raise_bound(bound)
            self._tell()

        guess = None
        if self._workshop.tours.searching:
            until = self._deadline.within(LOOSE * self._deadline.remaining())
            loose = relax_loosely(self._workshop, until, rounds=ROOT_ROUNDS, tell=tell)
            if loose is not None:
                self._raise_bound(loose.bound)
                master.add(loose.columns)
                guess = loose.duals
        found = generate(
            self._workshop,
            master,
            np.zeros(len(self._workshop.rows)),
            self._deadline,
            rounds=ROOT_ROUNDS,
            guess=guess,
            tell=tell,
        )
        self._raise_bound(found.bound)
        self._duals, self._rounds = found.duals, found.rounds
        log.info("relaxation: bound %.2f after %d rounds", self._bound, found.rounds)
        if found.relaxed is not None:
            chosen = whole(master, found.relaxed)
            self._offer(chosen or greatest(master, found.relaxed))
        return found

    def _improve(self, attempts: float) -> None:
        """Open one neighbourhood after the other."""
        moves = standard_moves(len(self._agents), self._days)
        others = [Move("other", _nothing, False, 1, 1, 1) for _ in self._improvers]
        least, closed = self._least(), math.inf
        for _ in takewhile(lambda done: done < attempts and not self._done(), count()):
            move = pick([*moves, *others], self._rng)
            if self._objective < closed:
                closed = self._objective
                self._close()
                if self._done():
                    break
            before = self._objective
            if move in others:
                proven, effort = self._call(self._improvers[others.index(move)])
            else:
                scene = Scene(self._regrets(least), self._days)
                proven, effort = self._open(move.open(scene, self._rng), move.dives)
            gain = before - self._objective
            move.learn(gain, effort, proven=proven)
            if gain > 0:
                log.debug("%s, size %.1f: %.2f", move.name, move.size, self._objective)

    def _open(self, opened: Opened, dives: bool) -> tuple[bool, float]:
        """Solve a neighbourhood.

        Returns
        -------
        proven, effort
            Whether nothing better is in it for certain, and the work done, in nominal seconds.
        """
        workshop, deadline = self._workshop, self._deadline.within(ATTEMPT)
        current = [self._here[agent] for agent in opened.agents]
        inside = set(opened.agents)
        outside = [column for column in self._here if column.agent not in inside]
        load = workshop.pool.load(outside)
        # What the opened rosters and the rows cost now must be undercut by a unit.
        given = sum(column.own for column in outside)
        wanted = self._cost - given - self._least_gain()
        master = Master(workshop.rows, opened.agents, load)
        master.add(current)
        plan = self._worked(self._here)
        for column in current:
            master.add(self._candidates(column, opened))
        found = generate(
            workshop, master, load, deadline,
            rounds=ROUNDS, enough=wanted, guess=self._duals, days=opened.days, current=plan,
        )  # fmt: skip
        if found.relaxed is None or found.bound >= wanted:
            return found.bound >= wanted, master.effort
        better = whole(master, found.relaxed)
        if better is None and dives:
            better = dive(
                workshop, master, load, found.relaxed, deadline,
                below=max(wanted, self._bearable() - given), days=opened.days,
                current=plan, rng=self._rng,
            )  # fmt: skip
        elif better is None:
            better = best_choice(
                workshop.rows, master.columns, load, deadline.within(CHOICE),
                start=current, absolute_gap=self._least_gain() / 2, seed=self._seed,
            ).columns  # fmt: skip
            master.effort += PROGRAM * sum(len(column.rows) for column in master.columns)
        if better is not None:
            self._offer([*outside, *better])
        return False, master.effort

    def _close(self) -> None:
        """Prove that there is nothing better, or find it, if the gap is small."""
        found = close_gap(
            self._workshop, self._duals, self._choice,
            self._objective - NEARLY * self._least_gain(),
            self._deadline.within(CHOICE), seed=self._seed,
        )  # fmt: skip
        if found is not None:
            self._offer(found.columns or ())
            self._raise_bound(min(found.bound, self._objective))

    def _candidates(self, column: Column, opened: Opened) -> list[Column]:
        """Return the columns of an agent that are cheap at the duals of the bound."""
        columns = self._workshop.pool.of_agent[column.agent]
        if opened.days is not None:
            kept = ~opened.days
            columns = [c for c in columns if (c.worked[kept] == column.worked[kept]).all()]
        columns = list(columns)
        # A little chance lets the same neighbourhood begin otherwise the next time.
        noise = self._rng.exponential(self._least_gain(), len(columns))
        cost = [reduced_cost(column, self._duals) for column in columns]
        return [columns[place] for place in np.argsort(cost + noise)[:SHARE].tolist()]

    def _call(self, improver: Improver) -> tuple[bool, float]:
        effort, seconds = IMPROVER
        plan = improver(self._worked(self._here), self._rng, self._deadline.within(seconds))
        if plan is not None:
            given = [self._workshop.pool.add(agent, plan[agent]) for agent in self._agents]
            self._offer([column for column in given if column is not None])
        return False, effort

    def _offer(self, columns: Iterable[Column]) -> None:
        """Keep a choice if it is whole and the best so far; go there if it is nearly as good."""
        chosen = {column.agent: column for column in columns}
        if len(chosen) < len(self._agents):
            return
        choice = [chosen[agent] for agent in self._agents]
        cost = elastic_cost(self._workshop.rows, self._workshop.pool.load(choice))
        cost += sum(column.own for column in choice)
        if cost < self._objective - 1e-9 * max(1.0, abs(cost)):
            self._choice, self._objective = choice, cost
            self._tell()
        if cost <= self._bearable():
            self._here, self._cost = choice, cost

    def _bearable(self) -> float:
        """Return what a plan may cost that the search goes on from, the best being near by."""
        return self._objective + max(0.5 * self._grain, BEARABLE * (self._objective - self._bound))

    def _raise_bound(self, bound: float) -> None:
        if self._grain:
            bound = math.ceil(bound / self._grain - 1e-6) * self._grain if bound > -1e18 else bound
        self._bound = max(self._bound, bound)

    def _least_gain(self) -> float:
        """Return by how much a plan must be better to be worth anything."""
        return self._grain * (1 - 1e-6) if self._grain else 1e-6 * max(1.0, abs(self._objective))

    def _least(self) -> Floats:
        """Return what the cheapest column of each agent costs at the duals of the bound."""
        return np.array(
            [
                min(reduced_cost(column, self._duals) for column in columns)
                for columns in self._workshop.pool.of_agent
            ]
        )

    def _regrets(self, least: Floats) -> Floats:
        now = np.array([reduced_cost(column, self._duals) for column in self._here])
        return np.maximum(now - least, 0.0)

    def _worked(self, choice: Sequence[Column]) -> Integers:
        return np.array([column.worked for column in choice]).reshape(-1, self._days)

    def _done(self) -> bool:
        return self._objective - self._bound < self._least_gain() or self._deadline.passed()

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = self._deadline.elapsed()
        self._phase_name = name
        self._tell()
        yield
        self._phases[name] = self._deadline.elapsed() - began
        self._tell()

    def _tell(self) -> None:
        self._observer(
            Event(
                self._phase_name,
                self._deadline.elapsed(),
                self._objective if math.isfinite(self._objective) else None,
                self._bound if math.isfinite(self._bound) else None,
            )
        )


def _nothing(scene: Scene, size: int, rng: np.random.Generator) -> Opened:
    return Opened([])
