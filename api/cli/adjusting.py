"""`callboard adjust`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from api.cli.histories import narrow_table, print_issues
from api.cli.options import FILE, stored_forecast_option
from api.cli.output import console, emit_json, json_option
from api.problems import issue_rows

if TYPE_CHECKING:
    from forecasts import Forecast

__all__ = ["adjust"]


@click.command()
@stored_forecast_option
@click.option("--adjustments", "adjustments_path", type=FILE, help="JSON file of what to apply.")
@click.option(
    "--without",
    "names",
    multiple=True,
    help="Name of an adjustment to take back first; may be repeated.",
)
@click.option("--reverse", is_flag=True, help="Take back every adjustment first.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the adjusted forecast.",
)
@json_option
def adjust(
    forecast_path: Path,
    adjustments_path: Path | None,
    names: Sequence[str],
    reverse: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Apply what-if adjustments to a stored forecast, or take them back.

    The file holds {"adjustments": [...]}, applied in order, each with a kind (multiply, add,
    shift, deflect, hand_over, aht, remove_cause, campaign), a name and what it concerns. They
    stay with the forecast and can be taken back exactly, in any order.

    \b
    Examples:
      callboard adjust --forecast out --adjustments whatif.json --out whatif
      callboard adjust --forecast whatif --without "billing bot" --json
    """
    from forecasts.adjustments import apply, read_adjustments, without
    from forecasts.adjustments import reverse as take_all_back
    from forecasts.result import read_forecast, write_forecast

    if adjustments_path is None and not names and not reverse:
        raise click.UsageError("Say what to do: --adjustments, --without or --reverse.")
    before = after = read_forecast(forecast_path)
    for name in names:
        after = without(after, name)
    if reverse:
        after = take_all_back(after)
    if adjustments_path is not None:
        after = apply(after, read_adjustments(adjustments_path))
    summary = _summary(before, after)
    if out is not None:
        summary["files"] = [str(path) for path in write_forecast(after, out)]
    if as_json:
        emit_json(summary)
        return
    _print_groups(summary)
    if after.adjustments:
        _print_adjustments(summary)
    told = set(before.issues)
    print_issues([issue for issue in after.issues if issue not in told])
    for file in summary.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _summary(before: Forecast, after: Forecast) -> dict[str, Any]:
    """Return contacts and hours of work per group before and after, and what did it."""
    from forecasts.adjustments import applied_as_json

    told = set(before.issues)
    return {
        "first_day": str(after.days[0]),
        "last_day": str(after.days[-1]),
        "groups": [
            {"group": name, "before": was, "after": now}
            for name, was, now in zip(after.groups, _figures(before), _figures(after), strict=True)
        ],
        "adjustments": applied_as_json(after.adjustments),
        "issues": issue_rows([issue for issue in after.issues if issue not in told]),
    }


def _figures(forecast: Forecast) -> list[dict[str, float | None]]:
    hours, aht_s = forecast.work_hours(), forecast.mean_aht_s()
    return [
        {
            "contacts": round(float(contacts), 3),
            "hours": None if hours is None else round(float(hours[group]), 3),
            "aht_s": None if (mean := aht_s[group]) is None else round(mean, 3),
        }
        for group, contacts in enumerate(forecast.offered.sum(axis=1))
    ]


def _print_groups(summary: dict[str, Any]) -> None:
    table = narrow_table(f"Contacts and work, {summary['first_day']} to {summary['last_day']}")
    table.add_column("group", no_wrap=True)
    for heading in (
        "contacts\nbefore",
        "\nafter",
        "work h\nbefore",
        "\nafter",
        "AHT s\nbefore",
        "\nafter",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in summary["groups"]:
        cells = (
            _number(row[when][figure], digits)
            for figure, digits in (("contacts", 0), ("hours", 1), ("aht_s", 0))
            for when in ("before", "after")
        )
        table.add_row(escape(row["group"]), *cells)
    console.print(table)


def _print_adjustments(summary: dict[str, Any]) -> None:
    table = narrow_table("Adjustments in force, in order")
    table.add_column("name")
    table.add_column("kind", no_wrap=True)
    for heading in ("contacts", "work h"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("reason")
    for row in summary["adjustments"]:
        effect = row["effect"]
        table.add_row(
            escape(row["name"]),
            row["kind"],
            _number(effect["contacts"], 0, "+"),
            _number(effect["hours"], 1, "+"),
            escape(row.get("reason", "")),
        )
    console.print(table)


def _number(value: float | None, digits: int, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign},.{digits}f}"
