"""The parts of the forecast case: what is measured on which origins, as plain figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from functools import partial
from typing import Any

import numpy as np

from benchmarks.forecasting.peers import missing
from benchmarks.forecasting.scoring import Figures as Scores
from benchmarks.forecasting.scoring import Method, Run, run, score, score_sum
from benchmarks.forecasting.windows import Window, daily_origins, weekly_origins, windows_at
from forecasts import History, backtest
from forecasts.aht import backtest_aht
from forecasts.floor import poisson_floor, smoothed_level
from forecasts.intraday import backtest_intraday
from forecasts.weekly import FloatArray

__all__ = ["bank_part", "intraday_part", "scale_part", "six_types_part"]

Figures = dict[str, Any]
Tick = Callable[[str], object]

WEEK = 7
FOUR_WEEKS = 28
FOUR_WEEK_ORIGINS = 8
TIMES = (time(10), time(12), time(14), time(16))
LAST_DAYS = 19
"""Open days that are also scored alone, one day ahead."""


def bank_part(
    history: History, methods: Sequence[Method], origins: int, tick: Tick
) -> dict[str, Figures]:
    """Measure one series one week, four weeks and one day ahead.

    Parameters
    ----------
    origins
        Weekly origins; the last window ends with the history. Four weeks ahead there are at
        most eight, one day ahead every open day from the first weekly origin on.
    tick
        Called with a line of progress before each method.
    """
    weekly = weekly_origins(history, WEEK, origins)
    monthly = weekly_origins(history, FOUR_WEEKS, min(origins, FOUR_WEEK_ORIGINS))
    daily = daily_origins(history, weekly[0])
    a_day = _runs(windows_at(history, daily, 1), methods, "a day ahead", tick)
    a_week = _runs(windows_at(history, weekly, WEEK), methods, "a week ahead", tick)
    weeks = _runs(windows_at(history, monthly, FOUR_WEEKS), methods, "four weeks ahead", tick)
    # The public backtest must say the same as the scoring that is shared with the peers.
    scores = backtest(history, WEEK, origins).scores
    return {
        "week": _compared(a_week),
        "backtest": {name: row.as_dict() for name, row in scores.items()},
        "last_days": _compared({name: done.last(LAST_DAYS) for name, done in a_day.items()}),
        "day": _compared(a_day),
        "four_weeks": _compared(weeks),
    }


def six_types_part(history: History, methods: Sequence[Method], tick: Tick) -> dict[str, Figures]:
    """Measure the last week of a history with several groups.

    Each group, all of them, their sum, and the handling times of each.
    """
    windows = windows_at(history, weekly_origins(history, WEEK, 1), WEEK)
    runs = _runs(windows, methods, "six types", tick)
    aht = backtest_aht(history, WEEK, origins=1)
    actual = [group.actual for group in windows[0].groups]
    return {
        "contacts": {
            name: float(np.nansum(of_type))
            for name, of_type in zip(history.groups, actual, strict=True)
        },
        "all": _compared(runs),
        "sum": {
            "poisson_floor": _floor([np.sum(actual, axis=0)]),
            "methods": _scored(runs, score_sum),
        },
        "types": {
            name: {
                "poisson_floor": _floor([actual[group]]),
                "methods": _scored(runs, partial(score, group=group)),
            }
            for group, name in enumerate(history.groups)
        },
        "handling_times": {
            "all": {method: row.as_dict() for method, row in aht.scores.items()},
            "types": {
                name: {method: row.as_dict() for method, row in rows.items()}
                for name, rows in aht.groups.items()
            },
        },
    }


def intraday_part(history: History, origins: int, tick: Tick) -> Figures:
    """Measure the rest of the day at four times on every open day of the last weeks."""
    tick("the rest of the day")
    found = backtest_intraday(history, TIMES, WEEK * origins)
    return {
        "days": [str(day) for day in found.days],
        "times": {f"{at:%H:%M}": row.as_dict() for at, row in found.scores.items()},
    }


def scale_part(sizes: Sequence[int], days: int, seed: int, tick: Tick) -> Figures:
    """Measure seconds and memory of centres of several sizes, and of the import."""
    from benchmarks.forecasting.scale import import_seconds, measure

    costs = []
    for series in sizes:
        tick(f"{series} series of {days} days")
        costs.append(measure(series, days, seed).as_dict())
    return {"seed": seed, "costs": costs, "import_seconds": import_seconds()}


def _runs(
    windows: Sequence[Window], methods: Sequence[Method], what: str, tick: Tick
) -> dict[str, Run]:
    """Run every method that is installed on the same windows; ours is the first."""
    runs = {}
    for method in methods:
        if missing(method.requires):
            continue
        tick(f"{what}: {method.name}")
        # The first call of a package compiles and loads: it is not what a fit costs.
        method.predict(windows[0])
        runs[method.name] = run(method, windows)
    return runs


def _compared(runs: Mapping[str, Run]) -> Figures:
    """Score runs on the same windows over all groups."""
    windows = next(iter(runs.values())).windows
    actuals = [
        np.concatenate([window.groups[group].actual for window in windows])
        for group in range(len(windows[0].groups))
    ]
    return {
        "first_days": [str(window.days[0]) for window in windows],
        "poisson_floor": _floor(actuals),
        "methods": _scored(runs, score),
    }


def _floor(actuals: Sequence[FloatArray]) -> float:
    """Return the WAPE of who knows the rates; one array of days x slots for each group."""
    levels = np.concatenate([smoothed_level(actual) for actual in actuals])
    return poisson_floor(levels, np.isfinite(levels))


def _scored(runs: Mapping[str, Run], judge: Callable[[Run], Scores]) -> Figures:
    """Judge every run; add our WAPE and our seconds over each method's."""
    rows = {name: judge(done).as_dict() for name, done in runs.items()}
    ours = next(iter(rows.values()))

    def ratio(figure: str, theirs: Mapping[str, float | None]) -> float | None:
        own, other = ours[figure], theirs[figure]
        return own / other if own is not None and other else None

    return {
        name: {
            **row,
            "our_wape_over_theirs": ratio("wape", row),
            "our_seconds_over_theirs": ratio("seconds_per_fit", row),
        }
        for name, row in rows.items()
    }
