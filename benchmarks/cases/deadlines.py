"""`callboard bench deadlines`: how late rosters come when time is short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from rich.table import Table

from api.cli.options import Seconds
from api.cli.output import console, emit_json, json_option, notes
from api.wording import share
from benchmarks.registry import machine

__all__ = ["deadlines"]


@click.command()
@click.option("--agents", type=click.IntRange(1), default=1500, show_default=True)
@click.option("--skills", type=click.IntRange(1, 60), default=4, show_default=True)
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=11, show_default=True)
@click.option(
    "--limit",
    "limits",
    type=Seconds(0.1),
    multiple=True,
    default=(1.0, 5.0, 30.0),
    show_default=True,
    help="Seconds that a call has; may be repeated.",
)
@click.option("--distinct", is_flag=True, help="Every agent has own days, hours and requests.")
@json_option
def deadlines(
    agents: int,
    skills: int,
    days: int,
    seed: int,
    limits: Sequence[float],
    distinct: bool,
    as_json: bool,
) -> None:
    """Measure how late a roster comes after its deadline, and how good it is by then.

    Every limit has a process of its own with two calls: the first, which loads what was compiled,
    and one more. Peak memory is that of the process. A call that had no time for any roster is
    named.

    \b
    Example:
      callboard bench deadlines --agents 1500 --limit 1 --limit 5 --limit 30 --distinct --json
    """
    from benchmarks.rostering.deadlines import held

    with notes.status("Solving twice with every limit"):
        rows = held(agents, skills, days, seed, limits, distinct=distinct)
    figures: dict[str, Any] = {
        "agents": agents,
        "skills": skills,
        "days": days,
        "seed": seed,
        "distinct": distinct,
        "limits": rows,
        "machine": machine("ortools", "numba", "numpy"),
    }
    if as_json:
        emit_json(figures)
    else:
        console.print(_table(rows))


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("limit", "call", "answer after", "late", "objective", "gap", "peak MB")
    for row in rows:
        for name in ("first", "again"):
            call = row[name]
            table.add_row(
                f"{row['limit']:g} s",
                name,
                f"{call['seconds']:.2f} s",
                f"{max(0.0, call['late']):.2f} s",
                "no roster" if call["objective"] is None else f"{call['objective']:,.0f}",
                "-" if call["gap"] is None else share(call["gap"], 2),
                f"{row['peak_memory_mb']:,.0f}",
            )
    return table
