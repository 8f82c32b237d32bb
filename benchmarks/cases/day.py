"""`callboard bench day`: a day, and a real August, by our score and by what most routers do."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from api.cli.output import console, emit_json, json_option
from benchmarks.registry import machine

if TYPE_CHECKING:
    from benchmarks.routing.day import Measure

__all__ = ["day"]

_LOG = "routing/anonymous_bank_1999_august_calls.csv"


@click.command()
@click.option(
    "--contacts", default=100_000, show_default=True, type=click.IntRange(1000, 1_000_000)
)
@click.option(
    "--load",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0.3, 1.5),
    help="Work of a day without the promotion over the time that people are there.",
)
@click.option("--days", default=30, show_default=True, type=click.IntRange(2, 1000))
@click.option(
    "--august",
    metavar="FILE",
    help=f"A bank's log of calls, by default {_LOG} in CALLBOARD_DATA where that is.",
)
@click.option("--replications", default=20, show_default=True, type=click.IntRange(2, 1000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
@json_option
def day(
    contacts: int,
    load: float,
    days: int,
    august: str | None,
    replications: int,
    seed: int,
    as_json: bool,
) -> None:
    """Compare routing rules on a busy day and on a real month.

    The day is a generated centre's: four skills by voice, chat and email, three customer classes,
    a promotion from eleven to two, P0s that are the experts' after half an hour. Every rule meets
    the same contacts and the same people. In the table, the best figure of a column is marked with
    *, and below it stands what other rules are surely better in than our default weights.

    \b
    Examples:
      callboard bench day
      callboard bench day --load 0.9 --days 100 --json
    """
    from benchmarks.routing.day import MEASURES, compare
    from benchmarks.routing.day_august import compare_august

    began = time.perf_counter()
    found: dict[str, Any] = {"day": compare(contacts, load, days, seed), "august": None}
    folder = Path(os.environ.get("CALLBOARD_DATA", "../shared/data"))
    log = Path(august) if august else folder / _LOG
    if august or log.is_file():
        found["august"] = compare_august(log, replications, seed)
    found["seconds"] = time.perf_counter() - began
    found["machine"] = machine("numba", "numpy")
    if as_json:
        emit_json(found)
        return
    own = found["day"]
    _print(
        f"{own['contacts']:,} contacts a day, {own['agents']} agents, load {own['load']:.0%}, "
        f"{own['days']} days",
        own,
        MEASURES,
    )
    if found["august"] is not None:
        own = found["august"]
        title = f"August 1999: {own['calls']:,} calls, {own['replications']} replications"
        _print(title, own, MEASURES)


def _print(title: str, found: Mapping[str, Any], measures: Mapping[str, Measure]) -> None:
    """Print half of the measures that were taken, the other half, and what others win."""
    rules = found["rules"]
    taken = [
        name for name in measures if any(row[name]["mean"] is not None for row in rules.values())
    ]
    half = -(-len(taken) // 2)
    for part in (taken[:half], taken[half:]):
        console.print(_table(title, rules, {name: measures[name] for name in part}))
    for name, others in found["others_win"].items():
        console.print(f"{measures[name].label}: better are {'; '.join(others)}", soft_wrap=True)


def _table(title: str, rules: Mapping[str, Any], measures: Mapping[str, Measure]) -> Table:
    table = Table(title=title)
    table.add_column("rule", no_wrap=True)
    best = {}
    for name, measure in measures.items():
        table.add_column(measure.label, justify="right")
        best[name] = (max if measure.more else min)(row[name]["mean"] for row in rules.values())
    for rule, row in rules.items():
        figures = ((row[name]["mean"], name, measure.unit) for name, measure in measures.items())
        cells = (
            _cell(mean, unit) + ("*" if mean == best[name] else "") for mean, name, unit in figures
        )
        table.add_row(rule, *cells)
    return table


def _cell(value: float, unit: str) -> str:
    return f"{100 * value:.2f} %" if unit == "%" else f"{value:,.1f}"
