"""`callboard bench correction`: what the correction loop saves, and what service is left."""

from __future__ import annotations

from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from api.cli.options import Seconds
from api.cli.output import console, emit_json, json_option, observing
from api.wording import share
from benchmarks.registry import machine

__all__ = ["correction"]


@click.command()
@click.option("--agents", type=click.IntRange(12), default=120, show_default=True)
@click.option("--skills", type=click.IntRange(2, 10), default=4, show_default=True)
@click.option("--days", type=click.IntRange(1, 28), default=7, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=3, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=6, show_default=True)
@click.option("--roster-seconds", type=Seconds(0.1), default=12.0, show_default=True)
@click.option("--replications", type=click.IntRange(2), default=20, show_default=True)
@json_option
def correction(
    agents: int,
    skills: int,
    days: int,
    seed: int,
    rounds: int,
    roster_seconds: float,
    replications: int,
    as_json: bool,
) -> None:
    """Correct the requirements of three centres and show cost and service before and after.

    Each begins with the least agents of every group by itself. Service is that of customers who
    were met in no round; a stretch of intervals is missed where its goal is by more than chance.

    \b
    Example:
      callboard bench correction --agents 120 --skills 4 --days 7 --seed 3 --json
    """
    from api.warm import compile_kernels
    from benchmarks.correction.measure import cases, measure

    compile_kernels()
    with observing() as observer:
        measured = [
            measure(
                case,
                rounds=rounds,
                roster_seconds=roster_seconds,
                replications=replications,
                seed=seed,
                observer=observer,
            )
            for case in cases(agents, skills, days, seed)
        ]
    figures: dict[str, Any] = {
        "days": days,
        "seed": seed,
        "roster_seconds": roster_seconds,
        "replications": replications,
        "centres": measured,
        "machine": machine("ortools", "numba", "numpy"),
    }
    if as_json:
        emit_json(figures)
        return
    _print(measured)


def _print(measured: list[dict[str, Any]]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("centre", no_wrap=True)
    for heading in ("asked h", "cost", "payroll", "in time", "first", "missed"):
        table.add_column(heading, justify="right", no_wrap=True)
    for found in measured:
        for number, side in ((0, "before"), (found["kept"], "after")):
            told, checked = found["rounds"][number], found["checked"][side]
            later = checked["first_response"]
            table.add_row(
                found["centre"] if side == "before" else f"  round {number}",
                *(f"{told[name]:,.0f}" for name in ("required_hours", "cost", "payroll")),
                share(checked["in_time"]["mean"]),
                share(later and later["mean"]),
                f"{checked['missed']}/{checked['stretches']}",
            )
    console.print(table)
    seconds = sum(found["seconds"] for found in measured)
    console.print(f"{sum(len(found['rounds']) for found in measured)} rounds in {seconds:.0f} s.")
