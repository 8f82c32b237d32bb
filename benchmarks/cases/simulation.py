"""`callboard bench simulation`: contacts per second, and published scenarios beside ours."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import click

from api.cli.output import console, emit_json, json_option
from benchmarks.registry import machine

__all__ = ["simulation"]

_RATES_PER_MINUTE = (40.0, 45.0, 50.0, 20.0)
_HANDLING_MINUTES = (4.0, 10 / 3, 5.0, 2.5)
_PATIENCE_MINUTES = (10 / 3, 2.5, 5.0, 10 / 3)
_AGENTS = (120, 140, 180, 100, 40)
_LEVELS = ((4, 0, 0, 2, 1), (0, 4, 0, 2, 1), (0, 0, 4, 0, 1), (0, 3, 0, 0, 1))
"""Level of each pool at each type, 0 where it has no right to serve: three pools of specialists
(the second with a side line), one for two types and one for all."""


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
@click.option("--scenario", help="Name of a published scenario to simulate instead.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file with scenarios; printed figures are taken from reference_values.csv beside it.",
)
@click.option("--days", default=5000, show_default=True, type=click.IntRange(2, 1_000_000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@json_option
def simulation(
    contacts: int,
    rule: str,
    repeats: int,
    scenario: str | None,
    path: Path | None,
    days: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure the engine's speed, or simulate a published scenario beside what was printed.

    Scenario: --days independent days, every mean with its 95 % interval.

    Speed: 4 types of contacts, 580 agents in 5 pools, loaded to about 95 % with one contact in
    twenty giving up. One run warms up (the compiled loop is loaded) and is not counted; the
    median of the others is.

    \b
    Examples:
      callboard bench simulation --contacts 100000 --rule score --json
      callboard bench simulation --scenario MMCAb --file published_scenarios.json --json
    """
    if (scenario is None) != (path is None):
        raise click.UsageError("--scenario and --file belong together.")
    if scenario is not None and path is not None:
        result = _compare(scenario, path, days, seed)
        if as_json:
            emit_json(result)
        else:
            _print_comparison(result)
        return
    result = _speed(contacts, rule, repeats, seed)
    if as_json:
        emit_json(result)
        return
    console.print(
        f"{result['contacts_per_second']:,.0f} contacts a second with rule {rule} "
        f"({result['contacts']:,} contacts, {result['agents']} agents, median of {repeats} runs); "
        f"{result['contacts_per_second_with_drawing']:,.0f} with drawing them"
    )


def _speed(contacts: int, rule: str, repeats: int, seed: int) -> dict[str, Any]:
    import numpy as np

    from optimizer.model import RoutingWeights
    from optimizer.routing import skill_fit
    from optimizer.simulation.engine import play
    from optimizer.simulation.scenario import Scenario
    from optimizer.simulation.system import PLAIN, System

    weights = PLAIN if rule == "plain" else RoutingWeights()
    rates = np.array([_RATES_PER_MINUTE]).T
    minutes = contacts / rates.sum()
    levels = np.array(_LEVELS)
    held = [{f"s{k}": int(v) for k, v in enumerate(column) if v} for column in levels.T]
    fit = [
        [
            skill_fit({f"s{k}": 1}, held[pool], weights.skill_fit) if level else np.nan
            for pool, level in enumerate(row)
        ]
        for k, row in enumerate(levels)
    ]
    day = Scenario(
        period_s=60 * minutes,
        offered=rates * minutes,
        handling_s=60 * np.array([_HANDLING_MINUTES]).T,
        patience_s=60 * np.array([_PATIENCE_MINUTES]).T,
        agents=np.array([_AGENTS]).T,
        choice=np.where(levels > 0, 0.0, np.nan),
    )
    system = System(
        np.array(fit),
        rank=np.array([1, 2, 2, 3]),
        value=np.array([1.0, 2.0, 1.0, 3.0]),
        target=np.array(weights.wait_target_seconds)[[1, 2, 2, 3]],
        deferred=np.zeros(4, np.bool_),
        units=np.ones(4, np.int64),
        weights=weights,
    )
    staff = day.staff()
    playing, drawing = [], []
    for run in range(repeats + 1):
        began = time.perf_counter()
        drawn = day.draw(seed, run)
        ready = time.perf_counter()
        played = play(system, staff, drawn)
        done = time.perf_counter()
        if run:  # run 0 warms up
            playing.append((done - ready) / len(drawn))
            drawing.append((done - began) / len(drawn))
    return {
        "contacts": len(drawn),
        "rule": rule,
        "agents": len(staff.pool),
        "pools": len(_AGENTS),
        "contacts_per_second": 1 / statistics.median(playing),
        "contacts_per_second_best": 1 / min(playing),
        "contacts_per_second_with_drawing": 1 / statistics.median(drawing),
        "repeats": repeats,
        "warm_up": "one run, not counted",
        "occupancy": float(played.busy_s.sum() / played.staffed_s.sum()),
        "abandonment": float(played.abandoned.mean()),
        "mean_answer_s": float(played.wait[played.answered].mean()),
        "seed": seed,
        "machine": machine("numba", "numpy"),
    }


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
    return {
        "scenario": name,
        "days": days,
        "seed": seed,
        "figures": rows,
        "printed_intervals": sum(row.get("inside") is not None for row in rows.values()),
        "inside": sum(row.get("inside") is True for row in rows.values()),
        "overlapping": sum(row.get("overlapping") is True for row in rows.values()),
        "seconds": seconds,
        "machine": machine("numba", "numpy"),
    }


def _print_comparison(result: dict[str, Any]) -> None:
    for name, row in result["figures"].items():
        text = f"{name:<32} {_interval(row['ours'])}"
        if "printed" in row:
            text += f"   printed {_interval(row['printed'])}"
        console.print(text, markup=False, soft_wrap=True)
    console.print(
        f"{result['inside']} of {result['printed_intervals']} printed intervals hold our mean, "
        f"{result['overlapping']} overlap ours ({result['days']} days, {result['seconds']:.1f} s)"
    )


def _interval(figure: dict[str, float | None]) -> str:
    if figure["mean"] is None:
        return "none"
    text = f"{figure['mean']:.4f}"
    if figure["low"] is not None and figure["high"] is not None:
        text += f" [{figure['low']:.4f}, {figure['high']:.4f}]"
    return text
