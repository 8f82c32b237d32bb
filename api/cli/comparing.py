"""`callboard compare`: plans side by side on the same contacts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from api.cli.options import FILE
from api.cli.output import console, emit_json, json_option, observing
from api.cli.trials import settings_of, trial_options
from api.wording import duration, share

if TYPE_CHECKING:
    from optimizer.progress import Event
    from optimizer.simulation import Comparison

__all__ = ["compare"]

_COLOURS = {"better": "green", "worse": "red"}


@click.command()
@click.argument("scenario_paths", metavar="SCENARIO...", nargs=-1, required=True, type=FILE)
@trial_options
@click.option(
    "--by",
    default="channel",
    show_default=True,
    type=click.Choice(["group", "channel", "tier", "site", "customer_class", "when"]),
    help="Contacts whose differences are listed below the summary.",
)
@click.option(
    "--figure",
    "figures",
    multiple=True,
    default=("service_level.offered", "mean_answer_s", "abandonment", "first_response"),
    show_default=True,
    help="Figures to list; may be repeated.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for comparison.json and comparison.csv.",
)
@json_option
def compare(
    scenario_paths: Sequence[Path],
    by: str,
    figures: Sequence[str],
    out: Path | None,
    as_json: bool,
    paths: int,
    **trial: Any,
) -> None:
    """Try plans side by side; the first is the baseline.

    Each SCENARIO is a JSON file that names an organisation, a roster, a forecast, what-if
    adjustments, a routing rule, who works, whether sites answer together or apart; what a later
    one does not say is as in the first. All meet the same customers, so that small differences
    show: each has a 95 % interval, and is marked where it is more than chance.

    \b
    Examples:
      callboard compare today.json bot.json core_only.json --replications 40
      callboard compare today.json pilot.json --by site --json
    """
    from api.attempts import build
    from api.comparison_report import as_dict, write_comparison
    from api.files import check_place
    from api.scenarios import read_scenarios
    from optimizer.errors import Issue, raise_errors
    from optimizer.simulation import FIGURES, WAITS, compare, summarise, try_out

    known = (*FIGURES, *WAITS)
    unknown = [
        Issue(
            "unknown_figure",
            f"/figure/{name}",
            f"There is no {name!r}; there are {', '.join(known)}.",
        )
        for name in figures
        if name not in known
    ]
    raise_errors("There is no such figure.", unknown)
    if out is not None:
        check_place(out)
    scenarios = read_scenarios(scenario_paths)
    names = [scenario.name for scenario in scenarios]
    attempts = build(scenarios, settings_of(**trial), paths=paths)
    studies, results = [], []
    with observing() as observer:
        for name, played in zip(names, attempts, strict=True):

            def tell(event: Event, name: str = name) -> None:
                observer(replace(event, phase=f"{name}: {event.phase}"))

            plan = played.organisation, played.roster
            studies.append(
                try_out(
                    *plan, played.offered, played.aht_s, settings=played.settings, observer=tell
                )
            )
            results.append(summarise(studies[-1], *plan))
    found = compare(names, studies, results)
    summary = as_dict(found)
    if out is not None:
        files = [out / "comparison.json", out / "comparison.csv"]
        text = json.dumps(summary, indent=1, allow_nan=False) + "\n"
        files[0].write_text(text, encoding="utf-8")
        write_comparison(files[1], found)
        summary["files"] = [str(file) for file in files]
    if as_json:
        emit_json(summary)
        return
    _print_summary(found)
    _print_changes(found, by, figures)
    for file in summary.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _print_summary(found: Sequence[Comparison]) -> None:
    from optimizer.model import Denominator

    table = _table("scenario")
    headings = (
        "in time", "answer", "gave up", "first\nresponse", "busy", "cost", "against\nbaseline",
    )  # fmt: skip
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        result, now, later = one.result, one.result.immediate, one.result.deferred
        table.add_row(
            escape(one.name),
            share(None if now is None else now.service_level[Denominator.OFFERED].mean),
            duration(None if now is None else now.mean_answer_s.mean),
            share(None if now is None else now.abandonment.mean),
            share(None if later is None else later.first_response.mean),
            share(result.occupancy.mean),
            f"{result.cost:,.0f}",
            "" if one is found[0] else f"{one.cost_change:+,.0f}",
        )
    console.print(table)
    console.print(
        "In time, answer, gave up: voice and chat, of all offered; first response: email, social "
        "and tickets, in time; busy: occupancy of all agents; cost: pay of the roster.\n"
    )


def _print_changes(found: Sequence[Comparison], by: str, figures: Sequence[str]) -> None:
    from api.comparison_report import changes

    for one in found[1:]:
        console.print(f"[bold]{escape(one.name)}[/] against {escape(found[0].name)}")
        rows = changes(one, by, figures)
        if not rows:
            console.print(f"  They have no {by.replace('_', ' ')} with such figures in common.\n")
            continue
        table = _table(by.replace("_", " "))
        for heading in ("before", "after", "change"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        last = ""
        for row in rows:
            if row.name != last:
                table.add_row(f"[bold]{escape(row.name)}[/]")
            cells = (f"  {row.figure}", row.before, row.after, row.change, row.verdict)
            table.add_row(*map(escape, cells), style=_COLOURS.get(row.verdict, ""))
            last = row.name
        console.print(table)
    if len(found) > 1:
        console.print(
            "Changes have 95 % intervals; where no word stands beside one, it may be chance. "
            "pp: percentage points. Figures that are 0 in both are left out."
        )


def _table(first: str) -> Table:
    """Return a table that is narrow enough for a terminal of 80 columns."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(first, overflow="fold")
    return table
