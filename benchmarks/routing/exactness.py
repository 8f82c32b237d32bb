"""Is the match the best there is? Random snapshots with every rule, beside exact peers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.routing.cases import draw_case
from benchmarks.routing.clocks import standing
from benchmarks.routing.pairs import PairList, list_pairs
from benchmarks.routing.peers import (
    Outcome,
    flow_over_pairs,
    greedy,
    outcome,
    program,
)
from benchmarks.routing.slots import dense_solvers, slots_of, sparse_matching
from optimizer.model import Assignment, Decision, Snapshot, Waiting

__all__ = ["Checked", "check_case", "exactness", "faults", "summary"]

TOLERANCE = 1e-9
"""Of the engine's value, relative: scores are added in another order."""

MOST_PAIRS = 150
"""That CP-SAT is given; it takes minutes where the others take milliseconds."""

MIXED_TURNS = 10
"""Every tenth case has mixed units."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One case, solved by everybody.

    Parameters
    ----------
    ours, best
        Of the engine, and of the exact peers, which agree among themselves.
    greedy
        Always the best pair left.
    bound
        The engine's own: no match is worth more.
    faults
        What the engine's answer claims wrongly.
    """

    ours: Outcome
    best: Outcome
    greedy: Outcome
    bound: float
    uniform: bool
    faults: tuple[str, ...]

    @property
    def difference(self) -> float:
        """Return how much less the engine's value is than the best, relative to the best."""
        return (self.best.value - self.ours.value) / max(1.0, abs(self.best.value))

    @property
    def equal(self) -> bool:
        """Tell whether the engine's match is as good as the best."""
        return self.ours.levels == self.best.levels and abs(self.difference) <= TOLERANCE

    @property
    def loss(self) -> float:
        """Return the share of the best value that greedy loses; 0 where nothing can be gained."""
        return 1.0 - self.greedy.value / self.best.value if self.best.value > 0.0 else 0.0


def exactness(cases: int, seed: int, tick: Callable[[str], None]) -> dict[str, Any]:
    """Check so many random snapshots, every tenth with mixed units, and return the summary.

    Parameters
    ----------
    tick
        Told how far it is.
    """
    rows = []
    for number in range(cases):
        tick(f"Case {number + 1} of {cases}")
        mixed = number % MIXED_TURNS == MIXED_TURNS - 1
        rows.append(check_case(draw_case(seed + number, mixed=mixed)))
    return summary(rows)


def check_case(snapshot: Snapshot) -> Checked:
    """Solve a snapshot by the engine and by exact peers.

    Contacts of equal size are matched by ortools' flow, scipy's sparse matching and scipy's dense
    assignment. Limits of several channels of one agent are beyond assignment, and contacts of
    different sizes beyond flow, too; there CP-SAT is the peer, in small cases.

    Raises
    ------
    RuntimeError
        If the peers differ, which would be their mistake or that of the listing.
    """
    from optimizer.routing import assign

    pairs = list_pairs(snapshot)
    slots = slots_of(pairs) if pairs.uniform else None
    found = [flow_over_pairs(pairs)] if pairs.uniform else []
    if slots is None and len(pairs.score) <= MOST_PAIRS:
        found.append(program(pairs))
    if slots is not None:
        dense = dense_solvers(pairs, slots)["linear_sum_assignment"]
        found += [sparse_matching(pairs, slots)(), dense()]
    outcomes = [outcome(pairs, taken) for taken in found]
    best = outcomes[0]
    for other in outcomes[1:]:
        if other.levels != best.levels or not np.isclose(other.value, best.value, rtol=1e-7):
            raise RuntimeError(f"the peers differ: {outcomes}")
    answer = assign(snapshot)
    return Checked(
        ours=_ours(snapshot, pairs, answer),
        best=best,
        greedy=outcome(pairs, greedy(pairs)),
        bound=answer.bound,
        uniform=pairs.uniform,
        faults=tuple(faults(snapshot, pairs, answer)),
    )


def _ours(snapshot: Snapshot, pairs: PairList, answer: Assignment) -> Outcome:
    place = {ticket.id: i for i, ticket in enumerate(snapshot.tickets)}
    served = [place[decision.ticket] for decision in answer.decisions]
    return Outcome(int(pairs.above[served].sum()), answer.value, len(served))


def faults(snapshot: Snapshot, pairs: PairList, answer: Assignment) -> list[str]:
    """Return what an answer claims wrongly: pairs, scores, room, clocks, obstacles, or tickets."""
    tickets = {ticket.id: i for i, ticket in enumerate(snapshot.tickets)}
    agents = {agent.id: i for i, agent in enumerate(snapshot.agents)}
    scores = dict(
        zip(zip(pairs.ticket.tolist(), pairs.agent.tolist(), strict=True), pairs.score, strict=True)
    )
    found = []
    room, limit, first = pairs.room.copy(), pairs.limit.copy(), pairs.first.copy()
    for decision in answer.decisions:
        ticket, agent = tickets[decision.ticket], agents[decision.agent]
        name = f"{decision.ticket} to {decision.agent}"
        if (ticket, agent) not in scores:
            found.append(f"{name} is not allowed")
        else:
            score = scores[ticket, agent]
            if not _close(decision.score, score):
                # Only the agent's first contact has the points for idle time.
                score += first[agent]
                first[agent] = 0.0
            if not _close(decision.score, score):
                found.append(f"{name} scores {score}, not {decision.score}")
        if not _close(sum(decision.parts.values()), decision.score):
            found.append(f"the parts of {name} do not add up to its score")
        room[agent] -= pairs.units[ticket]
        limit[agent, pairs.channel[ticket]] -= 1
    used = {agents[decision.agent] for decision in answer.decisions}
    if any(first[agent] for agent in used):
        found.append("somebody's first contact lacks the points for idle time")
    if (room < 0).any() or (limit < 0).any():
        found.append("somebody has more work than room")
    found += _unexplained(snapshot, pairs, answer)
    told = [row.ticket for rows in (answer.decisions, answer.waiting) for row in rows]
    if sorted(told) != sorted(tickets):
        found.append("not every ticket stands in exactly one list")
    total = sum(decision.score for decision in answer.decisions)
    if not _close(total, answer.value):
        found.append(f"the scores add up to {total}, not {answer.value}")
    return found


def _unexplained(snapshot: Snapshot, pairs: PairList, answer: Assignment) -> list[str]:
    """Return what is wrong with clocks and obstacles."""
    tickets = {ticket.id: i for i, ticket in enumerate(snapshot.tickets)}
    able = np.bincount(pairs.ticket, minlength=len(tickets))
    found = []
    rows: tuple[Decision | Waiting, ...] = (*answer.decisions, *answer.waiting)
    for row in rows:
        now = standing(snapshot.tickets[tickets[row.ticket]], snapshot)
        told = (row.clock.waited_seconds, row.clock.target_seconds)
        if not np.allclose(told, (now.wait, now.target), rtol=1e-9, atol=1e-6):
            found.append(f"the clock of {row.ticket} stands at {now.wait} of {now.target}")
    for waiting in answer.waiting:
        stopped = {obstacle.rule: obstacle.agents for obstacle in waiting.obstacles}
        if sum(stopped.values()) != len(snapshot.agents):
            found.append(f"the obstacles of {waiting.ticket} do not add up to all agents")
        if stopped.get("outscored", 0) != able[tickets[waiting.ticket]]:
            found.append(f"{able[tickets[waiting.ticket]]} agents could take {waiting.ticket}")
    return found


def _close(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=1e-9, atol=1e-9))


def summary(rows: Iterable[Checked]) -> dict[str, Any]:
    """Return how many cases were as good as the best, the greatest difference, greedy's losses."""
    cases = list(rows)
    losses = np.array([row.loss for row in cases if row.uniform])
    mixed = [row for row in cases if not row.uniform]
    return {
        "cases": len(cases),
        "equal": sum(row.equal for row in cases),
        "greatest_relative_difference": max(abs(row.difference) for row in cases),
        "cases_with_faults": sum(bool(row.faults) for row in cases),
        "faults": [fault for row in cases for fault in row.faults][:10],
        "mixed_units": {
            "cases": len(mixed),
            "equal": sum(row.equal for row in mixed),
            "bound_below_best": sum(row.bound < row.best.value - 1e-6 for row in mixed),
        },
        "tickets_assigned": sum(row.ours.assigned for row in cases),
        "greedy": {
            "worse": sum(
                row.greedy.levels < row.best.levels or row.loss > TOLERANCE for row in cases
            ),
            **{
                f"loss_{name}": float(np.quantile(losses, q)) if len(losses) else 0.0
                for name, q in (("median", 0.5), ("p90", 0.9), ("max", 1.0))
            },
        },
    }
