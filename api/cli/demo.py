"""`callboard demo`: the whole loop on a sample centre, or on a history of your own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from rich.markup import escape
from rich.table import Table

from api.cli.histories import HorizonType, map_option
from api.cli.options import FILE, Seconds
from api.cli.output import console, emit_json, interruptible, json_option, observing
from api.wording import distance, duration, share
from optimizer.progress import Event

if TYPE_CHECKING:
    from api.planning import Plan
    from forecasts import History
    from optimizer.model import Assignment, Organisation

__all__ = ["demo"]


@click.command()
@click.option(
    "--out",
    default=Path("out/demo"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files and report.html.",
)
@click.option("--agents", default=300, show_default=True, help="People in the sample centre.")
@click.option("--skills", default=4, show_default=True, help="Front-line skills.")
@click.option("--horizon", "days", default="7d", show_default=True, type=HorizonType())
@click.option("--seed", default=0, show_default=True, help="Seed of everything that is drawn.")
@click.option(
    "--rounds",
    default=2,
    show_default=True,
    type=click.IntRange(1, 100),
    help="Rosters, each tried and its requirement corrected; 1 for no correction.",
)
@click.option(
    "--seconds",
    default=20.0,
    show_default=True,
    type=Seconds(1, 3600),
    help="Longest time for each roster.",
)
@click.option(
    "--history",
    "history_path",
    type=FILE,
    help="A history of your own; the centre is then built around it.",
)
@map_option
@click.option("--country", help="With --history: public holidays are closures (US, DE-BY).")
@click.option(
    "--aht",
    default=240.0,
    show_default=True,
    type=Seconds(1, 86400),
    help="With --history: handling time in seconds where the file has none.",
)
@json_option
def demo(
    out: Path,
    agents: int,
    skills: int,
    days: int,
    seed: int,
    rounds: int,
    seconds: float,
    history_path: Path | None,
    mapping: tuple[tuple[str, str], ...],
    country: str | None,
    aht: float,
    as_json: bool,
) -> None:
    """Play the whole loop: forecast, requirement, roster, simulation, correction, assignment.

    Without --history a believable centre is generated. With it, the planning groups are those of
    the file, and as many agents are hired as its work needs; there is no live snapshot then.

    \b
    Examples:
      callboard demo --out out/demo
      callboard demo --history calls.csv --country US --aht 180 --out out/mine
    """
    from api.planning import plan
    from api.report import render
    from api.summary import summarise
    from forecasts import history_from_frame
    from optimizer.routing import assign
    from sample_data import generate

    # Before the work, so that a folder that cannot be had costs nobody a plan.
    out.mkdir(parents=True, exist_ok=True)
    with observing() as observer:
        assignment: Assignment | None = None
        if history_path is None:
            observer(Event("sample", 0.0))
            sample = generate(agents, skills, days, seed)
            organisation, history = sample.organisation, history_from_frame(sample.history)
            closures = tuple(closure.day for closure in sample.closures)
        else:
            history = _history(history_path, dict(mapping), aht)
            organisation = _organisation_around(history, country, days, seed)
            closures = ()
        made = interruptible(
            lambda: plan(
                organisation,
                history,
                days=days,
                closures=closures,
                country=country,
                rounds=rounds,
                roster_seconds=seconds,
                seed=seed,
                observer=observer,
            )
        )
        if history_path is None:
            observer(Event("live assignment", 0.0))
            # Once for nothing, so that the time shown is the router's and not the compiler's.
            assign(replace(sample.snapshot, tickets=sample.snapshot.tickets[:1]))
            assignment = assign(sample.snapshot)
        summary = summarise(made, assignment)
        observer(Event("report", 0.0))
        _write_files(out, made, summary, assignment)
        (out / "report.html").write_text(render(made, summary, assignment), encoding="utf-8")
    if as_json:
        emit_json(summary)
        return
    _print_summary(summary)
    console.print(f"Files in {out}; open {out / 'report.html'}", soft_wrap=True, markup=False)


def _history(path: Path, mapping: Mapping[str, str], aht_s: float) -> History:
    """Read a history; where it has no handling times, assume one."""
    from forecasts import read_history

    history = read_history(path, mapping)
    if history.aht_s is not None:
        return history
    return replace(history, aht_s=np.where(np.isfinite(history.offered), aht_s, np.nan))


def _organisation_around(
    history: History, country: str | None, days: int, seed: int
) -> Organisation:
    """Return a centre with the history's groups and the people that its next days need."""
    from api.volumes import requirement_for, volumes_of
    from forecasts import forecast
    from sample_data import centre_around, staffed

    empty = centre_around(history.groups)
    volumes = volumes_of(empty, forecast(history, days, country=country))
    requirement = requirement_for(empty, volumes)
    hours = requirement.agents.sum(axis=1) * requirement.grid.hours_per_slot * 7 / days
    return staffed(empty, dict(zip(requirement.groups, hours.tolist(), strict=True)), seed)


def _write_files(
    out: Path, made: Plan, summary: dict[str, Any], assignment: Assignment | None
) -> None:
    from api.tables import write_intervals, write_requirement, write_roster
    from forecasts import write_forecast
    from optimizer import io

    write_forecast(made.forecast, out)
    io.write(out / "organisation.json", made.organisation)
    io.write(out / "requirement.json", made.requirement)
    io.write(out / "roster.json", made.roster.roster)
    write_requirement(out / "requirement.csv", made.volumes, made.requirement)
    write_roster(out / "roster.csv", made.organisation, made.roster.roster)
    write_intervals(out / "simulation_intervals.csv", made.simulation)
    if assignment is not None:
        io.write(out / "assignment.json", assignment)
    for name, value in (("simulation", made.simulation.as_dict()), ("summary", summary)):
        text = json.dumps(value, indent=1, allow_nan=False)
        (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _correction(figures: dict[str, Any]) -> str:
    first = figures["rounds"][0]
    before, after = figures["checked"]["before"], figures["checked"]["after"]
    in_time = (
        ""
        if after["in_time"] is None
        else (f", in time {share(before['in_time']['mean'])} -> {share(after['in_time']['mean'])}")
    )
    return (
        f"payroll {first['payroll']:,.0f} -> "
        f"{figures['rounds'][figures['kept']]['payroll']:,.0f} in {len(figures['rounds'])} rounds"
        f"{in_time}"
    )


def _print_summary(summary: dict[str, Any]) -> None:
    errors, roster, simulation = summary["forecast"], summary["roster"], summary["simulation"]
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="bold")
    lines.add_column()
    lines.add_row(
        "Forecast",
        f"{share(errors['forecast']['wape'])} error on the last held-out week "
        f"(last week's values {share(errors['seasonal_naive']['wape'])}, "
        f"moving average {share(errors['moving_average']['wape'])})",
    )
    gap = distance(roster["gap"])
    verified = "every rule verified" if roster["verified"] else "RULES BROKEN"
    lines.add_row(
        "Roster",
        f"{roster['shifts']} shifts of {roster['agents_rostered']} agents, {gap}, {verified}, "
        f"{roster['seconds']:.0f} s",
    )
    lines.add_row(
        "Coverage",
        f"{share(roster['coverage'])} of {roster['required_hours']:,.0f} required agent-hours, "
        f"{roster['short_hours']:,.0f} short",
    )
    lines.add_row(
        "Cost",
        f"{roster['payroll']:,.0f} payroll; {share(roster['elastic_share'])} of "
        f"{roster['paid_hours']:,.0f} rostered hours are elastic",
    )
    if live := summary.get("assignment"):
        lines.add_row(
            "Live",
            f"{live['assigned']} tickets assigned, {live['waiting']} wait, "
            f"in {1000 * live['seconds']:.0f} ms",
        )
    lines.add_row("Simulation", f"{share(simulation['occupancy'])} occupancy")
    if len(summary["correction"]["rounds"]) > 1:
        lines.add_row("Correction", _correction(summary["correction"]))
    console.print(lines)

    table = Table()
    table.add_column("channel")
    headings = ("contacts", "service level", "mean answer", "90 % within", "abandoned", "in time")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, channel in simulation["channels"].items():
        table.add_row(
            escape(name),
            f"{channel['offered']:,.0f}",
            share(channel["service_level"]),
            duration(channel["mean_answer_s"]),
            duration(channel["wait_p90_s"]),
            share(channel["abandonment"]),
            share(channel["first_response"]),
        )
    console.print(table)
