"""How good expected handling times would have been: rolling origin, expanding window.

Errors are weighted by the contacts that were handled: only handling times are judged, not
volumes. What counts in the end is the work they make, so it is scored beside the intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from forecasts.aht.expected import expected_aht
from forecasts.aht.records import AhtRecords, aht_records
from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.history.series import History
from forecasts.weekly import DayArray, FloatArray, weekday

__all__ = ["AhtBacktest", "AhtScore", "backtest_aht"]

STEP_DAYS = 7
LEAST_DAYS = 7
"""An origin needs a week before it."""

AVERAGED_WEEKS = 8


@dataclass(frozen=True, slots=True)
class AhtScore:
    """Errors of one method over all of its origins, as fractions of the handling seconds.

    With n contacts handled in an interval, x their mean seconds and f the expected:

    Parameters
    ----------
    wape
        Of intervals: sum n |x - f| / sum n x.
    workload_wape
        Of the handling seconds of days: sum over days |sum n x - sum n f| / sum n x.
    bias
        Of all work: sum n f / sum n x - 1; above zero if too much was expected.
    contacts
        How many handled contacts were scored.
    """

    wape: float
    workload_wape: float
    bias: float
    contacts: float

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures by name; None where one is not defined."""
        figures = asdict(self)
        return {name: value if np.isfinite(value) else None for name, value in figures.items()}


@dataclass(frozen=True, slots=True)
class AhtBacktest:
    """Scores of the expected handling times and of simpler ones.

    Parameters
    ----------
    horizon_days
        Days expected at each origin.
    origins
        First day expected at each origin, in order.
    scores
        By method, over all groups. ``forecast`` is ours; ``mean`` is the group's mean so far,
        ``moving_average`` that of the same weekday and slot in the last eight weeks and
        ``last_week`` in the last one, both the group's mean where nothing was handled.
    groups
        The same for each group that has a record.
    issues
        What is worth knowing but stops nothing.
    """

    horizon_days: int
    origins: tuple[date, ...]
    scores: Mapping[str, AhtScore]
    groups: Mapping[str, Mapping[str, AhtScore]]
    issues: tuple[Issue, ...] = ()


def backtest_aht(history: History, horizon_days: int = 7, origins: int = 12) -> AhtBacktest:
    """Measure expected handling times at the last weekly origins of a history.

    The last window ends with the history; each earlier one begins a week before the next.

    Raises
    ------
    InvalidHistory
        If the history has no handling times, or none in a week or more before an origin.
    """
    if horizon_days < 1 or origins < 1:
        raise ValueError("a backtest needs a day to forecast and an origin")
    records = aht_records(history)
    if records is None:
        issue = Issue("no_handling_times", pointer("columns", "aht_s"), "No value is positive.")
        raise InvalidHistory("The history has no handling times.", [issue])
    starts, issues = _origins(records, horizon_days, origins)
    windows = [slice(start, start + horizon_days) for start in starts]
    actual = np.concatenate([records.seconds[:, window] for window in windows], axis=1)
    handled = np.concatenate([records.handled[:, window] for window in windows], axis=1)
    expected = {
        method: np.concatenate(
            [expect(history, records.days[window]) for window in windows], axis=1
        )
        for method, expect in METHODS.items()
    }
    return AhtBacktest(
        horizon_days=horizon_days,
        origins=tuple(records.days[start].item() for start in starts),
        scores={method: _score(actual, handled, seconds) for method, seconds in expected.items()},
        groups={
            name: {
                method: _score(actual[group], handled[group], seconds[group])
                for method, seconds in expected.items()
            }
            for group, name in enumerate(history.groups)
            if records.handled[group].any()
        },
        issues=tuple(issues),
    )


def _origins(records: AhtRecords, horizon_days: int, wanted: int) -> tuple[list[int], list[Issue]]:
    """Return the first days to expect, in order, each with a week and a record before it."""
    days = records.handled.sum(axis=(0, 2))
    end = len(days) - horizon_days
    firsts = [end - STEP_DAYS * back for back in reversed(range(wanted))]
    possible = [first for first in firsts if first >= LEAST_DAYS and days[:first].any()]
    if not possible:
        detail = (
            f"{len(days)} days of history; measuring {horizon_days} days ahead needs "
            f"{LEAST_DAYS + horizon_days}, with a handling time in the first {LEAST_DAYS}."
        )
        issue = Issue("history_too_short", pointer("rows"), detail)
        raise InvalidHistory("The history is too short.", [issue])
    if len(possible) == wanted:
        return possible, []
    detail = f"The history has room for {len(possible)} of {wanted} weekly origins."
    return possible, [Issue("fewer_origins", pointer("rows"), detail, Severity.WARNING)]


def _forecast(history: History, days: DayArray) -> FloatArray:
    """Return ours, ``[G, H, S]``."""
    seconds = expected_aht(history.until(days[0]), days).seconds
    assert seconds is not None, "an origin has a record before it"
    return seconds.reshape(len(history.groups), len(days), -1)


def _mean(history: History, days: DayArray) -> FloatArray:
    """Return each group's mean so far, ``[G, H, S]``; that of everything without a record."""
    records = aht_records(history.until(days[0]))
    assert records is not None, "an origin has a record before it"
    work = (records.handled * records.seconds).sum(axis=(1, 2))
    volume = records.handled.sum(axis=(1, 2))
    overall = np.full(len(work), work.sum() / volume.sum())
    means = np.divide(work, volume, out=overall, where=volume > 0)
    return np.tile(means[:, None, None], (1, len(days), history.slots_per_day))


def _recent(history: History, days: DayArray, weeks: int) -> FloatArray:
    """Return the mean of each weekday and slot in the last weeks, ``[G, H, S]``."""
    means = _mean(history, days)
    records = aht_records(history.until(days[0]))
    assert records is not None, "an origin has a record before it"
    of_day = weekday(records.days)[-7 * weeks :]
    same = (weekday(days)[:, None] == of_day).astype(np.float64)
    handled = records.handled[:, -7 * weeks :]
    volume = same @ handled
    work = same @ (handled * records.seconds[:, -7 * weeks :])
    return np.asarray(np.divide(work, volume, out=means, where=volume > 0))


METHODS: Mapping[str, Callable[[History, DayArray], FloatArray]] = {
    "forecast": _forecast,
    "mean": _mean,
    "moving_average": lambda history, days: _recent(history, days, AVERAGED_WEEKS),
    "last_week": lambda history, days: _recent(history, days, 1),
}
"""What is measured: each sees only what was recorded before the first of `days`."""


def _score(actual: FloatArray, handled: FloatArray, expected: FloatArray) -> AhtScore:
    """Return the errors over all intervals; the last axis is the slots of a day."""
    work, thought = handled * actual, handled * expected
    total = float(work.sum())
    if total == 0:
        return AhtScore(np.nan, np.nan, np.nan, 0.0)
    return AhtScore(
        wape=float(np.abs(work - thought).sum()) / total,
        workload_wape=float(np.abs((work - thought).sum(axis=-1)).sum()) / total,
        bias=float(thought.sum()) / total - 1.0,
        contacts=float(handled.sum()),
    )
