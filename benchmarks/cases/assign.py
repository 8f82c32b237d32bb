"""`callboard bench assign`: the live match beside others, exact, over HTTP, beside a solve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from api.cli.output import console, emit_json, json_option, notes
from api.wording import share
from benchmarks.registry import machine

if TYPE_CHECKING:
    from benchmarks.routing.drawing import Extras

__all__ = ["assign"]

ROUNDS_PER_REPEAT = 20
SECONDS = 3.0
"""That clients of the service ask at the same time, for each number of them."""


@click.command()
@click.option("--tickets", type=click.IntRange(1), default=5000, show_default=True)
@click.option("--agents", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--skills", type=click.IntRange(8), default=40, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=3, show_default=True)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of snapshots, drawn with this seed and the following ones.",
)
@click.option(
    "--repeats",
    type=click.IntRange(2),
    default=40,
    show_default=True,
    help="Times that we are measured, the peers every fourth time; with --http rounds of 20, with "
    "--while-solving seconds.",
)
@click.option("--levels", is_flag=True, help="Some work is deferred and waits for other work.")
@click.option(
    "--continuity",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    metavar="SHARE",
    help="Share of tickets with a prior agent.",
)
@click.option(
    "--relaxation",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    metavar="SHARE",
    help="Share of tickets that ask for less as they wait.",
)
@click.option("--strict", is_flag=True, help="Priority goes before all else.")
@click.option("--units", is_flag=True, help="Calls take two units of capacity, chats one.")
@click.option("--limits", is_flag=True, help="Half the agents have a limit for some channel.")
@click.option(
    "--exactness",
    type=click.IntRange(1),
    metavar="CASES",
    help="Compare values on so many random snapshots with every rule instead.",
)
@click.option("--http", "over_http", is_flag=True, help="Measure the service instead.")
@click.option(
    "--while-solving", is_flag=True, help="Measure beside a roster solve instead, and without."
)
@json_option
def assign(
    tickets: int,
    agents: int,
    skills: int,
    seed: int,
    seeds: int,
    repeats: int,
    exactness: int | None,
    over_http: bool,
    while_solving: bool,
    as_json: bool,
    **extras: Any,
) -> None:
    """Measure live matching on generated snapshots, beside its peers in the same run.

    Tickets need 1 to 3 skills, agents hold 1 to 8 and take 1 to 4 contacts. The peers are ortools'
    SimpleMinCostFlow over all eligible pairs and over our classes, scipy's sparse and dense
    matching, lapx where it is installed, and greedy, which always takes the best pair left.

    \b
    Examples:
      callboard bench assign --tickets 5000 --agents 2000 --seed 3 --json
      callboard bench assign --tickets 500 --agents 500 --levels --continuity 0.2
      callboard bench assign --exactness 400 --json
      callboard bench assign --http --json
      callboard bench assign --while-solving --json
    """
    from benchmarks.routing.drawing import Extras

    chosen = Extras(**extras)
    if sum((exactness is not None, over_http, while_solving)) > 1:
        raise click.UsageError("--exactness, --http and --while-solving exclude each other.")
    with notes.status("Solving") as status:
        if exactness is not None:
            found = _exactness(exactness, seed, status.update)
        elif over_http:
            found = _over_http(seed, repeats, status.update)
        elif while_solving:
            found = _while_solving(seed, repeats, status.update)
        else:
            found = _compared(tickets, agents, skills, seed, seeds, repeats, chosen)
    found["machine"] = machine("ortools", "scipy", "lapx", "numba", "numpy")
    if as_json:
        emit_json(found)
    else:
        _print(found)


def _exactness(cases: int, seed: int, tick: Callable[[str], None]) -> dict[str, Any]:
    """Return how often the match is as good as the best."""
    from benchmarks.routing.exactness import exactness

    return {"seed": seed, **exactness(cases, seed, tick)}


def _over_http(seed: int, repeats: int, tick: Callable[[str], None]) -> dict[str, Any]:
    """Return latency and throughput of the service."""
    from benchmarks.routing.over_http import measure

    threads = (1, 2, 4)
    rounds = ROUNDS_PER_REPEAT * repeats
    return {"seed": seed, **measure(seed, rounds, SECONDS, threads, tick)}


def _while_solving(seed: int, repeats: int, tick: Callable[[str], None]) -> dict[str, Any]:
    """Return latencies beside a roster solve, and without."""
    from benchmarks.routing.interference import measure

    return {"seed": seed, **measure(seed, repeats, tick)}


def _compared(
    tickets: int, agents: int, skills: int, seed: int, seeds: int, repeats: int, extras: Extras
) -> dict[str, Any]:
    """Return the comparison of each seed."""
    from benchmarks.routing.comparison import SCOPES, compare
    from benchmarks.routing.drawing import draw_snapshot

    runs = [
        {"seed": one, **compare(draw_snapshot(tickets, agents, one, skills, extras), repeats)}
        for one in range(seed, seed + seeds)
    ]
    return {
        "tickets": tickets,
        "agents": agents,
        "skills": skills,
        "extras": asdict(extras),
        "runs": runs,
        "scopes": SCOPES,
    }


def _print(found: dict[str, Any]) -> None:
    """Show what was measured; only a comparison has tables of its own."""
    if "runs" not in found:
        console.print_json(data=found)
        return
    for run in found["runs"]:
        console.print(_table(found, run))
        console.print(
            f"{run['eligible_pairs']:,} eligible pairs in {run['classes']:,} classes and "
            f"{run['arcs']:,} arcs; greedy loses {share(run['peers']['greedy']['loss'], 1)}",
            soft_wrap=True,
        )


def _table(found: dict[str, Any], run: dict[str, Any]) -> Table:
    table = Table(title=f"{found['tickets']} tickets, {found['agents']} agents, seed {run['seed']}")
    for column in ("", "median ms", "p99 ms", "value", "assigned"):
        table.add_column(column, justify="left" if not column else "right")
    ours = {"value": run["value"], "assigned": run["assigned"]}
    rows = {
        "bytes to bytes": run["whole"] | ours,
        "match alone": run["matching"] | ours,
        **{name.replace("_", " "): row for name, row in run["peers"].items()},
    }
    for name, row in rows.items():
        table.add_row(
            name,
            f"{row['median_ms']:.2f}",
            f"{row['p99_ms']:.2f}",
            f"{row['value']:,.1f}",
            f"{row['assigned']:,}" if "assigned" in row else "",
        )
    return table
