"""`callboard bench assign`: the exact match beside greedy and a general minimum-cost flow."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from api.cli.output import console, emit_json, json_option
from benchmarks.registry import machine

if TYPE_CHECKING:
    from optimizer.model import Snapshot

__all__ = ["assign", "compare"]

SLOW_TURNS = 4

TIMED = {
    "median_ms": "optimizer.routing.assign: from the snapshot as objects to decisions with "
    "reasons, checks of the input included",
    "phases_ms": "the steps of that, one by one",
    "matching": "from arrays to flow: classes, crews and the fit of each arc are given",
    "grouped_flow": "the same arrays and scope as matching, solved by ortools",
    "flow": "from arrays to flow: every eligible pair is given with its score",
    "greedy": "from the same arrays as matching to flow",
    "speedup_over_flow": "flow / matching: the same scope, arrays to flow",
    "speedup_from_snapshot": "flow / median_ms: everything of ours against the flow's solve alone",
}


@click.command()
@click.option("--tickets", type=click.IntRange(1), default=5000, show_default=True)
@click.option("--agents", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--skills", type=click.IntRange(8), default=40, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=3, show_default=True)
@click.option(
    "--repeats",
    type=click.IntRange(2),
    default=40,
    show_default=True,
    help="Times that we are measured; the flows every fourth time.",
)
@json_option
def assign(tickets: int, agents: int, skills: int, seed: int, repeats: int, as_json: bool) -> None:
    """Measure live matching on a generated snapshot, beside its peers in the same run.

    Tickets need 1 to 3 skills, agents hold 1 to 8 and take 1 to 4 contacts. The peers are greedy
    best-edge-first and ortools' SimpleMinCostFlow, over all eligible pairs and over our classes.

    \b
    Example:
      callboard bench assign --tickets 5000 --agents 2000 --seed 3 --json
    """
    from benchmarks.live import draw_snapshot

    found = compare(draw_snapshot(tickets, agents, seed, skills), repeats)
    found |= {"skills": skills, "seed": seed, "machine": machine("ortools", "numba", "numpy")}
    if as_json:
        emit_json(found)
    else:
        _print(found)


def compare(snapshot: Snapshot, repeats: int) -> dict[str, Any]:
    """Solve one snapshot by everybody and return values, milliseconds and sizes."""
    from benchmarks.live import flow_over_classes, flow_over_pairs, list_pairs
    from optimizer.model import check_snapshot
    from optimizer.routing import assign, deal, match, match_greedily, read_board

    assignment = assign(snapshot)
    market = read_board(snapshot).market
    flow, greedy_flow = match(market), match_greedily(market)
    pairs = list_pairs(snapshot)
    greedy = deal(market, greedy_flow)
    exact = flow_over_pairs(pairs)
    times = _measure(
        {
            "whole": lambda: assign(snapshot),
            "checks": lambda: check_snapshot(snapshot),
            "board": lambda: read_board(snapshot),
            "match": lambda: match(market),
            "deal": lambda: deal(market, flow),
            "greedy": lambda: match_greedily(market),
        },
        {
            "flow": lambda: flow_over_pairs(pairs),
            "grouped_flow": lambda: flow_over_classes(market),
        },
        repeats,
    )
    phases = {name: times[name]["median_ms"] for name in ("checks", "board", "match", "deal")}
    whole = times["whole"]["median_ms"]
    return {
        "tickets": len(snapshot.tickets),
        "agents": len(snapshot.agents),
        "capacity": int(pairs.capacity.sum()),
        "eligible_pairs": len(pairs.score),
        "classes": market.classes,
        "crews": len(market.crews.leader),
        "arcs": len(market.arc_fit),
        "assigned": len(assignment.decisions),
        **times["whole"],
        "phases_ms": phases | {"answer": max(0.0, whole - sum(phases.values()))},
        "matching": times["match"],
        "value": assignment.value,
        "relative_value_difference": (assignment.value - exact) / exact if exact else 0.0,
        "speedup_over_flow": times["flow"]["median_ms"] / times["match"]["median_ms"],
        "speedup_from_snapshot": times["flow"]["median_ms"] / whole,
        "greedy": {
            **times["greedy"],
            "value": greedy.value,
            "assigned": len(greedy.ticket),
            "loss": 1.0 - greedy.value / assignment.value if assignment.value else 0.0,
        },
        "flow": {**times["flow"], "value": exact},
        "grouped_flow": {**times["grouped_flow"], "value": flow_over_classes(market)},
        "timed": TIMED,
    }


def _measure(
    quick: dict[str, Callable[[], object]], slow: dict[str, Callable[[], object]], repeats: int
) -> dict[str, dict[str, float]]:
    """Time everybody in turn, so that whatever else the machine does hits all alike.

    The slow ones take part in every fourth round. Everything must have run once before.
    """
    import numpy as np

    times: dict[str, list[float]] = {name: [] for name in (*quick, *slow)}
    for turn in range(repeats):
        for name, work in (quick if turn % SLOW_TURNS else quick | slow).items():
            started = time.perf_counter()
            work()
            times[name].append(1000.0 * (time.perf_counter() - started))
    return {
        name: {
            "median_ms": float(np.median(found)),
            "p99_ms": float(np.percentile(found, 99)),
            "repeats": len(found),
        }
        for name, found in times.items()
    }


def _print(found: dict[str, Any]) -> None:
    table = Table(title=f"{found['tickets']} tickets, {found['agents']} agents")
    for column in ("", "Median ms", "p99 ms", "Value"):
        table.add_column(column, justify="left" if not column else "right")
    rows = {
        "Snapshot to decisions": found,
        "Match alone": found["matching"] | {"value": found["value"]},
        "Greedy": found["greedy"],
        "Flow over all pairs": found["flow"],
        "Flow over classes": found["grouped_flow"],
    }
    for name, row in rows.items():
        table.add_row(
            name, f"{row['median_ms']:.1f}", f"{row['p99_ms']:.1f}", f"{row['value']:.1f}"
        )
    console.print(table)
    console.print(
        f"{found['eligible_pairs']} eligible pairs in {found['classes']} classes and "
        f"{found['arcs']} arcs; {found['speedup_over_flow']:.1f} times faster than the flow over "
        f"all pairs, greedy loses {found['greedy']['loss']:.1%}",
        soft_wrap=True,
    )
