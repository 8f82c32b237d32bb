"""`callboard bench simulation`: speed, published scenarios, exact queues and a real log."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import click

from api.cli.output import console, emit_json, json_option
from benchmarks.registry import machine

__all__ = ["simulation"]

_LOG = "routing/anonymous_bank_1999_august_calls.csv"
_SIZES = {100_000: False, 5_000_000: False, 1_000_000: True}
"""Contacts of the memory measurement, and whether records are kept."""


@click.command()
@click.option(
    "--contacts",
    default=100_000,
    show_default=True,
    type=click.IntRange(1000, 10_000_000),
    help="Expected number of contacts of the speed measurement.",
)
@click.option("--rule", default="plain", show_default=True, type=click.Choice(["plain", "score"]))
@click.option("--repeats", default=15, show_default=True, type=click.IntRange(1, 1000))
@click.option("--alone", is_flag=True, help="Speed without memory and without Ciw beside it.")
@click.option("--scenario", help="Name of a published scenario to simulate instead.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file with scenarios; printed figures are taken from reference_values.csv beside it.",
)
@click.option("--days", default=5000, show_default=True, type=click.IntRange(2, 1_000_000))
@click.option("--exact", is_flag=True, help="Simulate queues whose waits are known instead.")
@click.option(
    "--august",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help=f"Replay a bank's log of calls instead, by default {_LOG} in CALLBOARD_DATA.",
)
@click.option(
    "--replications",
    default=50,
    show_default=True,
    type=click.IntRange(2, 10_000),
    help="Of --exact and --august.",
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@json_option
def simulation(
    contacts: int,
    rule: str,
    repeats: int,
    alone: bool,
    scenario: str | None,
    path: Path | None,
    days: int,
    exact: bool,
    august: str | None,
    replications: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure the engine's speed, or hold the simulation against what is known.

    Speed: 4 types of contacts, 580 agents in 5 pools, loaded to about 95 % with one contact in
    twenty giving up. A run draws, plays and counts; one run warms up (the compiled loop is
    loaded) and is not counted, the median of the others is. Beside it stand the growth of memory
    and Ciw on a queue that both simulate, where Ciw is installed.

    \b
    --scenario  a published simulation, --days independent days, beside what was printed
    --exact     two classes with priority, and overload, beside theory
    --august    a real log replayed against the agents that worked, beside what happened

    \b
    Examples:
      callboard bench simulation --contacts 100000 --rule score --json
      callboard bench simulation --scenario MMCAb --file published_scenarios.json --json
      callboard bench simulation --exact
      callboard bench simulation --august anonymous_bank_1999_august_calls.csv --json
    """
    if (scenario is None) != (path is None):
        raise click.UsageError("--scenario and --file belong together.")
    if (scenario is not None) + exact + (august is not None) > 1:
        raise click.UsageError("--scenario, --exact and --august exclude each other.")
    from benchmarks.simulation import report

    if scenario is not None and path is not None:
        found, show = _compare(scenario, path, days, seed), report.scenario
    elif exact:
        found, show = _exact(replications, seed), report.exact
    elif august is not None:
        found, show = _august(august, replications, seed), report.august
    else:
        found, show = _speed(contacts, rule, repeats, seed, alone=alone), report.speed
    found["machine"] = machine("numba", "numpy", "ciw")
    if as_json:
        emit_json(found)
    else:
        for part in show(found):
            console.print(part, markup=False, soft_wrap=True)


def _speed(contacts: int, rule: str, repeats: int, seed: int, *, alone: bool) -> dict[str, Any]:
    from benchmarks.simulation import ciw_peer, memory, speed

    result = speed.measure(contacts, rule, repeats, seed)
    if not alone:
        result["memory"] = memory.measure(_SIZES, seed)
        result["beside_ciw"] = ciw_peer.compare(
            contacts=20_000, repeats=min(repeats, 5), seed=seed, agents=100, load=0.95
        )
    return result


def _compare(name: str, path: Path, days: int, seed: int) -> dict[str, Any]:
    from dataclasses import asdict

    from benchmarks.published_scenarios import figures, read_printed, read_published

    published = read_published(path, name)
    printed = read_printed(path.with_name("reference_values.csv"), name)
    began = time.perf_counter()
    ours = figures(published, days, seed)
    seconds = time.perf_counter() - began
    rows: dict[str, dict[str, Any]] = {}
    for figure, estimate in ours.items():
        rows[figure] = {"ours": asdict(estimate)}
        if figure in printed:
            rows[figure]["printed"] = asdict(printed[figure])
            rows[figure]["inside"] = printed[figure].holds(estimate)
            rows[figure]["overlapping"] = printed[figure].meets(estimate)
            rows[figure]["held"] = printed[figure].is_held_by(estimate)
            rows[figure]["near"] = printed[figure].is_near(estimate, days)
    alone = [row for row in rows.values() if "printed" in row and row["inside"] is None]
    return {
        "scenario": name,
        "days": days,
        "seed": seed,
        "figures": rows,
        "printed_intervals": sum(row.get("inside") is not None for row in rows.values()),
        "inside": sum(row.get("inside") is True for row in rows.values()),
        "overlapping": sum(row.get("overlapping") is True for row in rows.values()),
        "printed_without_interval": len(alone),
        "held": sum(row["held"] is True for row in alone),
        "near": sum(row["near"] is True for row in alone),
        "printed_but_not_simulated": sorted(set(printed) - set(ours)),
        "seconds": seconds,
    }


def _exact(replications: int, seed: int) -> dict[str, Any]:
    from benchmarks.simulation.exact import table

    began = time.perf_counter()
    rows = [row.as_dict() for row in table(replications, seed)]
    return {
        "figures": rows,
        "known": sum(row["inside"] is not None for row in rows),
        "inside": sum(row["inside"] is True for row in rows),
        "replications": replications,
        "seed": seed,
        "seconds": time.perf_counter() - began,
    }


def _august(file: str, replications: int, seed: int) -> dict[str, Any]:
    from benchmarks.simulation.august import compare

    path = Path(file or os.environ.get("CALLBOARD_DATA", "../shared/data"))
    began = time.perf_counter()
    result = compare(path if file else path / _LOG, replications, seed)
    return result | {"seconds": time.perf_counter() - began}
