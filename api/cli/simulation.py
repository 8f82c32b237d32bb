"""`callboard simulate`: try a roster against the contacts of a forecast."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from api.cli.options import organisation_option, roster_option, stored_forecast_option
from api.cli.output import console, emit_json, json_option, observing
from api.wording import duration, share

if TYPE_CHECKING:
    from api.volumes import Volumes
    from optimizer.model import Organisation, TimeGrid
    from optimizer.simulation import Estimate, SimulationResult

__all__ = ["simulate"]


@click.command()
@organisation_option
@roster_option
@stored_forecast_option
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Play this local day only; without it the whole roster.",
)
@click.option(
    "--replications",
    default=10,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Independent repetitions.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Seed of all that is drawn.",
)
@click.option(
    "--rule",
    default="score",
    show_default=True,
    type=click.Choice(["score", "plain"]),
    help="The live router's score, or longest waiting and longest idle.",
)
@click.option(
    "--absence",
    type=click.FloatRange(0, 1, max_open=True),
    help="Share of shifts that nobody turns up for; by default the shrinkage of the groups.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for simulation.json and simulation_intervals.csv.",
)
@json_option
def simulate(
    organisation_path: Path,
    roster_path: Path,
    forecast_path: Path,
    day: datetime | None,
    replications: int,
    seed: int,
    rule: str,
    absence: float | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Try a roster against a day, or all its days, of contacts.

    Contacts arrive at random around the forecast and meet the people who are scheduled, by the
    score that the live router uses. Reported per planning group: service level, waits and their
    tail, abandonment, first responses in time and cost; per pool of agents: occupancy.

    \b
    Example:
      callboard simulate --organisation organisation.json --roster roster.json \\
          --forecast forecast.csv --day 2026-11-30 --out out
    """
    from api.tables import write_intervals
    from api.volumes import volumes_of
    from forecasts import read_forecast
    from optimizer.io import read_organisation, read_roster
    from optimizer.simulation import Rule, simulate, slots_of_day

    organisation = read_organisation(organisation_path)
    roster = read_roster(roster_path, organisation)
    expected = _on_roster(volumes_of(organisation, read_forecast(forecast_path)), roster.grid)
    with observing() as observer:
        result = simulate(
            organisation,
            roster,
            *expected.for_all(organisation),
            slots=None if day is None else slots_of_day(roster.grid, day.date()),
            rule=Rule(rule),
            absence=absence,
            seed=seed,
            replications=replications,
            observer=observer,
        )
    figures = result.as_dict()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        files = [out / "simulation.json", out / "simulation_intervals.csv"]
        files[0].write_text(json.dumps(figures, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        write_intervals(files[1], result)
        figures["files"] = [str(file) for file in files]
    if as_json:
        emit_json(figures)
        return
    _print(result, organisation)
    for file in figures.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _on_roster(volumes: Volumes, grid: TimeGrid) -> Volumes:
    """Put a forecast on the slots of the roster.

    Raises
    ------
    InvalidInput
        If the two have intervals of different length or not one interval in common.
    """
    from optimizer.errors import InvalidInput, Issue

    issues = []
    if volumes.grid.interval_minutes != grid.interval_minutes:
        detail = (
            f"The forecast has intervals of {volumes.grid.interval_minutes} minutes, the roster "
            f"of {grid.interval_minutes}."
        )
        issues.append(Issue("interval_mismatch", "/forecast", detail))
    if volumes.grid.end <= grid.local(0) or grid.end <= volumes.grid.local(0):
        detail = (
            f"The forecast is for {volumes.grid.local(0).date()} on, {volumes.grid.count} "
            f"intervals; the roster begins on {grid.local(0).date()}."
        )
        issues.append(Issue("no_overlap", "/forecast", detail))
    if issues:
        raise InvalidInput("The forecast does not fit the roster.", issues)
    return volumes.on(grid)


def _print(result: SimulationResult, organisation: Organisation) -> None:
    goals = {group.id: group.goal for group in organisation.groups}
    console.print(
        f"[bold]{result.starts[0]:%Y-%m-%d %H:%M}[/] on, {len(result.starts)} intervals, "
        f"{result.replications} replications, rule {result.rule}"
    )
    table = Table(box=SIMPLE_HEAD)
    table.add_column("group", no_wrap=True)
    for heading in ("contacts", "in time", "answer", "90 %", "gave up"):
        table.add_column(heading, justify="right", no_wrap=True)
    for outcome in result.groups:
        level = outcome.service_level[goals[outcome.name].denominator]
        table.add_row(
            escape(outcome.name),
            f"{outcome.offered.mean:,.0f}",
            _with_interval(outcome.first_response if level.mean is None else level),
            duration(outcome.mean_answer_s.mean),
            duration(outcome.wait_p90_s.mean),
            share(outcome.abandonment.mean),
        )
    console.print(table)
    left = sum(outcome.left.mean or 0.0 for outcome in result.groups)
    console.print(
        "In time: service level as each group's goal counts it, else first responses in time, "
        "with 95 % intervals; answer: mean of the answered; 90 %: of all waits are no longer.\n"
        f"{left:,.1f} contacts are left at the end. {share(result.occupancy.mean)} occupancy; "
        f"{result.paid_hours:,.0f} paid hours cost {result.cost:,.0f}. "
        f"{result.contacts:,} contacts played in {result.seconds:.2f} s."
    )


def _with_interval(estimate: Estimate) -> str:
    if estimate.mean is None or estimate.high is None:
        return share(estimate.mean)
    return f"{share(estimate.mean)} ± {100 * (estimate.high - estimate.mean):.1f}"
