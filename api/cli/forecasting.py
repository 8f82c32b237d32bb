"""`callboard forecast`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from api.cli.histories import (
    history_option,
    horizon_option,
    map_option,
    narrow_table,
    print_issues,
    read_history_file,
)
from api.cli.output import console, emit_json, json_option, notes
from api.problems import issue_rows

if TYPE_CHECKING:
    from forecasts import Forecast, History

__all__ = ["forecast"]


@click.command()
@history_option
@horizon_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for forecast.csv and forecast.json.",
)
@map_option
@click.option("--country", help="Public holidays are closures: US, DE-BY.")
@click.option(
    "--closed",
    multiple=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="A date on which every group is closed; may be repeated.",
)
@json_option
def forecast(
    history_path: Path,
    horizon_days: int,
    out: Path | None,
    mapping: Sequence[tuple[str, str]],
    country: str | None,
    closed: Sequence[datetime],
    as_json: bool,
) -> None:
    """Forecast volume and handling time per planning group and interval.

    The forecast begins on the day after the last one in the file. Intervals without a row were
    closed; an open interval without a contact needs a row with zero.

    \b
    Examples:
      callboard forecast --history calls.csv --horizon 7d --out out
      callboard forecast --history acd.csv --map start=begin --map offered=calls --json
      callboard forecast --history calls.csv --country US --closed 2026-12-24
    """
    from forecasts import forecast as forecast_history

    history = read_history_file(history_path, mapping)
    with notes.status("Forecasting"):
        result = forecast_history(
            history,
            horizon_days,
            closures=[day.date() for day in closed],
            country=country,
        )
    metadata = _metadata(history, history_path, result)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        result.write_csv(out / "forecast.csv")
        (out / "forecast.json").write_text(
            json.dumps(metadata, indent=2, allow_nan=False) + "\n", encoding="utf-8"
        )
        metadata["files"] = [str(out / "forecast.csv"), str(out / "forecast.json")]
    if as_json:
        emit_json(metadata)
        return
    _print_forecast(result)
    print_issues(result.issues)
    for file in metadata.get("files", ()):
        console.print(f"Wrote {file}")


def _metadata(history: History, path: Path, result: Forecast) -> dict[str, Any]:
    """Return what a program needs beside the long table."""
    totals = result.day_totals()
    days = [str(day) for day in result.days]
    return {
        "history": {
            "file": path.name,
            "first_day": str(history.days[0]),
            "last_day": str(history.days[-1]),
        },
        "first_day": days[0],
        "last_day": days[-1],
        "interval_minutes": result.interval_minutes,
        "groups": [
            {
                "group": name,
                "model": model,
                "offered": round(float(of_group.sum()), 3),
                "aht_s": _mean_aht(result, index),
                "days": dict(zip(days, of_group.round(3).tolist(), strict=True)),
            }
            for index, (name, model, of_group) in enumerate(
                zip(result.groups, result.models, totals, strict=True)
            )
        ],
        "issues": issue_rows(result.issues),
    }


def _mean_aht(result: Forecast, group: int) -> float | None:
    """Return handling seconds weighted by the forecast volume."""
    volume = result.offered[group]
    if result.aht_s is None or not volume.any():
        return None
    return round(float(result.aht_s[group] @ volume / volume.sum()), 3)


def _print_forecast(result: Forecast) -> None:
    table = narrow_table(f"Contacts expected, {result.days[0]} to {result.days[-1]}")
    table.add_column("group", no_wrap=True)
    for day in result.days[:7]:
        table.add_column(f"{day.item():%a\n%d}", justify="right")
    for heading in ("all\ndays", "AHT\ns"):
        table.add_column(heading, justify="right", no_wrap=True)
    open_days = result.open_days()
    for index, (name, totals) in enumerate(zip(result.groups, result.day_totals(), strict=True)):
        aht = _mean_aht(result, index)
        days = zip(totals[:7], open_days[index], strict=False)
        table.add_row(
            escape(name),
            *(f"{total:,.0f}" if is_open else "closed" for total, is_open in days),
            f"{totals.sum():,.0f}",
            "-" if aht is None else f"{aht:.0f}",
        )
    console.print(table)
