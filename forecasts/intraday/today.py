"""Today, group by group: yesterday's forecast, what has arrived, and the rest expected anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

import numpy as np

from forecasts.aht import expected_aht
from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.history.series import History
from forecasts.intervals import LEVELS
from forecasts.intraday.drift import learn_drifts
from forecasts.intraday.handling import handling_factors
from forecasts.intraday.pairs import DayPairs, past_pairs
from forecasts.intraday.update import IntradayUpdate, learn_update, update_day
from forecasts.pipeline import forecast as forecast_ahead
from forecasts.result import Forecast
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, FloatArray

__all__ = ["Today", "slots_over", "update_today"]

STEP_DAYS = 7
"""How many past days are forecast from one fit. A week at a time costs a seventh of a day at a time
and teaches as much: on bank calls (10 May to 1 August) the update erred by 4.34 against 4.33 %."""

_SIGNALS = {
    "today_high": "More contacts arrive today than such days ever differ by",
    "today_low": "Fewer contacts arrive today than such days ever differ by",
    "days_high": "For days more contacts have come than were forecast",
    "days_low": "For days fewer contacts have come than were forecast",
    "silent": "Nothing arrives although much is expected, as in an outage",
}


@dataclass(frozen=True, slots=True, eq=False)
class Today:
    """A day of all groups, part of it arrived.

    Parameters
    ----------
    groups
        Names of the planning groups, ``[G]``.
    day
        The date.
    updates
        One for each group.
    aht_factors
        What multiplies the handling times of the rest of the day, ``[G]``; None if none were
        recorded.
    forecast
        The day anew: what came in the intervals that are over and what is expected in the rest.
    issues
        What is worth knowing, alarms among it.
    """

    groups: tuple[str, ...]
    day: date
    updates: tuple[IntradayUpdate, ...]
    aht_factors: FloatArray | None
    forecast: Forecast
    issues: tuple[Issue, ...]


def slots_over(at: time, slots_per_day: int) -> int:
    """Return how many slots of a day are over at a time; one that has begun is not."""
    return (at.hour * 60 + at.minute) * slots_per_day // MINUTES_PER_DAY


def update_today(
    history: History,
    at: time,
    forecast: Forecast | None = None,
    *,
    pairs: Sequence[DayPairs] | None = None,
) -> Today:
    """Update the last day of a history from what of it had arrived at a time.

    Parameters
    ----------
    history
        Its last day is today; the days before it are what is learnt from.
    at
        Time of day; only whole intervals before it count.
    forecast
        What was forecast for today; made from the days before if not given.
    pairs
        Forecasts of each group's days before today beside what came, if they are known already;
        made here if not given (see `past_pairs`).

    Raises
    ------
    InvalidHistory
        With every group that has no forecast of today: its history is too short, or the
        forecast given is of other groups, days or intervals.
    """
    today = history.days[-1]
    if len(history.days) < 2:
        issue = Issue("history_too_short", pointer("rows"), f"There is no day before {today}.")
        raise InvalidHistory("The history is too short.", [issue])
    past = history.until(today)
    if forecast is None:
        forecast = forecast_ahead(past, 1)
    before = _stored(forecast, history)
    if pairs is None:
        pairs = [
            past_pairs(past.series(group), step_days=STEP_DAYS) for group in range(len(past.groups))
        ]
    at_slot = slots_over(at, history.slots_per_day)
    arrived = history.offered[:, -history.slots_per_day :]
    updates = tuple(
        update_day(learn_update(of_group, at_slot, drift), expected, came)
        for of_group, drift, expected, came in zip(
            pairs, learn_drifts(pairs), before, arrived, strict=True
        )
    )
    factors = handling_factors(history, at_slot)
    issues = [*history.issues]
    for name, update, came in zip(history.groups, updates, arrived, strict=True):
        issues += _notes(name, update, came)
    return Today(
        groups=history.groups,
        day=today.item(),
        updates=updates,
        aht_factors=factors,
        forecast=Forecast(
            groups=history.groups,
            starts=history.starts[-history.slots_per_day :],
            interval_minutes=history.interval_minutes,
            offered=np.stack([update.expected for update in updates]),
            open=(before > 0) | _over(np.isfinite(arrived), at_slot),
            lower={level: np.stack([one.lower[level] for one in updates]) for level in LEVELS},
            upper={level: np.stack([one.upper[level] for one in updates]) for level in LEVELS},
            aht_s=_aht(past, history, forecast, factors, at_slot),
            issues=tuple(issues),
        ),
        issues=tuple(issues),
    )


def _stored(forecast: Forecast, history: History) -> FloatArray:
    """Return what a given forecast says of today, ``[G, S]``; every misfit is told."""
    today = history.days[-1]
    missing = [name for name in history.groups if name not in forecast.groups]
    issues = [
        Issue("group_not_forecast", pointer("groups", name), "The forecast has no such group.")
        for name in missing
    ]
    if forecast.interval_minutes != history.interval_minutes:
        detail = (
            f"The forecast has intervals of {forecast.interval_minutes} minutes, the history of "
            f"{history.interval_minutes}."
        )
        issues.append(Issue("other_intervals", pointer("interval_minutes"), detail))
    if today not in forecast.days:
        detail = f"It is for {forecast.days[0]} to {forecast.days[-1]}, and today is {today}."
        issues.append(Issue("day_not_forecast", pointer("days"), detail))
    if issues:
        raise InvalidHistory("The forecast is not one of today.", issues)
    return _rows(forecast.offered, forecast, history)


def _rows(values: FloatArray, forecast: Forecast, history: History) -> FloatArray:
    """Return a forecast's values of today in the order of the history's groups, ``[G, S]``."""
    order = [forecast.groups.index(name) for name in history.groups]
    first = int(np.searchsorted(forecast.days, history.days[-1])) * history.slots_per_day
    return values[order, first : first + history.slots_per_day]


def _aht(
    past: History,
    history: History,
    forecast: Forecast,
    factors: FloatArray | None,
    at_slot: int,
) -> FloatArray | None:
    """Return handling seconds of today, updated in the slots that are not over, ``[G, S]``."""
    if forecast.aht_s is not None:
        seconds = _rows(forecast.aht_s, forecast, history)
    else:
        expected = expected_aht(past, history.days[-1:]).seconds
        if expected is None:
            return None
        seconds = expected
    if factors is None:
        return seconds
    over = _over(np.ones(seconds.shape, bool), at_slot)
    return np.where(over, seconds, factors[:, None] * seconds)


def _over(values: BoolArray, at_slot: int) -> BoolArray:
    """Return `values` in the slots that are over and False in the others."""
    return values & (np.arange(values.shape[1]) < at_slot)


def _notes(group: str, update: IntradayUpdate, arrived: FloatArray) -> list[Issue]:
    """Return alarms and what else is worth knowing about one group's day."""
    where = pointer("groups", group)
    at = update.at
    notes = [
        Issue("bias_alarm", where, f"{_SIGNALS[signal]} ({signal}).", Severity.WARNING)
        for signal in update.alarm.signals
    ]
    if not update.before.any():
        notes.append(Issue("closed_today", where, "Closed today.", Severity.INFORMATION))
    missing = int(((update.before[:at] > 0) & np.isnan(arrived[:at])).sum())
    if missing:
        detail = f"{missing} intervals that are over have no record; they count as forecast."
        notes.append(Issue("intervals_missing", where, detail, Severity.WARNING))
    late = int(np.isfinite(arrived[at:]).sum())
    if late:
        detail = f"{late} intervals that are not over at that time were not read."
        notes.append(Issue("later_intervals", where, detail, Severity.INFORMATION))
    if update.rest_before > 0 and not update.gain > 0:
        detail = "What has arrived says nothing sure of the rest; it stays as forecast."
        notes.append(Issue("no_update", where, detail, Severity.INFORMATION))
    return notes
