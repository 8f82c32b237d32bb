"""`callboard bench pool`: what events cost a resident pool, and whether its match stays best."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from api.cli.options import Seconds
from api.cli.output import console, emit_json, json_option, notes
from benchmarks.registry import machine

__all__ = ["pool"]


@click.command()
@click.option("--tickets", type=click.IntRange(1), default=5000, show_default=True)
@click.option("--agents", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--skills", type=click.IntRange(8), default=40, show_default=True)
@click.option("--events", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=3, show_default=True)
@click.option(
    "--review",
    type=Seconds(0),
    default=60.0,
    show_default=True,
    help="Seconds between reviews, at which what is matched is offered; 0 offers at once.",
)
@click.option(
    "--tick",
    type=Seconds(0.01),
    default=2.0,
    show_default=True,
    help="Seconds between clock events.",
)
@click.option("--checkpoints", type=click.IntRange(1), default=5, show_default=True)
@json_option
def pool(
    tickets: int,
    agents: int,
    skills: int,
    events: int,
    seed: int,
    review: float,
    tick: float,
    checkpoints: int,
    as_json: bool,
) -> None:
    """Measure a pool in which so many tickets wait while random events happen to it.

    Customers come and give up, agents accept and reject offers, finish work, pause, leave and
    return. At every checkpoint the match of what waits is compared with fresh solves: ours, and
    ortools' minimum-cost flow over all eligible pairs.

    \b
    Example:
      callboard bench pool --tickets 5000 --agents 2000 --events 100000 --seed 3 --json
    """
    from benchmarks.routing.pooled import measure

    with notes.status("Drawing") as status:
        found: dict[str, Any] = measure(
            tickets,
            agents,
            events,
            seed,
            skills=skills,
            review_seconds=review,
            tick_seconds=tick,
            checkpoints=checkpoints,
            tick=status.update,
        )
    found = {
        "tickets": tickets,
        "agents": agents,
        "skills": skills,
        "seed": seed,
        "review_seconds": review,
        "tick_seconds": tick,
        **found,
        "machine": machine("ortools", "numba", "numpy"),
    }
    if as_json:
        emit_json(found)
        return
    console.print(_table(found))
    console.print(
        f"equal to fresh solves at {found['equal']} of {len(found['checkpoints'])} checkpoints; "
        f"at the last one {found['checkpoints'][-1]['matched']:,} tickets matched",
        soft_wrap=True,
    )


def _table(found: dict[str, Any]) -> Table:
    table = Table(title=f"{found['tickets']:,} tickets wait for {found['agents']:,} agents")
    for column in ("", "events", "median ms", "p99 ms", "max ms"):
        table.add_column(column, justify="left" if not column else "right")
    rows = {
        "all but the clock": found["events"],
        **found["by_kind"],
        "clock": found["clock_events"],
    }
    for name, row in rows.items():
        if row["count"]:
            figures = (f"{row[key]:.3f}" for key in ("median_ms", "p99_ms", "max_ms"))
            table.add_row(name.replace("_", " "), f"{row['count']:,}", *figures)
    return table
