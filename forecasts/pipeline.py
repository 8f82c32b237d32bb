"""From a history to a forecast: calendar, whole days, model, intervals, handling times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from forecasts.aht import weekly_aht
from forecasts.calendars import Calendar, country_holidays, day_array, learn_calendar
from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.gaps import WholeDays, make_whole
from forecasts.history.series import DaySeries, History
from forecasts.intervals import LEVELS, Spread, assumed_spread, calibrate
from forecasts.models import Model, MovingAverage, ProfileLevel
from forecasts.notes import history_notes
from forecasts.result import Forecast
from forecasts.weekly import DayArray, FloatArray, weekday

__all__ = [
    "DEFAULT_MODELS",
    "LEAST_DAYS",
    "GroupForecast",
    "forecast",
    "forecast_group",
    "model_that_fits",
]

DEFAULT_MODELS: tuple[Model, ...] = (ProfileLevel(), MovingAverage())
"""In order of preference; the first whose history is long enough is taken."""

LEAST_DAYS = min(model.min_days for model in DEFAULT_MODELS)


@dataclass(frozen=True, slots=True, eq=False)
class GroupForecast:
    """One group's forecast.

    Parameters
    ----------
    expected
        Contacts, ``[H, S]``; zero where closed.
    spread
        Errors measured on past origins; None if the history is too short to measure them.
    """

    expected: FloatArray
    spread: Spread | None

    def bounds(self, level: int) -> tuple[FloatArray, FloatArray]:
        """Return the ends of the interval of a level in percent, ``[H, S]`` each."""
        return (self.spread or assumed_spread()).bounds(self.expected, level)


def forecast_group(
    model: Model, whole: WholeDays, calendar: Calendar, days: DayArray
) -> GroupForecast:
    """Fit a model, predict `days` and measure how sure it is."""
    expected = model.fit(whole.series, calendar).predict(days)
    return GroupForecast(expected, calibrate(model, whole, calendar, len(days)))


def model_that_fits(days: int, models: Sequence[Model] = DEFAULT_MODELS) -> Model | None:
    """Return the first model for which a history of `days` days is long enough."""
    return next((model for model in models if days >= model.min_days), None)


def forecast(
    history: History,
    horizon_days: int = 7,
    *,
    closures: Iterable[date] = (),
    country: str | None = None,
) -> Forecast:
    """Forecast volume and handling time of every group for the days after a history.

    The horizon begins on the day after the last one recorded. Groups do not influence each
    other's volumes, so their order does not matter.

    Parameters
    ----------
    horizon_days
        Whole days to forecast, 1 or more.
    closures
        Dates on which every group is closed, past or future.
    country
        Code such as ``US`` or ``DE-BY`` whose public holidays are closures, for every group that
        was closed on most of those in its history.

    Raises
    ------
    InvalidHistory
        If groups have less than a week of history; every one of them is listed.
    ForecastError
        If the country is not known.
    """
    if horizon_days < 1:
        raise ValueError(f"a horizon of {horizon_days} days is not a forecast")
    all_series = [history.series(group) for group in range(len(history.groups))]
    _refuse_short(history.groups, all_series)
    days = history.days[-1] + np.arange(1, horizon_days + 1)
    holidays = None
    if country is not None:
        holidays = country_holidays(country, np.concatenate([history.days, days]))

    issues = list(history.issues)
    known_closures = day_array(closures)
    results, calendars, models = [], [], []
    for name, series in zip(history.groups, all_series, strict=True):
        calendar = learn_calendar(series, known_closures, holidays)
        whole = make_whole(series, calendar)
        model = model_that_fits(len(series))
        assert model is not None, "short histories were refused"
        result = forecast_group(model, whole, calendar, days)
        issues += history_notes(name, series, whole, calendar)
        issues += _model_notes(name, len(series), model, result)
        results.append(result)
        calendars.append(calendar)
        models.append(model.name)

    bounds = {level: [result.bounds(level) for result in results] for level in LEVELS}
    return Forecast(
        groups=history.groups,
        starts=pd.date_range(
            days[0],
            periods=horizon_days * history.slots_per_day,
            freq=f"{history.interval_minutes}min",
        ),
        interval_minutes=history.interval_minutes,
        offered=np.stack([result.expected.ravel() for result in results]),
        open=np.stack([calendar.is_open(days).ravel() for calendar in calendars]),
        lower={level: np.stack([low.ravel() for low, _ in bounds[level]]) for level in LEVELS},
        upper={level: np.stack([high.ravel() for _, high in bounds[level]]) for level in LEVELS},
        aht_s=_aht(history, days, issues),
        models=tuple(models),
        issues=tuple(issues),
    )


def _aht(history: History, days: DayArray, issues: list[Issue]) -> FloatArray | None:
    """Return handling seconds over the horizon, ``[G, N]``, and note what is missing."""
    table = weekly_aht(history)
    if table is None or history.aht_s is None:
        issues.append(
            Issue(
                "no_handling_times",
                pointer("columns", "aht_s"),
                "The history has no handling times, so none are forecast.",
                Severity.INFORMATION,
            )
        )
        return None
    for name, seconds in zip(history.groups, history.aht_s, strict=True):
        if not (seconds > 0).any():
            issues.append(
                Issue(
                    "no_handling_times",
                    pointer("groups", name),
                    "No handling time was recorded; the mean of all groups is used.",
                    Severity.WARNING,
                )
            )
    return table[:, weekday(days)].reshape(len(history.groups), -1)


def _model_notes(group: str, days: int, model: Model, result: GroupForecast) -> list[Issue]:
    """Return warnings where the history is too short for the best model or its intervals."""
    notes = []
    if model is not DEFAULT_MODELS[0]:
        notes.append(
            Issue(
                "short_history",
                pointer("groups", group),
                f"{days} days of history ({_needs(DEFAULT_MODELS)} days are needed): "
                f"{model.name} is used.",
                Severity.WARNING,
            )
        )
    if result.spread is None:
        notes.append(
            Issue(
                "intervals_assumed",
                pointer("groups", group),
                f"Past errors cannot be measured on {days} days of history; the intervals "
                "assume Poisson arrivals and an error of 20 % in the rate.",
                Severity.WARNING,
            )
        )
    return notes


def _refuse_short(groups: Sequence[str], all_series: Sequence[DaySeries]) -> None:
    short = [
        Issue(
            "history_too_short",
            pointer("groups", name),
            f"{len(series)} days of history; a forecast needs {LEAST_DAYS}, "
            f"{_needs(DEFAULT_MODELS)}.",
        )
        for name, series in zip(groups, all_series, strict=True)
        if len(series) < LEAST_DAYS
    ]
    if short:
        raise InvalidHistory("The history is too short.", short)


def _needs(models: Sequence[Model]) -> str:
    return ", ".join(f"{model.name} {model.min_days}" for model in models)
