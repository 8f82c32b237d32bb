"""`callboard forecast` and `callboard backtest`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from api.cli.options import FILE
from api.cli.output import console, emit_json, json_option, notes
from api.problems import issue_rows

if TYPE_CHECKING:
    from forecasts import Backtest, Forecast, History, Issue, Score

__all__ = ["backtest", "forecast"]

LONGEST_HORIZON_DAYS = 400


class HorizonType(click.ParamType[int]):
    """A number of days or weeks such as ``7d`` or ``4w``."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the horizon in days."""
        found = re.fullmatch(r"(\d{1,4})([dw])", str(value))
        days = int(found[1]) * (7 if found[2] == "w" else 1) if found else 0
        if not 1 <= days <= LONGEST_HORIZON_DAYS:
            self.fail(
                f"{value!r} is not a horizon such as 7d or 4w of 1 to {LONGEST_HORIZON_DAYS} days.",
                param,
                ctx,
            )
        return days


class MappingType(click.ParamType[tuple[str, str]]):
    """One of our column names and the file's, such as ``start=interval_begin``."""

    name = "own=theirs"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the pair of names."""
        own, equals, theirs = str(value).partition("=")
        if not (own and equals and theirs):
            self.fail(f"{value!r} is not of the form own=theirs.", param, ctx)
        return own, theirs


history_option = click.option(
    "--history",
    "history_path",
    required=True,
    type=FILE,
    help="CSV file with group,start,offered[,aht_s][,handled] or unique_id,ds,y.",
)
horizon_option = click.option(
    "--horizon",
    "horizon_days",
    default="7d",
    show_default=True,
    type=HorizonType(),
    help="How far ahead: days (7d) or weeks (4w).",
)
map_option = click.option(
    "--map",
    "mapping",
    multiple=True,
    type=MappingType(),
    help="A column of the file under another name; may be repeated.",
)


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

    history = _read(history_path, mapping)
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
    _print_issues(result.issues)
    for file in metadata.get("files", ()):
        console.print(f"Wrote {file}")


@click.command()
@history_option
@horizon_option
@click.option(
    "--origins",
    default=12,
    show_default=True,
    type=click.IntRange(1, 520),
    help="How many past weeks to begin a forecast at; the last window ends with the history.",
)
@map_option
@json_option
def backtest(
    history_path: Path,
    horizon_days: int,
    origins: int,
    mapping: Sequence[tuple[str, str]],
    as_json: bool,
) -> None:
    """Measure how good forecasts would have been, beside two baselines.

    At each origin only what was recorded before it is seen. Closures are known in advance;
    closed and missing intervals are not scored.

    \b
    Example:
      callboard backtest --history calls.csv --horizon 7d --origins 12 --json
    """
    from forecasts import backtest as backtest_history

    history = _read(history_path, mapping)
    with notes.status("Forecasting past weeks"):
        result = backtest_history(history, horizon_days, origins)
    if as_json:
        emit_json(_backtest_json(result))
        return
    _print_scores(result)
    _print_issues(result.issues)


def _read(path: Path, mapping: Sequence[tuple[str, str]]) -> History:
    from forecasts import read_history

    return read_history(path, dict(mapping))


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


def _backtest_json(result: Backtest) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "horizon": f"{result.horizon_days}d",
        "origins": len(result.origins),
        "first_days": [str(day) for day in result.origins],
        **_scores_json(result.scores),
        "issues": issue_rows(result.issues),
    }
    if len(result.groups) > 1:
        summary["groups"] = {name: _scores_json(scores) for name, scores in result.groups.items()}
    return summary


def _scores_json(scores: Mapping[str, Score]) -> dict[str, Any]:
    """Return our figures at the top and those of the baselines by name."""
    baselines = {name: score.as_dict() for name, score in scores.items() if name != "forecast"}
    return {**scores["forecast"].as_dict(), "baselines": baselines}


def _print_forecast(result: Forecast) -> None:
    table = _table(f"Contacts expected, {result.days[0]} to {result.days[-1]}")
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


def _print_scores(result: Backtest) -> None:
    first, last = result.origins[0], result.origins[-1]
    table = _table(
        f"{result.horizon_days} days ahead from {len(result.origins)} origins, {first} to {last}",
    )
    table.add_column("group", no_wrap=True)
    table.add_column("method", no_wrap=True)
    for heading in ("WAPE", "day\nWAPE", "MASE", "in\n80 %", "in\n95 %", "ms\nper fit"):
        table.add_column(heading, justify="right", no_wrap=True)
    overall = [("all groups", result.scores)] if len(result.groups) > 1 else []
    for name, scores in [*overall, *result.groups.items()]:
        for method, score in scores.items():
            figures = (
                f"{score.wape:.2%}",
                f"{score.day_wape:.2%}",
                f"{score.mase:.3f}",
                f"{score.coverage80:.1%}",
                f"{score.coverage95:.1%}",
                f"{1000 * score.seconds_per_fit:.1f}",
            )
            # A figure that is not defined (nothing arrived) is a dash.
            table.add_row(
                escape(name), method, *("-" if "nan" in text else text for text in figures)
            )
    console.print(table)


def _table(title: str) -> Table:
    """Return a table narrow enough for a terminal of 80 columns."""
    return Table(title=title, box=SIMPLE, pad_edge=False, collapse_padding=True)


def _print_issues(issues: Sequence[Issue]) -> None:
    """Print what is worth knowing, once for all places that share it."""
    places: dict[tuple[str, str], list[str]] = {}
    for issue in issues:
        places.setdefault((issue.severity, issue.detail), []).append(issue.pointer)
    for (severity, detail), pointers in places.items():
        where = pointers[0] if len(pointers) == 1 else f"{len(pointers)} places"
        notes.print(f"{severity}: {where}: {detail}", soft_wrap=True, markup=False)
