"""`callboard bench forecast`: our forecast beside Prophet and statsforecast, and at scale."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from api.cli.output import console, emit_json, json_option, notes
from benchmarks.registry import machine

if TYPE_CHECKING:
    from benchmarks.forecasting.scoring import Method

__all__ = ["PARTS", "forecast"]

PARTS = ("bank", "intraday", "six_types", "scale")
ON_DATA = ("bank", "intraday", "six_types")
"""The parts that need the reference data."""

SCALE_DAYS = 365


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: Path(os.environ.get("CALLBOARD_DATA", "../shared/data")),
    show_default="CALLBOARD_DATA",
    help="Folder of the reference data.",
)
@click.option(
    "--part",
    "parts",
    type=click.Choice(PARTS),
    multiple=True,
    help="Measure only this; may be repeated.  [default: all]",
)
@click.option(
    "--origins",
    type=click.IntRange(1, 12),
    default=12,
    show_default=True,
    help="Weekly origins; one day ahead is measured on every open day of these weeks.",
)
@click.option(
    "--series",
    "sizes",
    type=click.IntRange(1),
    multiple=True,
    default=(10, 50, 200),
    show_default=True,
    help="Series of the centres drawn for the scale; may be repeated.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--peers/--no-peers", default=True, show_default=True, help="Measure the peers.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("benchmarks/results/forecast.md"),
    show_default=True,
    help="The report in Markdown; the figures go beside it as JSON.",
)
@json_option
def forecast(
    data: Path,
    parts: Sequence[str],
    origins: int,
    sizes: Sequence[int],
    seed: int,
    peers: bool,
    out: Path,
    as_json: bool,
) -> None:
    """Measure our forecast beside Prophet and statsforecast on the same origins, and at scale.

    Real calls of a bank one week, four weeks and one day ahead, and the rest of the day; six
    service types of another with their handling times; seconds and memory of hundreds of series.
    Peers that are not installed are named; parts whose data is absent are left out. All of it
    takes ten minutes or so, mostly the peers'.

    \b
    Example:
      callboard bench forecast --out benchmarks/results/forecast.md --json
    """
    from benchmarks.forecasting.peers import PACKAGES, methods, missing
    from benchmarks.forecasting.report import markdown

    # A place that cannot be written is told now, not when all is measured.
    out.parent.mkdir(parents=True, exist_ok=True)
    out.touch()
    wanted = [part for part in PARTS if part in (parts or PARTS)]
    absent = [part for part in wanted if part in ON_DATA and not data.is_dir()]
    everybody = [one for one in methods("US", months=True) if peers or not one.requires]
    found: dict[str, Any] = {
        "command": _command(),
        "left_out": dict.fromkeys(absent, "no CALLBOARD_DATA"),
        "not_installed": [one.name for one in everybody if missing(one.requires)],
        "described": {one.name: one.described for one in everybody},
        "machine": machine("callboard", "numpy", "pandas", "lightgbm", *PACKAGES),
    }
    with notes.status("Starting") as status:
        for part in wanted:
            if part not in absent:
                found[part] = _measured(part, data, origins, sizes, seed, peers, status.update)
    report = markdown(found)
    out.write_text(report)
    out.with_suffix(".json").write_text(json.dumps(found, indent=1, allow_nan=False) + "\n")
    if as_json:
        emit_json(found)
    else:
        console.print(report, markup=False, soft_wrap=True)


def _measured(
    part: str,
    data: Path,
    origins: int,
    sizes: Sequence[int],
    seed: int,
    peers: bool,
    tick: Callable[[str], object],
) -> dict[str, Any]:
    from benchmarks.forecasting.data import bank_calls, february_1999
    from benchmarks.forecasting.parts import (
        bank_part,
        intraday_part,
        scale_part,
        six_types_part,
    )
    from benchmarks.forecasting.peers import methods

    def chosen(country: str, *, months: bool) -> list[Method]:
        everybody = methods(country, months=months)
        return [one for one in everybody if peers or not one.requires]

    if part == "scale":
        return scale_part(sizes, SCALE_DAYS, seed, tick)
    with _one_thread():
        if part == "intraday":
            return intraday_part(bank_calls(data), origins, tick)
        if part == "bank":
            return bank_part(bank_calls(data), chosen("US", months=True), origins, tick)
        return six_types_part(february_1999(data), chosen("IL", months=False), tick)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Give libraries that are loaded from here on one thread each, so that nobody has more."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _command() -> str:
    """Return the command as it was given, but for places that only this machine has."""
    context = click.get_current_context()
    command = "callboard bench forecast"
    options = {"parts": "--part", "origins": "--origins", "sizes": "--series", "seed": "--seed"}
    for name, option in options.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            values = context.params[name]
            for value in values if isinstance(values, tuple) else (values,):
                command += f" {option} {value}"
    return command + ("" if context.params["peers"] else " --no-peers")
