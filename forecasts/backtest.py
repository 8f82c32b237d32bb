"""How good forecasts would have been: rolling origin, expanding window.

At each origin a model sees only what was recorded before it and forecasts the days after it.
Closures are known in advance, as a calendar of closures is when a roster is planned; closed days
and missing intervals are never scored.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from forecasts.calendars import learn_calendar
from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.gaps import make_whole
from forecasts.history.series import DaySeries, History
from forecasts.intervals import LEVELS
from forecasts.metrics import coverage, day_wape, mase, wape, weekly_naive_error
from forecasts.models import Model, MovingAverage, SeasonalNaive
from forecasts.pipeline import DEFAULT_MODELS, LEAST_DAYS, forecast_group, model_that_fits
from forecasts.weekly import DayArray, FloatArray, among

__all__ = ["Backtest", "Score", "backtest"]

BASELINES: tuple[Model, ...] = (SeasonalNaive(), MovingAverage())

METHODS: Mapping[str, Sequence[Model]] = {
    "forecast": DEFAULT_MODELS,
    **{model.name: (model,) for model in BASELINES},
}
"""What is measured: for each name the models in order of preference, ours first."""

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
        Mean time to fit, predict and measure the intervals of one group once.
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
        By method, over all groups; ``forecast`` is ours.
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
    seconds: float


def backtest(history: History, horizon_days: int = 7, origins: int = 12) -> Backtest:
    """Measure the forecast and the baselines at the last weekly origins of a history.

    The last window ends with the history; each earlier one begins a week before the next.

    Raises
    ------
    InvalidHistory
        If no origin has a week of history before it.
    """
    if horizon_days < 1 or origins < 1:
        raise ValueError("a backtest needs a day to forecast and an origin")
    starts, issues = _origins(history, horizon_days, origins)
    trials = {
        name: _group_trials(history.series(group), starts, horizon_days)
        for group, name in enumerate(history.groups)
    }
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
    scored = {name: of_group for name, of_group in trials.items() if of_group}
    return Backtest(
        horizon_days=horizon_days,
        origins=tuple(day.item() for day in starts),
        scores={
            method: _score([one for of_group in scored.values() for one in of_group[method]])
            for method in METHODS
        },
        groups={
            name: {method: _score(of_group[method]) for method in METHODS}
            for name, of_group in scored.items()
        },
        issues=(*history.issues, *issues),
    )


def _origins(history: History, horizon_days: int, wanted: int) -> tuple[DayArray, list[Issue]]:
    """Return the first days to forecast, in order, each with a week of history before it."""
    end = len(history.days) - horizon_days
    firsts = [end - STEP_DAYS * back for back in range(wanted)]
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
        detail = f"The history has room for {len(possible)} of {wanted} weekly origins."
        issues.append(Issue("fewer_origins", pointer("rows"), detail, Severity.WARNING))
    return history.days[possible], issues


def _group_trials(
    series: DaySeries, starts: DayArray, horizon_days: int
) -> dict[str, list[_Trial]]:
    """Return the trials of each method on one group; nothing if it is too young throughout."""
    closures = learn_calendar(series).closures
    recorded = series.recorded & ~among(series.days, closures)[:, None]
    actual = np.where(recorded, series.offered, np.nan)
    trials: dict[str, list[_Trial]] = {}
    for start in starts:
        known = int((series.days < start).sum())
        if known < LEAST_DAYS:
            continue
        seen = series.first(known)
        calendar = learn_calendar(seen, closures)
        whole = make_whole(seen, calendar)
        window = slice(known, known + horizon_days)
        days = series.days[window]
        naive_error = weekly_naive_error(actual[:known])
        for method, models in METHODS.items():
            model = model_that_fits(known, models)
            assert model is not None, "every method fits a week of history"
            began = time.perf_counter()
            result = forecast_group(model, whole, calendar, days)
            bounds = {level: result.bounds(level) for level in LEVELS}
            seconds = time.perf_counter() - began
            trials.setdefault(method, []).append(
                _Trial(actual[window], result.expected, bounds, naive_error, seconds)
            )
    return trials


def _score(trials: Sequence[_Trial]) -> Score:
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
        seconds_per_fit=float(np.mean([trial.seconds for trial in trials])),
    )
