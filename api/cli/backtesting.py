"""`callboard backtest`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from api.cli.ahead import KnownAhead, ahead_options
from api.cli.histories import (
    HistoryReader,
    HorizonType,
    history_options,
    horizon_option,
    narrow_table,
    print_issues,
    seed_option,
)
from api.cli.output import console, emit_json, json_option, notes
from api.problems import issue_rows

if TYPE_CHECKING:
    from forecasts import AhtBacktest, Backtest, Score

__all__ = ["backtest"]


@click.command()
@history_options
@horizon_option
@click.option(
    "--origins",
    default=12,
    show_default=True,
    type=click.IntRange(1, 520),
    help="How many past days to begin a forecast at; the last window ends with the history.",
)
@click.option(
    "--step",
    "step_days",
    default="7d",
    show_default=True,
    type=HorizonType(),
    help="From one origin to the next.",
)
@ahead_options
@seed_option
@json_option
def backtest(
    reader: HistoryReader,
    horizon_days: int,
    origins: int,
    step_days: int,
    ahead: KnownAhead,
    seed: int,
    as_json: bool,
) -> None:
    """Measure how good forecasts would have been, beside their models and two baselines.

    At each origin only what was recorded before it is seen. Closures and events are known in
    advance; closed and missing intervals are not scored. Handling times are measured as well.

    \b
    Examples:
      callboard backtest --history calls.csv --horizon 7d --origins 12 --json
      callboard backtest --history calls.csv --horizon 1d --origins 20 --step 1d
    """
    from forecasts import backtest as backtest_history
    from forecasts import backtest_aht

    known = ahead.options()
    history = reader.read()
    with notes.status("Forecasting past weeks"):
        result = backtest_history(
            history, horizon_days, origins, step_days=step_days, seed=seed, **known
        )
        times = None
        if history.aht_s is not None and (history.aht_s > 0).any():
            times = backtest_aht(history, horizon_days, origins)
    if as_json:
        emit_json(_backtest_json(result, times))
        return
    _print_scores(result)
    if times is not None:
        _print_times(times)
    print_issues(result.issues)


def _backtest_json(result: Backtest, times: AhtBacktest | None) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "horizon": f"{result.horizon_days}d",
        "origins": len(result.origins),
        "first_days": [str(day) for day in result.origins],
        **_scores_json(result.scores),
        "issues": issue_rows(result.issues),
    }
    if len(result.groups) > 1:
        summary["groups"] = {name: _scores_json(scores) for name, scores in result.groups.items()}
    if times is not None:
        summary["aht"] = {name: score.as_dict() for name, score in times.scores.items()}
    return summary


def _scores_json(scores: Mapping[str, Score]) -> dict[str, Any]:
    """Return our figures at the top, those of the baselines and of our models by name."""
    from forecasts.backtest import BASELINES

    others = {name: score.as_dict() for name, score in scores.items() if name != "forecast"}
    return {
        **scores["forecast"].as_dict(),
        "baselines": {name: others.pop(name) for name in BASELINES},
        "models": others,
    }


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


def _print_times(result: AhtBacktest) -> None:
    table = narrow_table("Handling times on the same volumes")
    table.add_column("method", no_wrap=True)
    for heading in ("error,\nby contacts", "workload\nerror", "bias"):
        table.add_column(heading, justify="right", no_wrap=True)
    for method, score in result.scores.items():
        figures = (f"{value:.2%}" for value in (score.wape, score.workload_wape, score.bias))
        table.add_row(method, *("-" if "nan" in text else text for text in figures))
    console.print(table)
