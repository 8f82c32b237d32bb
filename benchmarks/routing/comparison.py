"""One drawn snapshot solved by everybody: values, and times of the same scope side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.routing.classes import flow_over_classes
from benchmarks.routing.pairs import PairList, list_pairs
from benchmarks.routing.peers import (
    Outcome,
    flow_over_pairs,
    greedy,
    outcome,
)
from benchmarks.routing.slots import dense_solvers, slots_of, sparse_matching
from benchmarks.routing.stages import answer_bytes, phases, request_body, stages
from benchmarks.routing.timing import alternately, settled
from optimizer.io import decode_snapshot
from optimizer.model import Assignment, Snapshot
from optimizer.routing import assign, read_board

__all__ = ["SCOPES", "compare"]

DENSE_CELLS = 4_000_000
"""Tickets times slots up to which the full matrix is solved, too."""

SCOPES = {
    "whole": "bytes to bytes: a snapshot as JSON is decoded, checked and answered with reasons, "
    "and the answer encoded",
    "phases_ms": "medians of the steps of that, one by one",
    "matching": "arrays to flow: classes, crews and the worth of each arc are given",
    "flow_over_classes": "arrays to flow, by ortools: the same arrays as for matching",
    "flow_over_pairs": "arrays to flow, by ortools: every eligible pair is given with its score",
    "sparse_matching": "matrix to flow, by scipy's min_weight_full_bipartite_matching: agents are "
    "split into slots before",
    "linear_sum_assignment": "matrix to flow, by scipy's dense solver",
    "lapx": "matrix to flow, by lapx's dense solver",
    "greedy": "arrays to flow: every eligible pair is given with its score",
    "times_as_fast": "median of each peer over that of matching",
    "times_as_fast_whole": "median of each peer over that of the whole, which does more",
}


def compare(snapshot: Snapshot, repeats: int) -> dict[str, Any]:
    """Solve one snapshot by everybody and return values, milliseconds and sizes.

    With mixed units of capacity it is no matching problem any more; there greedy is the only peer.
    """
    body = request_body(snapshot)
    given = decode_snapshot(body)
    market, answer = read_board(given).market, assign(given)
    pairs = list_pairs(snapshot)
    solvers = _solvers(pairs)
    grouped: dict[str, Callable[[], float]] = {}
    if pairs.uniform:
        grouped["flow_over_classes"] = lambda: flow_over_classes(market)
    quick = {"whole": lambda: answer_bytes(body), **stages(body)}
    with settled():
        times = alternately(quick, {**solvers, **grouped}, repeats)
    best = _outcome(answer, pairs, snapshot)
    return {
        "capacity": int(np.minimum(pairs.room, pairs.tickets).sum()),
        "eligible_pairs": len(pairs.score),
        "classes": market.classes,
        "crews": len(market.crews.leader),
        "arcs": len(market.arc_fit),
        "bytes": {"request": len(body), "answer": len(answer_bytes(body))},
        "assigned": best.assigned,
        "value": best.value,
        "bound": answer.bound,
        "whole": times["whole"],
        "phases_ms": phases({name: row["median_ms"] for name, row in times.items()}),
        "matching": times["match"],
        "peers": {
            name: times[name] | _beside(outcome(pairs, solve()), best)
            for name, solve in solvers.items()
        }
        | {name: times[name] | {"value": solve()} for name, solve in grouped.items()},
        **{
            key: {
                name: times[name]["median_ms"] / times[own]["median_ms"]
                for name in (*solvers, *grouped)
            }
            for key, own in (("times_as_fast", "match"), ("times_as_fast_whole", "whole"))
        },
    }


def _solvers(pairs: PairList) -> dict[str, Callable[[], Any]]:
    """Return everybody who solves the pairs, by name."""
    solvers: dict[str, Callable[[], Any]] = {"greedy": lambda: greedy(pairs)}
    if not pairs.uniform:
        return solvers
    solvers["flow_over_pairs"] = lambda: flow_over_pairs(pairs)
    slots = slots_of(pairs)
    if slots is None:
        return solvers
    solvers["sparse_matching"] = sparse_matching(pairs, slots)
    if pairs.tickets * slots.count <= DENSE_CELLS:
        solvers |= dense_solvers(pairs, slots)
    return solvers


def _outcome(answer: Assignment, pairs: PairList, snapshot: Snapshot) -> Outcome:
    """Return what the engine's answer is worth."""
    place = {ticket.id: i for i, ticket in enumerate(snapshot.tickets)}
    served = [place[decision.ticket] for decision in answer.decisions]
    return Outcome(int(pairs.above[served].sum()), answer.value, len(served))


def _beside(found: Outcome, best: Outcome) -> dict[str, Any]:
    """Return what a peer found, and the share of our value that it lacks."""
    return {
        "value": found.value,
        "levels_less": best.levels - found.levels,
        "assigned": found.assigned,
        "loss": 1.0 - found.value / best.value if best.value else 0.0,
    }
