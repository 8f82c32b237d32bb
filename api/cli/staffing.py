"""`callboard staff`: from a forecast to agents required."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from api.cli.options import organisation_option, stored_forecast_option
from api.cli.output import console, emit_json, json_option

if TYPE_CHECKING:
    from api.volumes import Volumes
    from optimizer.model import Organisation, Requirement

__all__ = ["staff"]


@click.command()
@organisation_option
@stored_forecast_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for requirement.json and requirement.csv.",
)
@json_option
def staff(organisation_path: Path, forecast_path: Path, out: Path | None, as_json: bool) -> None:
    """Turn a forecast into agents required per planning group and interval.

    Voice and chat get the least agents that meet the group's goal, by exact Erlang C, or
    Erlang A where customers have a patience; email, social and tickets get their work spread
    over the answer window. Shrinkage is included: this is what a roster has to cover.

    \b
    Example:
      callboard staff --organisation organisation.json --forecast forecast.csv --out out
    """
    from api.tables import write_requirement
    from api.volumes import requirement_for, volumes_of
    from forecasts import read_forecast
    from optimizer.io import read_organisation, write

    organisation = read_organisation(organisation_path)
    volumes = volumes_of(organisation, read_forecast(forecast_path))
    requirement = requirement_for(organisation, volumes)
    summary = _summary(organisation, volumes, requirement)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write(out / "requirement.json", requirement)
        write_requirement(out / "requirement.csv", volumes, requirement)
        summary["files"] = [str(out / "requirement.json"), str(out / "requirement.csv")]
    if as_json:
        emit_json(summary)
        return
    _print_summary(summary)
    for file in summary.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _summary(
    organisation: Organisation, volumes: Volumes, requirement: Requirement
) -> dict[str, Any]:
    """Return what is needed when, per group and in all."""
    grid = requirement.grid
    channels = {group.id: group.channel for group in organisation.groups}
    rows = []
    for g, name in enumerate(requirement.groups):
        agents, offered = requirement.agents[g], volumes.offered[g]
        peak = int(agents.argmax())
        rows.append(
            {
                "group": name,
                "channel": channels[name],
                "offered": round(float(offered.sum()), 3),
                "workload_hours": round(float(offered @ volumes.aht_s[g]) / 3600.0, 3),
                "agent_hours": round(float(agents.sum()) * grid.hours_per_slot, 3),
                "peak_agents": round(float(agents[peak]), 3),
                "peak_at": grid.local(peak).isoformat(" ", "minutes"),
            }
        )
    return {
        "start": grid.local(0).isoformat(),
        "end": grid.end.isoformat(),
        "last_day": grid.days()[-1].isoformat(),
        "zone": grid.zone,
        "interval_minutes": grid.interval_minutes,
        "slots": grid.count,
        "agent_hours": round(float(requirement.agents.sum()) * grid.hours_per_slot, 3),
        "groups": rows,
    }


def _print_summary(summary: dict[str, Any]) -> None:
    table = Table(title=f"Agents to roster, {summary['start'][:10]} to {summary['last_day']}")
    table.add_column("group")
    for heading in ("contacts", "work h", "agent h", "most agents", "at"):
        table.add_column(heading, justify="right")
    for row in summary["groups"]:
        table.add_row(
            escape(row["group"]),
            f"{row['offered']:,.0f}",
            f"{row['workload_hours']:,.0f}",
            f"{row['agent_hours']:,.0f}",
            f"{row['peak_agents']:,.1f}",
            row["peak_at"][:16] if row["peak_agents"] else "-",
        )
    console.print(table)
    console.print(f"{summary['agent_hours']:,.0f} agent-hours in all")
