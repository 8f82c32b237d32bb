"""`callboard bench textbooks`: roster optima that textbooks print, beside ours."""

from __future__ import annotations

import click
from rich.table import Table

from api.cli.options import Seconds
from api.cli.output import console, emit_json, json_option
from benchmarks.registry import machine

__all__ = ["textbooks"]


@click.command()
@click.option(
    "--seconds", type=Seconds(1), default=30.0, show_default=True, help="Limit of each solve."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@json_option
def textbooks(seconds: float, seed: int, as_json: bool) -> None:
    """Solve two cases whose optimum is printed: Winston's post office and Union Airways.

    The post office asks for the fewest people: people are added until nobody is missing, and it
    is proven that one fewer is not enough.

    \b
    Example:
      callboard bench textbooks --json
    """
    from benchmarks.rostering.optima import textbook_optima

    cases = textbook_optima(seconds, seed)
    if as_json:
        emit_json({"cases": cases, "machine": machine("ortools", "numba", "numpy")})
        return
    table = Table("case", "printed", "ours", "", "seconds")
    for row in cases:
        said = [word for word in ("proven", "verified") if row[word]]
        table.add_row(
            row["case"],
            f"{row['printed']:,}",
            f"{row['ours']:,.0f}",
            ", ".join(said) or "NOT SOUND",
            f"{row['seconds']:.1f}",
        )
    console.print(table)
