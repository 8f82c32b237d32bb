"""`callboard bench staffing`: every staffing model beside references and a peer."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from api.cli.output import console, emit_json, json_option, notes
from benchmarks.registry import machine

__all__ = ["staffing"]

_PEER_INTERVALS = 5000


@click.command()
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    default=lambda: (
        Path(os.environ.get("CALLBOARD_DATA", "../shared/data")) / "staffing/reference_values.csv"
    ),
    show_default="staffing/reference_values.csv in CALLBOARD_DATA",
    help="CSV with model, inputs, output_name, output_value, source.",
)
@click.option(
    "--days",
    type=click.IntRange(2, 1_000_000),
    default=1000,
    show_default=True,
    help="Days simulated of every scenario whose printed figures are in the reference.",
)
@json_option
def staffing(reference: Path, days: int, as_json: bool) -> None:
    """Compare the staffing models with reference values, row by row.

    Exact rows give the errors; rows that were only printed, or solved in steps of time, are
    counted apart with how many agree; rows that no model covers are named with the reason.
    Printed simulations are simulated with the parameters in published_scenarios.json beside the
    reference. Erlang C runs beside pyworkforce where that is installed, and a generated week of
    100 groups is staffed for the time it takes.

    \b
    Example:
      callboard bench staffing --reference reference_values.csv --json
    """
    from benchmarks.staffing.peer import beside_pyworkforce
    from benchmarks.staffing.reference import compare, read_reference
    from benchmarks.staffing.week import staff_a_week

    comparison = compare(read_reference(reference))
    result = {
        **comparison.as_dict(),
        "simulated": _simulated(comparison.simulated, reference, days),
        "pyworkforce": beside_pyworkforce(_PEER_INTERVALS, seed=1),
        "week_of_100_groups": staff_a_week(100, seed=1),
        "machine": machine("numpy", "numba", "scipy", "pyworkforce"),
    }
    if as_json:
        emit_json(result)
    else:
        _print(result)


def _simulated(names: Iterable[str], reference: Path, days: int) -> dict[str, Any]:
    """Return what became of every scenario with printed figures."""
    from benchmarks.staffing.simulated import simulate_scenario

    scenarios = reference.with_name("published_scenarios.json")
    found: dict[str, Any] = {}
    for name in names:
        if not scenarios.is_file():
            found[name] = {"left_out": f"there is no {scenarios.name} beside the reference"}
            continue
        notes.print(f"Simulating {days} days of {name}")
        found[name] = simulate_scenario(name, scenarios, reference, days)
    return found


def _print(result: dict[str, Any]) -> None:
    table = Table("model", "exact rows", "largest relative error", "printed or stepped that agree")
    for name, tally in [*result["models"].items(), ("all", result)]:
        table.add_row(
            name,
            str(tally["rows_covered"]),
            f"{tally['max_relative_error']:.1e}" if tally["rows_covered"] else "-",
            f"{tally['printed_agreeing'] + tally['stepped_agreeing']} of "
            f"{tally['printed'] + tally['stepped']}",
        )
    console.print(table)
    for name, found in result["simulated"].items():
        console.print(
            f"{name}: {found['left_out']}"
            if "left_out" in found
            else f"{name}: {found['overlapping']} of {found['with_interval']} printed intervals "
            f"overlap ours ({found['days']} days, {found['seconds']:.1f} s)"
        )
    left_out = sum(entry["rows"] for entry in result["not_covered"])
    console.print(f"{left_out} rows are not covered; --json names them and says why.")
    _print_peer(result["pyworkforce"])
    week = result["week_of_100_groups"]
    console.print(f"{week['intervals']} intervals staffed in {week['seconds']:.2f} s.")


def _print_peer(peer: dict[str, Any]) -> None:
    if "absent" in peer:
        console.print(f"{peer['package']} {peer['absent']}", markup=False)
        return
    for name, found in peer["goals"].items():
        agents, figures = found["least_agents"], found["figures"]
        console.print(
            f"{peer['package']} {peer['version']}, {name}: {agents['agreeing']} of "
            f"{peer['intervals']} numbers of agents agree, figures within "
            f"{figures['largest_difference']:.0e}; we are {agents['times_faster']:.0f} and "
            f"{figures['times_faster']:.0f} times faster"
        )
