"""`callboard forecast`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from api.cli.ahead import KnownAhead, ahead_options
from api.cli.histories import (
    HistoryReader,
    history_options,
    horizon_option,
    narrow_table,
    print_issues,
    seed_option,
)
from api.cli.options import FILE
from api.cli.output import console, emit_json, json_option, notes

if TYPE_CHECKING:
    from forecasts import Forecast, Hierarchy

__all__ = ["forecast"]


@click.command()
@history_options
@horizon_option
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day to forecast.  [default: the day after the history]",
)
@ahead_options
@click.option(
    "--hierarchy",
    "hierarchy_path",
    type=FILE,
    help="CSV file of what adds up to what: group,channel,skill,site[,share].",
)
@click.option(
    "--backlog", "backlog_path", type=FILE, help="CSV file of open work: group,open[,due]."
)
@click.option(
    "--adjustments", "adjustments_path", type=FILE, help="JSON file of what-ifs to apply."
)
@click.option(
    "--paths",
    "path_count",
    type=click.IntRange(1, 10_000),
    help="Draw so many whole horizons as they might come, into paths.csv.",
)
@seed_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for forecast.csv and forecast.json.",
)
@json_option
def forecast(
    reader: HistoryReader,
    horizon_days: int,
    start: datetime | None,
    ahead: KnownAhead,
    hierarchy_path: Path | None,
    backlog_path: Path | None,
    adjustments_path: Path | None,
    path_count: int | None,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Forecast volume and handling time per planning group and interval.

    Intervals without a row were closed; an open interval without a contact needs a row with zero.
    Models are weighed by how well they would have forecast past weeks.

    \b
    Examples:
      callboard forecast --history calls.csv --horizon 7d --out out
      callboard forecast --history acd.csv --map start=begin --map offered=calls --json
      callboard forecast --history calls.csv --country US --events promotions.json --horizon 4w
      callboard forecast --history log.csv --contacts --paths 200 --out out
    """
    from api.forecast_sums import sums_of
    from forecasts import forecast as forecast_history
    from forecasts import write_forecast
    from forecasts.adjustments import apply, read_adjustments
    from forecasts.backlog import read_backlog, with_backlog
    from forecasts.result import as_json as as_document

    if path_count is not None and out is None:
        raise click.UsageError("--paths needs a folder to write to: --out.")
    if out is not None:
        # Before the work, so that a folder that cannot be had costs nobody a forecast.
        out.mkdir(parents=True, exist_ok=True)
    known = ahead.options()
    changes = None if adjustments_path is None else read_adjustments(adjustments_path)
    history = reader.read()
    hierarchy = _hierarchy(hierarchy_path, history.groups)
    with notes.status("Forecasting"):
        result = forecast_history(
            history,
            horizon_days,
            start=None if start is None else start.date(),
            hierarchy=hierarchy,
            seed=seed,
            **known,
        )
    if result.made_from is not None:
        result = replace(result, made_from=replace(result.made_from, source=reader.path.name))
    if backlog_path is not None:
        result = with_backlog(result, read_backlog(backlog_path, result.groups))
    if changes is not None:
        result = apply(result, changes)
    document = as_document(result)
    if hierarchy is not None:
        document["sums"] = sums_of(result, hierarchy, seed)
    if out is not None:
        document["files"] = [
            *(str(file) for file in write_forecast(result, out)),
            *(str(file) for file in _write_paths(result, out, path_count, seed)),
        ]
    if as_json:
        emit_json(document)
        return
    _print_forecast(result, document.get("sums", ()))
    print_issues(result.issues)
    for file in document.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _hierarchy(path: Path | None, groups: tuple[str, ...]) -> Hierarchy | None:
    from forecasts import read_hierarchy

    return None if path is None else read_hierarchy(path, groups)


def _write_paths(result: Forecast, out: Path, count: int | None, seed: int) -> list[Path]:
    """Write sample paths whole or not at all; those of another forecast go."""
    path, unfinished = out / "paths.csv", out / "paths.csv.part"
    if count is None:
        path.unlink(missing_ok=True)
        return []
    try:
        result.paths_frame(count, seed).to_csv(
            unfinished, index=False, float_format="%.3f", lineterminator="\n"
        )
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return [path]


def _print_forecast(result: Forecast, sums: Sequence[dict[str, Any]]) -> None:
    title = f"Contacts expected, {result.days[0]} to {result.days[-1]}"
    if len(result.days) > 7:
        title += f" (the first 7 of {len(result.days)} days)"
    table = narrow_table(title)
    # Names may be broken over lines, figures never.
    table.add_column("group", overflow="fold")
    for day in result.days[:7]:
        table.add_column(f"{day.item():%a\n%d}", justify="right", no_wrap=True)
    for heading in ("all\ndays", "AHT\ns"):
        table.add_column(heading, justify="right", no_wrap=True)
    open_days = result.open_days()
    aht_s = result.mean_aht_s()
    for index, (name, totals) in enumerate(zip(result.groups, result.day_totals(), strict=True)):
        days = zip(totals[:7], open_days[index], strict=False)
        aht = aht_s[index]
        table.add_row(
            escape(name),
            *(f"{total:,.0f}" if is_open else "–" for total, is_open in days),
            f"{totals.sum():,.0f}",
            "–" if aht is None else f"{aht:,.0f}",
        )
    if len(result.groups) > 1:
        table.add_section()
        totals = result.day_totals().sum(axis=0)
        table.add_row(
            "all groups",
            *(f"{total:,.0f}" for total in totals[:7]),
            f"{totals.sum():,.0f}",
            "",
        )
    for row in sums:
        if len(row["groups"]) < len(result.groups):
            shown = list(row["days"].values())[:7]
            table.add_row(
                escape(row["sum"]),
                *(f"{total:,.0f}" for total in shown),
                f"{row['offered']:,.0f}",
                "",
            )
    console.print(table)
    for choice in result.choices:
        console.print(f"{choice.group}: {choice.reason}", soft_wrap=True, markup=False)
    if result.backlog is not None and result.backlog.any():
        for name, work in zip(result.groups, result.backlog, strict=True):
            if work > 0:
                told = f"{name}: {work:,.0f} open when it begins"
                console.print(told, soft_wrap=True, markup=False)
