"""`callboard accuracy`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from api.cli.histories import HistoryReader, history_options, narrow_table, print_issues
from api.cli.options import stored_forecast_option
from api.cli.output import console, emit_json, json_option
from api.problems import issue_rows
from api.wording import share

if TYPE_CHECKING:
    from forecasts.accuracy import Accuracy, AccuracyReport

__all__ = ["accuracy"]


@click.command()
@stored_forecast_option
@history_options
@json_option
def accuracy(forecast_path: Path, reader: HistoryReader, as_json: bool) -> None:
    """Compare a stored forecast with what came.

    The history is the actuals; only its intervals within the horizon are scored. The Poisson
    floor is the error of a forecast that knows the rate of arrivals. Adjusted forecasts are
    judged with and without their adjustments.

    \b
    Example:
      callboard accuracy --forecast out --history actuals.csv --json
    """
    from forecasts.accuracy import accuracy as compare
    from forecasts.result import read_forecast

    report = compare(read_forecast(forecast_path), reader.read())
    if as_json:
        emit_json(_as_json(report))
        return
    _print_report(report)
    print_issues(report.issues)


def _as_json(report: AccuracyReport) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "fingerprint": report.fingerprint,
        "first_day": str(report.first_day),
        "last_day": str(report.last_day),
        "scored_share": round(report.scored_share, 6),
        **report.overall.as_dict(),
    }
    for name in ("groups", "horizon", "weeks", "weekdays"):
        summary[name] = {key: one.as_dict() for key, one in getattr(report, name).items()}
    summary["unadjusted"] = None if report.unadjusted is None else report.unadjusted.as_dict()
    summary["value_added"] = [one.as_dict() for one in report.value_added]
    summary["issues"] = issue_rows(report.issues)
    return summary


def _print_report(report: AccuracyReport) -> None:
    from forecasts.accuracy import defined

    table = narrow_table(
        f"{report.first_day} to {report.last_day}, {report.scored_share:.0%} of the horizon scored"
    )
    table.add_column("", no_wrap=True)
    headings = (
        "contacts", "WAPE\n%", "times\nfloor", "day\nWAPE %", "bias\n%", "in\n80 %", "in\n95 %",
        "AHT\nerror %",
    )  # fmt: skip
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    _add(table, "all", report.overall)
    if report.unadjusted is not None:
        _add(table, "unadjusted", report.unadjusted)
    sections = (
        (report.groups, "{}"),
        (report.horizon, "day {}"),
        (report.weeks, "week of {}"),
        (report.weekdays, "{}"),
    )
    for part, label in sections:
        if len(part) > 1:
            table.add_section()
            for name, one in part.items():
                _add(table, label.format(name), one)
    console.print(table)
    for added in report.value_added:
        before, after = defined(added.wape_before), defined(added.wape_after)
        console.print(
            f"{added.name}: WAPE {share(before)} before it, {share(after)} with it",
            soft_wrap=True,
            markup=False,
        )
    if report.fingerprint is not None:
        console.print(f"Made from {report.fingerprint}", soft_wrap=True, markup=False)


def _add(table: Table, name: str, one: Accuracy) -> None:
    figures = one.as_dict()
    names = ("wape", "times_floor", "day_wape", "bias", "coverage80", "coverage95", "aht_error")
    cells = [
        "–"
        if (value := figures[key]) is None
        else f"{value:.2f}"
        if key == "times_floor"
        else f"{100 * value:.1f}"
        for key in names
    ]
    table.add_row(escape(name), f"{one.actual:,.0f}", *cells)
