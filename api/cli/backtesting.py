"""`callboard backtest`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    from forecasts import Backtest, Score

__all__ = ["backtest"]


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

    history = read_history_file(history_path, mapping)
    with notes.status("Forecasting past weeks"):
        result = backtest_history(history, horizon_days, origins)
    if as_json:
        emit_json(_backtest_json(result))
        return
    _print_scores(result)
    print_issues(result.issues)


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


def _print_scores(result: Backtest) -> None:
    first, last = result.origins[0], result.origins[-1]
    table = narrow_table(
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
