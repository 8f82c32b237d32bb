"""`callboard sample`: a generated contact centre to try everything on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from api.cli.output import console, emit_json, json_option, notes

if TYPE_CHECKING:
    from sample_data import Sample

__all__ = ["sample"]


@click.command()
@click.option("--agents", default=120, show_default=True, help="People, experts included.")
@click.option("--skills", default=4, show_default=True, help="Front-line skills, 1 to 40.")
@click.option("--days", default=7, show_default=True, help="Days to plan.")
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same bytes.")
@click.option("--distinct", is_flag=True, help="Everybody has own hours, days off and requests.")
@click.option("--weeks", default=40, show_default=True, help="Weeks of history.")
@click.option("--tickets", default=200, show_default=True, help="Tickets waiting in the snapshot.")
@click.option(
    "--start",
    default="2026-03-02",
    show_default=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day to plan, a Monday.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for organisation.json, history.csv, snapshot.json, sample.json, README.txt.",
)
@json_option
def sample(
    agents: int,
    skills: int,
    days: int,
    seed: int,
    distinct: bool,
    weeks: int,
    tickets: int,
    start: datetime,
    out: Path,
    as_json: bool,
) -> None:
    """Generate a believable organisation with its history and a live snapshot.

    The staff comes first; volumes are scaled to what it can nearly carry, so that elastic
    staff is worth calling.

    \b
    Examples:
      callboard sample --out centre
      callboard sample --agents 300 --skills 6 --days 14 --seed 7 --distinct --out centre --json
    """
    from sample_data import generate, write_sample

    with notes.status("Generating"):
        made = generate(
            agents,
            skills,
            days,
            seed,
            distinct=distinct,
            weeks=weeks,
            tickets=tickets,
            start=start.date(),
        )
        files = write_sample(made, out)
    if as_json:
        emit_json(_summary(made, files))
        return
    _print_summary(made)
    for file in files:
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _summary(made: Sample, files: tuple[Path, ...]) -> dict[str, Any]:
    from sample_data import describe

    organisation = made.organisation
    return {
        "files": [str(file) for file in files],
        "agents": len(organisation.agents),
        "skills": len(organisation.skills),
        "sites": len(organisation.sites),
        "tickets": len(made.snapshot.tickets),
        "agents_at_work": len(made.snapshot.agents),
        "contacts": int(made.history["offered"].sum()),
        **describe(made),
    }


def _print_summary(made: Sample) -> None:
    arguments = made.arguments
    table = Table(
        title=f"{arguments.agents} agents, {arguments.weeks} weeks of history, "
        f"{arguments.days} days to plan from {arguments.start}"
    )
    table.add_column("group")
    table.add_column("tier")
    for heading in ("contacts a week", "AHT s", "work h a week"):
        table.add_column(heading, justify="right")
    for stream in made.streams:
        table.add_row(
            stream.group.id,
            stream.group.tier.value.replace("_", " "),
            f"{stream.weekly_contacts:,.0f}",
            f"{stream.aht_seconds:,.0f}",
            f"{stream.weekly_hours:,.0f}",
        )
    console.print(table)
    special = [f"{c.day} {c.name}" for c in made.closures if c.day >= arguments.start]
    special += [f"{p.peak} {p.name}" for p in made.promotions if p.last >= arguments.start]
    if special:
        console.print("In the days to plan: " + ", ".join(special), markup=False)
