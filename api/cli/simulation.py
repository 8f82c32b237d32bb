"""`callboard simulate`: try a roster against the contacts of a forecast."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from api.cli.options import organisation_option, roster_option, stored_forecast_option
from api.cli.output import console, emit_json, json_option, observing
from api.cli.trials import settings_of, trial_options
from api.wording import duration, share

if TYPE_CHECKING:
    from optimizer.model import Organisation
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
@trial_options
@click.option(
    "--rule",
    default="best",
    show_default=True,
    help="best, fifo, priority, greedy, round_robin, bullseye, c_mu, c_mu_theta, queue_ratio, or a "
    "file with a rule.",
)
@click.option(
    "--business-hours",
    is_flag=True,
    help="Clocks of tickets run only while voice or chat is open.",
)
@click.option(
    "--records",
    "records_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Every contact of the first replication, as .csv or .parquet.",
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
    rule: str,
    business_hours: bool,
    records_path: Path | None,
    out: Path | None,
    as_json: bool,
    paths: int,
    **trial: Any,
) -> None:
    """Try a roster against a day, or all its days, of contacts.

    Contacts arrive at random around the forecast and meet the people who are scheduled, by the
    score that the live router uses or by another rule. Reported per planning group: service
    level, waits and their tail, abandonment, first responses in time; per pool of agents:
    occupancy; and with --json the same by channel, tier, site and customer class, and cost.

    \b
    Examples:
      callboard simulate --organisation organisation.json --roster roster.json \\
          --forecast forecast.csv --day 2026-11-30 --out out
      callboard simulate --organisation organisation.json --roster roster.json \\
          --forecast forecast --paths 20 --adherence 120 --records contacts.csv --json
    """
    from dataclasses import replace

    from api.files import check_place
    from api.records import check_records_path, write_records
    from api.tables import write_intervals
    from api.trying import attempt, rule_of
    from forecasts import read_forecast
    from optimizer.io import read_organisation, read_roster
    from optimizer.simulation import slots_of_day, summarise, try_out

    if records_path is not None:
        check_records_path(records_path)
        check_place(records_path.parent)
    if out is not None:
        check_place(out)
    organisation = read_organisation(organisation_path)
    roster = read_roster(roster_path, organisation)
    settings = replace(
        settings_of(**trial), rule=rule_of(rule), records=0 if records_path is None else 1
    )
    played = attempt(
        organisation,
        roster,
        read_forecast(forecast_path),
        settings,
        paths=paths,
        business_hours=business_hours,
    )
    with observing() as observer:
        study = try_out(
            organisation,
            roster,
            played.offered,
            played.aht_s,
            slots=None if day is None else slots_of_day(roster.grid, day.date()),
            settings=played.settings,
            observer=observer,
        )
    result = summarise(study, organisation, roster)
    figures = result.as_dict()
    files = []
    if out is not None:
        files = [out / "simulation.json", out / "simulation_intervals.csv"]
        files[0].write_text(json.dumps(figures, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        write_intervals(files[1], result)
    if records_path is not None:
        write_records(records_path, study, organisation, roster)
        files.append(records_path)
    if files:
        figures["files"] = [str(file) for file in files]
    if as_json:
        emit_json(figures)
        return
    _print(result, organisation)
    for file in files:
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _print(result: SimulationResult, organisation: Organisation) -> None:
    goals = {group.id: group.goal for group in organisation.groups}
    console.print(
        f"[bold]{result.starts[0]:%Y-%m-%d %H:%M}[/] on, {len(result.starts)} intervals, "
        f"{result.replications} replications, rule {escape(result.rule)}"
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
