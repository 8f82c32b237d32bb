"""`callboard bench replan`: absences in the middle of the week, mended in three ways."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from api.cli.options import Seconds
from api.cli.output import console, emit_json, json_option, notes
from benchmarks.registry import machine

__all__ = ["replan"]


@click.command()
@click.option("--agents", type=click.IntRange(1), default=300, show_default=True)
@click.option("--skills", type=click.IntRange(1, 60), default=4, show_default=True)
@click.option("--absences", type=click.IntRange(1), default=10, show_default=True)
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="Number of centres, drawn with the seeds 1, 2, ...",
)
@click.option(
    "--price",
    type=click.FloatRange(0.0, 1e6),
    default=1.0,
    show_default=True,
    help="Of each change in the re-plan; an agent missing for half an hour costs 10.",
)
@click.option(
    "--seconds", type=Seconds(1), default=20.0, show_default=True, help="Limit of each solve."
)
@json_option
def replan(
    agents: int,
    skills: int,
    absences: int,
    seeds: int,
    price: float,
    seconds: float,
    as_json: bool,
) -> None:
    """Mend a week after absences: re-planned, solved cold, and filled greedily.

    On Tuesday evening people call in sick for Wednesday and Thursday. Changes count days of
    agents on which somebody else works, or works otherwise, than was published; shifts lost to
    the absences do not count. What has begun is frozen for all three.

    \b
    Example:
      callboard bench replan --agents 300 --absences 10 --seeds 5 --seconds 20 --json
    """
    from benchmarks.rostering.replanning import replanned

    with notes.status("Starting") as status:
        figures = replanned(
            agents,
            skills,
            range(1, seeds + 1),
            absences=absences,
            price=price,
            seconds=seconds,
            tick=status.update,
        )
    figures["machine"] = machine("ortools", "numba", "numpy")
    if as_json:
        emit_json(figures)
        return
    console.print(_table(figures["mean"]))
    console.print(
        "The re-plan's coverage is no worse than "
        + " and ".join(
            f"the {way} one's in {count} of {len(figures['runs'])}"
            for way, count in figures["no_worse"].items()
        )
    )


def _table(means: dict[str, Any]) -> Table:
    table = Table("mean of", "changes", "shortage", "short intervals", "calls", "seconds", "")
    for way, row in means.items():
        table.add_row(
            way,
            f"{row['changes']:.1f}",
            f"{row['shortage']:,.0f}",
            f"{row['short_agent_intervals']:,.1f}",
            f"{row['calls']:,.0f}",
            f"{row['seconds']:.1f}",
            "verified" if row["verified"] else "NOT SOUND",
        )
    return table
