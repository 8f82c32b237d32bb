"""`callboard compare`: plans side by side on the same contacts."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
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
    from optimizer.simulation import Comparison, Difference

__all__ = ["compare"]


@click.command()
@click.argument("scenario_paths", metavar="SCENARIO...", nargs=-1, required=True, type=FILE)
@trial_options
@click.option(
    "--by",
    default="group",
    show_default=True,
    type=click.Choice(["group", "channel", "tier", "site", "customer_class", "when"]),
    help="Contacts whose differences are listed below the summary.",
)
@click.option(
    "--figure",
    "figures",
    multiple=True,
    default=("service_level.offered", "first_response", "abandonment"),
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
    from api.scenarios import build, read_scenarios
    from optimizer.errors import InvalidInput, Issue
    from optimizer.simulation import FIGURES, compare, summarise, try_out

    unknown = [name for name in figures if name not in FIGURES]
    if unknown:
        detail = f"There are {', '.join(FIGURES)}."
        issues = [Issue("unknown_figure", f"/figure/{name}", detail) for name in unknown]
        raise InvalidInput("There is no such figure.", issues)
    scenarios = read_scenarios(scenario_paths)
    attempts = build(scenarios, settings_of("score", **trial), paths=trial["paths"])
    studies, results = [], []
    with observing() as observer:
        for played in attempts:
            studies.append(
                try_out(
                    played.organisation,
                    played.roster,
                    played.offered,
                    played.aht_s,
                    settings=played.settings,
                    observer=observer,
                )
            )
            results.append(summarise(studies[-1], played.organisation, played.roster))
    found = compare([scenario.name for scenario in scenarios], studies, results)
    summary = _as_dict(found)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        files = [out / "comparison.json", out / "comparison.csv"]
        text = json.dumps(summary, indent=1, allow_nan=False) + "\n"
        files[0].write_text(text, encoding="utf-8")
        _write_csv(files[1], found)
        summary["files"] = [str(file) for file in files]
    if as_json:
        emit_json(summary)
        return
    _print_summary(found)
    _print_differences(found, by, figures)
    for file in summary.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _as_dict(found: Sequence[Comparison]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "baseline": found[0].name,
        "scenarios": [
            {
                "name": one.name,
                "cost_change": one.cost_change,
                "result": one.result.as_dict(),
                "differences": [
                    {**asdict(each), "sure": each.change.sure} for each in one.differences
                ],
            }
            for one in found
        ],
    }


def _write_csv(path: Path, found: Sequence[Comparison]) -> None:
    columns = ("scenario", "kind", "name", "figure", "value", "change", "low", "high", "sure")
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        for one in found:
            for each in one.differences:
                change = each.change
                numbers = (each.value.mean, change.mean, change.low, change.high)
                cells = ["" if number is None else f"{number:.6g}" for number in numbers]
                sure = str(change.sure).lower()
                table.writerow([one.name, each.kind.value, each.name, each.figure, *cells, sure])


def _print_summary(found: Sequence[Comparison]) -> None:
    from optimizer.model import Denominator

    table = Table(box=SIMPLE_HEAD)
    table.add_column("scenario")
    for heading in (
        "in time",
        "answer",
        "gave up",
        "first\nresponse",
        "occupancy",
        "paid\nhours",
        "cost",
        "against\nbaseline",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        result, now, later = one.result, one.result.immediate, one.result.deferred
        table.add_row(
            escape(one.name),
            "-" if now is None else share(now.service_level[Denominator.OFFERED].mean),
            "-" if now is None else duration(now.mean_answer_s.mean),
            "-" if now is None else share(now.abandonment.mean),
            "-" if later is None else share(later.first_response.mean),
            share(result.occupancy.mean),
            f"{result.paid_hours:,.0f}",
            f"{result.cost:,.0f}",
            "" if one is found[0] else f"{one.cost_change:+,.0f}",
        )
    console.print(table)


def _print_differences(found: Sequence[Comparison], by: str, figures: Sequence[str]) -> None:
    table = Table(box=SIMPLE_HEAD, title=f"Against {escape(found[0].name)}, with 95 % intervals")
    for heading in ("scenario", by.replace("_", " "), "figure"):
        table.add_column(heading, no_wrap=True)
    for heading in ("value", "change"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found[1:]:
        for each in one.differences:
            if each.kind == by and each.figure in figures and each.change.mean is not None:
                table.add_row(
                    escape(one.name),
                    escape(each.name),
                    each.figure,
                    _number(each.value.mean, each),
                    _change(each),
                )
    if table.row_count:
        console.print(table)
        console.print("A star marks what is more than chance.")


def _change(each: Difference) -> str:
    change = each.change
    assert change.mean is not None
    text = _number(change.mean, each, "+")
    if change.high is not None:
        text += f" ± {_number(change.high - change.mean, each)}"
    return f"{text} {'*' if change.sure else ' '}"


def _number(value: float | None, each: Difference, sign: str = "") -> str:
    if value is None:
        return "-"
    counted = each.figure in ("offered", "answered", "abandoned", "left", "cost")
    if counted or each.figure.endswith(("_s", "_breaches", "_case")):
        return f"{value:{sign},.1f}"
    return f"{100 * value:{sign}.1f} %"
