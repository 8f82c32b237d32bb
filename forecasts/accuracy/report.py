"""A stored forecast against what came: how wrong, how biased, how sure, and how close to the floor.

Only intervals with an actual are scored. Where the forecast says closed and nothing came, there
was nothing to forecast; where something came, the forecast of zero is an error like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from forecasts.accuracy.figures import Accuracy, Scored, defined, scored
from forecasts.adjustments import apply
from forecasts.errors import ForecastError, Issue, Severity, pointer
from forecasts.history.series import History
from forecasts.metrics import day_wape, wape
from forecasts.result import Forecast
from forecasts.weekly import DayArray, FloatArray, among, weekday

__all__ = ["AccuracyReport", "ValueAdded", "accuracy"]

LAST_HORIZON_DAY = 7
"""Later days of the horizon are told together."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class ValueAdded:
    """What one adjustment did to the error, the ones before it being applied.

    Parameters
    ----------
    wape_before, wape_after
        NaN if nothing arrived.
    day_wape_before, day_wape_after
        The same of totals of days.
    """

    name: str
    wape_before: float
    wape_after: float
    day_wape_before: float
    day_wape_after: float

    @property
    def wape_saved(self) -> float:
        """Return the WAPE that the adjustment saved; below zero if it made the forecast worse."""
        return self.wape_before - self.wape_after

    def as_dict(self) -> dict[str, str | float | None]:
        """Return the figures by name; None where one is not defined."""
        figures = {**asdict(self), "wape_saved": self.wape_saved}
        return {
            name: value if isinstance(value, str) else defined(value)
            for name, value in figures.items()
        }


@dataclass(frozen=True, slots=True)
class AccuracyReport:
    """How good a stored forecast was.

    Parameters
    ----------
    fingerprint
        Of what the forecast was made from; None if it is not known.
    first_day, last_day
        The first and the last day scored.
    scored_share
        Open intervals of the horizon that have an actual, over all of them.
    overall
        Over all groups and days.
    groups, horizon, weeks, weekdays
        The same for each group, day of the horizon (``1`` to ``6``, then ``7+``), week (the
        date of its Monday) and day of the week.
    unadjusted
        Over all groups and days, of the forecast before its adjustments; None if it has none.
    value_added
        What each adjustment did to the error.
    issues
        What is worth knowing but stops nothing.
    """

    fingerprint: str | None
    first_day: date
    last_day: date
    scored_share: float
    overall: Accuracy
    groups: Mapping[str, Accuracy]
    horizon: Mapping[str, Accuracy]
    weeks: Mapping[str, Accuracy]
    weekdays: Mapping[str, Accuracy]
    unadjusted: Accuracy | None = None
    value_added: tuple[ValueAdded, ...] = ()
    issues: tuple[Issue, ...] = ()


def accuracy(forecast: Forecast, actual: History) -> AccuracyReport:
    """Compare a stored forecast with what came.

    Parameters
    ----------
    actual
        A history that reaches into the horizon; what is outside of it is left out.

    Raises
    ------
    ForecastError
        If intervals have another length or no interval of the forecast has an actual.
    """
    issues = _comparable(forecast, actual)
    both = scored(forecast, actual)
    known = np.isfinite(both.actual)
    days = forecast.days
    with_actual = days[known.any(axis=(0, 2))]
    issues += _doubts(forecast, both, with_actual)
    every_group = np.ones(len(forecast.groups), bool)
    every_day = np.ones(len(days), bool)
    is_open = forecast.open.reshape(known.shape)

    def by_day(labels: list[str]) -> dict[str, Accuracy]:
        named = np.array(labels)
        wanted = dict.fromkeys(named[among(days, with_actual)].tolist())
        return {label: both.of(every_group, named == label) for label in wanted}

    ahead = [min(day, LAST_HORIZON_DAY) for day in range(1, len(days) + 1)]
    in_order = by_day([WEEKDAYS[day] for day in weekday(days)])
    return AccuracyReport(
        fingerprint=forecast.fingerprint,
        first_day=with_actual[0].item(),
        last_day=with_actual[-1].item(),
        scored_share=float((known & is_open).sum() / is_open.sum()) if is_open.any() else 0.0,
        overall=both.of(every_group, every_day),
        groups={
            name: both.of(np.arange(len(every_group)) == index, every_day)
            for index, name in enumerate(forecast.groups)
            if known[index].any()
        },
        horizon=by_day([f"{day}+" if day == LAST_HORIZON_DAY else str(day) for day in ahead]),
        weeks=by_day([str(day) for day in days - weekday(days)]),
        weekdays={day: in_order[day] for day in WEEKDAYS if day in in_order},
        unadjusted=None
        if forecast.unadjusted is None
        else scored(forecast.unadjusted, actual).of(every_group, every_day),
        value_added=_value_added(forecast, both.actual),
        issues=(*actual.issues, *issues),
    )


def _comparable(forecast: Forecast, actual: History) -> list[Issue]:
    """Return what the two do not have in common; raise if nothing can be compared."""
    issues = [
        Issue("no_actuals", pointer("groups", name), f"{name!r} has no actuals.", Severity.WARNING)
        for name in forecast.groups
        if name not in actual.groups
    ]
    issues += [
        Issue(
            "not_forecast", pointer("groups", name), f"{name!r} has no forecast.", Severity.WARNING
        )
        for name in actual.groups
        if name not in forecast.groups
    ]
    problem = None
    if forecast.interval_minutes != actual.interval_minutes:
        problem = Issue(
            "odd_interval",
            pointer("interval_minutes"),
            f"The forecast has intervals of {forecast.interval_minutes} minutes, the actuals of "
            f"{actual.interval_minutes}.",
        )
    elif not (among(forecast.days, actual.days).any() and {*forecast.groups} & {*actual.groups}):
        problem = Issue(
            "nothing_to_score",
            pointer("rows"),
            f"The forecast is of {forecast.days[0]} to {forecast.days[-1]} for "
            f"{len(forecast.groups)} groups, the actuals are of {actual.days[0]} to "
            f"{actual.days[-1]} for {len(actual.groups)}.",
        )
    if problem is not None:
        raise ForecastError("The forecast cannot be compared.", [problem, *issues])
    return issues


def _value_added(forecast: Forecast, actual: FloatArray) -> tuple[ValueAdded, ...]:
    """Apply the adjustments one after the other and measure each time."""
    if forecast.unadjusted is None:
        return ()
    now, found = forecast.unadjusted, []
    before = (wape(actual, _like(now, actual)), day_wape(actual, _like(now, actual)))
    for applied in forecast.adjustments:
        now = apply(now, [applied.adjustment])
        after = (wape(actual, _like(now, actual)), day_wape(actual, _like(now, actual)))
        found.append(ValueAdded(applied.adjustment.name, before[0], after[0], before[1], after[1]))
        before = after
    return tuple(found)


def _like(forecast: Forecast, actual: FloatArray) -> FloatArray:
    return forecast.offered.reshape(actual.shape)


def _doubts(forecast: Forecast, both: Scored, days: DayArray) -> list[Issue]:
    """Return what puts the comparison in doubt."""
    issues = []
    if forecast.made_from is not None:
        last = forecast.made_from.last_day
        seen = int((days <= np.datetime64(last)).sum())
        if seen:
            detail = (
                f"The forecast was made from days up to {last}: {seen} of the {len(days)} days "
                "scored were known to it."
            )
            issues.append(Issue("seen_before", pointer("rows"), detail, Severity.WARNING))
    unexpected = np.isfinite(both.actual) & ~forecast.open.reshape(both.actual.shape)
    for index in np.flatnonzero(unexpected.any(axis=(1, 2))).tolist():
        contacts = both.actual[index][unexpected[index]].sum()
        detail = f"{contacts:,.0f} contacts came in intervals that were forecast closed."
        where = pointer("groups", forecast.groups[index])
        issues.append(Issue("open_unexpectedly", where, detail, Severity.WARNING))
    return issues
