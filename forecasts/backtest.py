"""How good forecasts would have been: rolling origin, expanding window.

At each origin everything is done again as it would have been: models see only what was recorded
before it, are weighed and measured by rehearsals before it, and forecast the days after it.
Closures and events are known in advance, as they are when a roster is planned; closed days and
missing intervals are never scored.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import numpy as np

from forecasts.calendars import day_array, learn_calendar
from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.events import Event
from forecasts.gaps import make_whole
from forecasts.history.series import DaySeries, History
from forecasts.intervals import LEVELS
from forecasts.metrics import coverage, day_wape, mase, wape, weekly_naive_error
from forecasts.outlook import Outlook, look_ahead
from forecasts.panel import LEAST_DAYS
from forecasts.pipeline import known_closures, panel_of
from forecasts.weekly import DayArray, FloatArray

__all__ = ["BASELINES", "Backtest", "Score", "backtest"]

OURS = "forecast"
BASELINES = ("seasonal_naive", "moving_average")

STEP_DAYS = 7


@dataclass(frozen=True, slots=True)
class Score:
    """Errors of one method over all of its origins (see `forecasts.metrics`).

    Parameters
    ----------
    wape, day_wape
        Of intervals and of totals of days, as fractions.
    mase
        Mean over groups and origins; 1 is the error of last week's values in the history.
    coverage80, coverage95
        Share of actuals within the intervals of 80 and 95 %.
    seconds_per_fit
        Mean time of one group: of a model to fit and predict once, of the forecast to be made from
        the history alone, with all rehearsals, weights and intervals.
    """

    wape: float
    day_wape: float
    mase: float
    coverage80: float
    coverage95: float
    seconds_per_fit: float

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures by name; None where one is not defined."""
        figures = asdict(self)
        return {name: value if np.isfinite(value) else None for name, value in figures.items()}


@dataclass(frozen=True, slots=True)
class Backtest:
    """Scores of the forecast and of the baselines on past origins.

    Parameters
    ----------
    horizon_days
        Days forecast at each origin.
    origins
        First day forecast at each origin, in order.
    scores
        By method, over all groups: ``forecast`` is ours, the others are its models, of which
        `BASELINES` are what everybody has.
    groups
        The same for each group.
    issues
        What is worth knowing but stops nothing.
    """

    horizon_days: int
    origins: tuple[date, ...]
    scores: Mapping[str, Score]
    groups: Mapping[str, Mapping[str, Score]]
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """One method at one origin of one group; arrays are days x slots."""

    actual: FloatArray
    expected: FloatArray
    bounds: Mapping[int, tuple[FloatArray, FloatArray]]
    naive_error: float


def backtest(
    history: History,
    horizon_days: int = 7,
    origins: int = 12,
    *,
    step_days: int = STEP_DAYS,
    closures: Iterable[date] = (),
    country: str | None = None,
    events: Sequence[Event] = (),
    seed: int = 0,
) -> Backtest:
    """Measure the forecast, its models and the baselines at the last origins of a history.

    The last window ends with the history; each earlier one begins `step_days` before the next.

    Parameters
    ----------
    closures, country, events, seed
        As of `forecasts.forecast`.

    Raises
    ------
    InvalidHistory
        If no origin has a week of history before it.
    """
    if min(horizon_days, origins, step_days) < 1:
        raise ValueError("a backtest needs a day to forecast, an origin and a step")
    starts, issues = _origins(history, horizon_days, origins, step_days)
    groups, history = history.groups, history.with_groups(sorted(history.groups))
    series = [history.series(group) for group in range(len(history.groups))]
    found = known_closures(series, day_array(closures))
    scored = [_scored(one, dates) for one, dates in zip(series, found, strict=True)]
    panel = panel_of(history, series, found, country=country, events=events, seed=seed)
    trials: dict[str, dict[str, list[_Trial]]] = {name: {} for name in groups}
    seconds: dict[str, float] = {}
    for start in starts:
        began = time.perf_counter()
        outlooks = look_ahead(panel, start, horizon_days)
        # Later origins share rehearsals, so only the first has done all the work.
        seconds.setdefault(OURS, (time.perf_counter() - began) / len(outlooks))
        for name, one, outlook in zip(history.groups, scored, outlooks, strict=True):
            if outlook is not None:
                for method, trial in _tried(one, outlook, start, horizon_days):
                    trials[name].setdefault(method, []).append(trial)
    seconds |= panel.seconds_per_fit()
    skipped = [name for name, of_group in trials.items() if not of_group]
    issues += [
        Issue(
            "history_too_short",
            pointer("groups", name),
            f"No origin has {LEAST_DAYS} days of this group before it; it is not scored.",
            Severity.WARNING,
        )
        for name in skipped
    ]
    tried = {name: of_group for name, of_group in trials.items() if of_group}
    methods = dict.fromkeys(method for of_group in tried.values() for method in of_group)
    return Backtest(
        horizon_days=horizon_days,
        origins=tuple(day.item() for day in starts),
        scores={
            method: _score(
                [one for of_group in tried.values() for one in of_group.get(method, ())],
                seconds.get(method, np.nan),
            )
            for method in methods
        },
        groups={
            name: {
                method: _score(of_method, seconds.get(method, np.nan))
                for method, of_method in of_group.items()
            }
            for name, of_group in tried.items()
        },
        issues=(*history.issues, *issues),
    )


def _origins(
    history: History, horizon_days: int, wanted: int, step_days: int
) -> tuple[DayArray, list[Issue]]:
    """Return the first days to forecast, in order, each with a week of history before it."""
    end = len(history.days) - horizon_days
    firsts = [end - step_days * back for back in range(wanted)]
    possible = sorted(first for first in firsts if first >= LEAST_DAYS)
    if not possible:
        detail = (
            f"{len(history.days)} days of history; measuring {horizon_days} days ahead needs "
            f"{LEAST_DAYS + horizon_days}."
        )
        issue = Issue("history_too_short", pointer("rows"), detail)
        raise InvalidHistory("The history is too short.", [issue])
    issues = []
    if len(possible) < wanted:
        detail = f"The history has room for {len(possible)} of {wanted} origins."
        issues.append(Issue("fewer_origins", pointer("rows"), detail, Severity.WARNING))
    return history.days[possible], issues


def _scored(series: DaySeries, closures: DayArray) -> DaySeries:
    """Return what a forecast is judged by: no closures, no outages."""
    actual = make_whole(series, learn_calendar(series, closures)).actual
    return replace(series, offered=np.where(actual, series.offered, np.nan))


def _tried(
    series: DaySeries,
    outlook: Outlook,
    start: np.datetime64,
    horizon_days: int,
) -> Iterator[tuple[str, _Trial]]:
    """Yield our forecast and each model's beside what came."""
    known = int((series.days < start).sum())
    naive_error = weekly_naive_error(series.offered[:known])
    window = series.offered[known : known + horizon_days]
    by_method = {OURS: outlook} | {model: outlook.by(model) for model in outlook.said}
    for method, said in by_method.items():
        bounds = {level: said.bounds(level) for level in LEVELS}
        yield method, _Trial(window, said.expected, bounds, naive_error)


def _score(trials: Sequence[_Trial], seconds: float) -> Score:
    """Pool the trials: sums over all intervals, means over trials where errors are scaled."""
    actual = np.concatenate([trial.actual for trial in trials])
    expected = np.concatenate([trial.expected for trial in trials])
    scaled = np.array([mase(trial.actual, trial.expected, trial.naive_error) for trial in trials])
    covered = {}
    for level in LEVELS:
        lower = np.concatenate([trial.bounds[level][0] for trial in trials])
        upper = np.concatenate([trial.bounds[level][1] for trial in trials])
        covered[level] = coverage(actual, lower, upper)
    return Score(
        wape=wape(actual, expected),
        day_wape=day_wape(actual, expected),
        mase=float(np.nanmean(scaled)) if np.isfinite(scaled).any() else np.nan,
        coverage80=covered[80],
        coverage95=covered[95],
        seconds_per_fit=seconds,
    )
