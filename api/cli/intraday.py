"""`callboard intraday`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from api.cli.ahead import KnownAhead, ahead_options
from api.cli.histories import (
    HistoryReader,
    HorizonType,
    history_options,
    narrow_table,
    print_issues,
)
from api.cli.options import FILE
from api.cli.output import console, emit_json, json_option, notes
from api.problems import issue_rows

if TYPE_CHECKING:
    from forecasts import History
    from forecasts.intraday import IntradayBacktest, IntradayScore, IntradayUpdate, Today

__all__ = ["intraday"]


@click.command()
@history_options
@click.option(
    "--today",
    "today_path",
    type=FILE,
    help="CSV file with today's intervals so far; else the last day of the history is today.",
)
@click.option(
    "--at",
    "moments",
    required=True,
    multiple=True,
    type=click.DateTime(["%H:%M"]),
    help="Time of day; an interval that is not over does not count. Repeat with --backtest.",
)
@click.option(
    "--forecast",
    "forecast_path",
    type=click.Path(exists=True, path_type=Path),
    help="A stored forecast of today; else one is made from the days before.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file of the day.")
@click.option(
    "--backtest",
    "backtest_days",
    type=HorizonType(),
    help="Measure updates on the last days (84d) or weeks (12w) of the history instead.",
)
@ahead_options
@json_option
def intraday(
    reader: HistoryReader,
    today_path: Path | None,
    moments: Sequence[datetime],
    forecast_path: Path | None,
    out: Path | None,
    backtest_days: int | None,
    ahead: KnownAhead,
    as_json: bool,
) -> None:
    """Update the rest of today from what has arrived.

    Without --forecast the day is forecast from the days before it. An alarm tells where today or
    the last days depart from their forecasts more than chance allows.

    \b
    Examples:
      callboard intraday --history calls.csv --today today.csv --at 12:00
      callboard intraday --history calls.csv --at 14:00 --forecast out --out rest.csv --json
      callboard intraday --history calls.csv --backtest 12w --at 10:00 --at 14:00
    """
    from forecasts import forecast as forecast_ahead
    from forecasts import read_forecast
    from forecasts.intraday import backtest_intraday, update_today

    times = [moment.time() for moment in moments]
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
    if backtest_days is not None:
        for name, given in (("today", today_path), ("forecast", forecast_path), ("out", out)):
            if given is not None:
                raise click.UsageError(f"--{name} is of one day and has no use with --backtest.")
        history = reader.read()
        with notes.status("Updating past days"):
            measured = backtest_intraday(history, times, backtest_days)
        if as_json:
            emit_json(_backtest_json(measured))
            return
        _print_backtest(measured)
        print_issues(measured.issues)
        return

    if len(times) > 1:
        raise click.UsageError("Give one --at; several are for --backtest.")
    history = _until_today(reader, today_path)
    with notes.status("Updating today"):
        expected = None
        if forecast_path is not None:
            expected = read_forecast(forecast_path)
        elif len(history.days) > 1:
            expected = forecast_ahead(history.until(history.days[-1]), 1, **ahead.options())
        result = update_today(history, times[0], expected)
    if out is not None:
        result.forecast.write_csv(out)
    if as_json:
        emit_json(_today_json(result, times[0], out))
        return
    _print_today(result, times[0])
    print_issues(result.issues)
    if out is not None:
        console.print(f"Wrote {out}")


def _until_today(reader: HistoryReader, today_path: Path | None) -> History:
    if today_path is None:
        return reader.read()
    if reader.contacts:
        raise click.UsageError("--today is a table of intervals; a log holds today itself.")
    from forecasts.intraday import read_until_today

    return read_until_today(
        reader.path,
        today_path,
        dict(reader.mapping),
        zone=reader.zone,
        repairs=reader.chosen_repairs(),
        as_of=reader.as_of,
    )


def _today_json(result: Today, at: time, out: Path | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "day": str(result.day),
        "at": f"{at:%H:%M}",
        "groups": [
            {
                "group": name,
                **_update_json(update),
                "aht_factor": None
                if result.aht_factors is None
                else round(float(result.aht_factors[index]), 4),
            }
            for index, (name, update) in enumerate(zip(result.groups, result.updates, strict=True))
        ],
        "issues": issue_rows(result.issues),
    }
    if out is not None:
        document["files"] = [str(out)]
    return document


def _update_json(update: IntradayUpdate) -> dict[str, Any]:
    alarm = update.alarm
    limit = alarm.today_limit
    return {
        "forecast": round(float(update.before.sum()), 3),
        "arrived": round(update.arrived, 3),
        "rest_before": round(update.rest_before, 3),
        "rest": round(update.rest, 3),
        "factor": _factor(update),
        "gain": round(update.gain, 4),
        "total": round(update.total, 3),
        **{
            f"{side}{level}": round(ends[level], 3)
            for side, ends in (("lower", update.total_lower), ("upper", update.total_upper))
            for level in ends
        },
        "alarm": {
            "signals": list(alarm.signals),
            "today": round(alarm.today, 3),
            "today_limit": None if limit is None else round(limit, 3),
            "days_high": round(alarm.high, 3),
            "days_low": round(alarm.low, 3),
        },
    }


def _factor(update: IntradayUpdate) -> float | None:
    """Return what became of the rest of the day as a whole; None if nothing is left of it."""
    return round(update.rest / update.rest_before, 4) if update.rest_before > 0 else None


def _print_today(result: Today, at: time) -> None:
    table = narrow_table(f"Contacts of {result.day} at {at:%H:%M}")
    table.add_column("group", overflow="fold")
    for heading in ("day as\nforecast", "arrived", "rest as\nforecast", "rest\nnow", "factor"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("whole day,\n80 % sure", justify="right", no_wrap=True)
    table.add_column("alarm", overflow="fold")
    for name, update in zip(result.groups, result.updates, strict=True):
        factor = _factor(update)
        table.add_row(
            escape(name),
            f"{update.before.sum():,.0f}",
            f"{update.arrived:,.0f}",
            f"{update.rest_before:,.0f}",
            f"{update.rest:,.0f}",
            "-" if factor is None else f"{factor:.3f}",
            f"{update.total_lower[80]:,.0f}–{update.total_upper[80]:,.0f}",
            ", ".join(update.alarm.signals),
        )
    console.print(table)


def _backtest_json(result: IntradayBacktest) -> dict[str, Any]:
    document: dict[str, Any] = {
        "days": len(result.days),
        "first_day": str(result.days[0]),
        "last_day": str(result.days[-1]),
        "at": _scores_json(result.scores),
        "issues": issue_rows(result.issues),
    }
    if len(result.groups) > 1:
        document["groups"] = {name: _scores_json(scores) for name, scores in result.groups.items()}
    return document


def _scores_json(scores: Mapping[time, IntradayScore]) -> dict[str, Any]:
    return {f"{moment:%H:%M}": score.as_dict() for moment, score in scores.items()}


def _print_backtest(result: IntradayBacktest) -> None:
    table = narrow_table(
        f"WAPE of the rest of the day, {len(result.days)} days\n"
        f"{result.days[0]} to {result.days[-1]}"
    )
    table.add_column("group", no_wrap=True)
    for heading in ("at", "no\nupdate", "update", "rescale", "in\n80 %", "in\n95 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    overall = [("all groups", result.scores)] if len(result.groups) > 1 else []
    for name, scores in [*overall, *result.groups.items()]:
        for moment, score in scores.items():
            errors = (f"{value:.2%}" for value in (score.plain, score.update, score.rescale))
            shares = (f"{value:.1%}" for value in (score.coverage80, score.coverage95))
            # A figure that is not defined (nothing arrived) is a dash.
            figures = ("-" if "nan" in text else text for text in (*errors, *shares))
            table.add_row(escape(name), f"{moment:%H:%M}", *figures)
    console.print(table)
