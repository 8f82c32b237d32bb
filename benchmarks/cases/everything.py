"""Run every case with the settings of the published figures and keep what they print."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from api.cli.output import console, emit_json, json_option

__all__ = ["PUBLISHED", "everything"]

_CENTRE = "--skills 4 --days 7 --seed 11"
_SCENARIOS = "--file {data}/staffing/published_scenarios.json"
_LARGE = "bench assign --tickets 5000 --agents 2000 --seed 3"
_INSTANCES = dict.fromkeys(range(1, 8), 120) | dict.fromkeys((8, 13, 17), 600)
"""Number of the published instance to seconds."""

PUBLISHED = {
    "roster_300": f"bench roster --agents 300 {_CENTRE} --seconds 45 --peers",
    "roster_300_distinct": f"bench roster --agents 300 --distinct {_CENTRE} --seconds 120 --peers",
    "roster_1500": f"bench roster --agents 1500 {_CENTRE} --seconds 120 --peers",
    "roster_1500_distinct": (
        f"bench roster --agents 1500 --distinct {_CENTRE} --seconds 300 --peers"
    ),
    **{
        f"nsp_{number}": f"bench nsp {{data}}/rosters/Instance{number}.txt --seconds {seconds}"
        for number, seconds in _INSTANCES.items()
    },
    "textbooks": "bench textbooks --seconds 10",
    "replan": "bench replan --agents 300 --skills 4 --absences 10 --seeds 5 --seconds 30",
    "deadlines": f"bench deadlines --agents 1500 {_CENTRE}",
    "deadlines_distinct": f"bench deadlines --agents 1500 {_CENTRE} --distinct",
    "assign_50x50": "bench assign --tickets 50 --agents 50 --seed 3 --seeds 3 --repeats 400",
    "assign_500x500": "bench assign --tickets 500 --agents 500 --seed 3 --seeds 3 --repeats 100",
    "assign_5000x2000": f"{_LARGE} --seeds 3",
    "assign_few_skills": f"{_LARGE} --skills 10 --repeats 8",
    "assign_levels": f"{_LARGE} --levels --limits --continuity 0.2 --relaxation 0.2",
    "assign_strict": f"{_LARGE} --strict",
    "assign_units": f"{_LARGE} --units --repeats 8",
    "assign_exactness": "bench assign --exactness 400 --seed 1",
    "assign_http": "bench assign --http --repeats 50",
    "assign_while_solving": "bench assign --while-solving --repeats 30",
    "pool_5000x2000": "bench pool --tickets 5000 --agents 2000 --events 100000 --seed 3",
    "pool_at_once": "bench pool --tickets 5000 --agents 2000 --events 100000 --seed 3 --review 0",
    "service_load": "bench service load --seconds 30 --connections 4",
    "service_queue": "bench service queue --jobs 10000 --connections 4",
    "service_listeners": "bench service listeners --listeners 200 --events 40",
    "service_cluster": "bench service cluster --sites 20",
    "day": "bench day --august {data}/routing/anonymous_bank_1999_august_calls.csv",
    "simulation_plain": "bench simulation --contacts 100000 --rule plain",
    "simulation_score": "bench simulation --contacts 100000 --rule score",
    "simulation_MMC": f"bench simulation --scenario MMC {_SCENARIOS}",
    "simulation_MMCAb": f"bench simulation --scenario MMCAb {_SCENARIOS}",
    "simulation_SimpleMSK": f"bench simulation --scenario SimpleMSK {_SCENARIOS}",
    "simulation_singleQueue": f"bench simulation --scenario singleQueue {_SCENARIOS}",
    "simulation_exact": "bench simulation --exact --replications 200",
    "simulation_august": (
        "bench simulation --august {data}/routing/anonymous_bank_1999_august_calls.csv"
    ),
    "forecast": "bench forecast",
    "correction": "bench correction --agents 120 --skills 4 --days 7 --seed 3",
    "staffing": "bench staffing --reference {data}/staffing/reference_values.csv",
    "backtest_bank_calls": (
        "backtest --history {data}/forecasts/bank_calls_30min.csv --horizon 7d --origins 12"
    ),
}
"""File name to arguments of `callboard`; ``{data}`` is the folder in ``CALLBOARD_DATA``."""


@click.command("all")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("benchmarks/results"),
    show_default=True,
    help="Folder for one JSON file per case.",
)
@click.option(
    "--only",
    type=click.Choice(list(PUBLISHED)),
    multiple=True,
    metavar="NAME",
    help="Run this case alone; may be repeated. The names are those of the files.",
)
@json_option
def everything(out: Path, only: Sequence[str], as_json: bool) -> None:
    """Run every case as published, keep one JSON file each, and write roster.md of them.

    Cases on data that is not in CALLBOARD_DATA are named and left out.

    \b
    Examples:
      callboard bench all --out benchmarks/results
      callboard bench all --only roster_300 --only nsp_8
    """
    from benchmarks.rostering.report import markdown, read_figures

    data = os.environ.get("CALLBOARD_DATA", "../shared/data")
    out.mkdir(parents=True, exist_ok=True)
    done: dict[str, str] = {}
    for name in only or PUBLISHED:
        template = PUBLISHED[name]
        if "{data}" in template and not Path(data).is_dir():
            done[name] = "left out: no CALLBOARD_DATA"
        else:
            done[name] = _run(template, data, out / f"{name}.json")
        console.print(f"{name:<24} {done[name]}")
    kept = read_figures(out)
    if kept:
        (out / "roster.md").write_text(markdown(kept), "utf-8")
    if as_json:
        emit_json({"cases": done, "folder": str(out)})


def _run(template: str, data: str, target: Path) -> str:
    """Run one case in a process of its own, keep its JSON, and say how it went."""
    arguments = [part.format(data=data) for part in shlex.split(template)]
    program = "import sys; from api.cli import main; main(sys.argv[1:])"
    process = subprocess.run(
        [sys.executable, "-c", program, *arguments, "--json"], stdout=subprocess.PIPE, check=False
    )
    if process.returncode:
        return f"failed with exit code {process.returncode}"
    figures: dict[str, Any] = json.loads(process.stdout)
    command = "callboard " + template.format(data="$CALLBOARD_DATA") + " --json"
    target.write_text(json.dumps({"command": command, **figures}, indent=1) + "\n")
    return "kept"
