"""What a forecast refuses, told before any work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np

from forecasts.coherence.hierarchy import Hierarchy
from forecasts.errors import ForecastError, InvalidHistory, Issue, pointer
from forecasts.events import Event, check_events, holiday_events
from forecasts.history.series import DaySeries, History
from forecasts.models.boosted import Boosted
from forecasts.models.profile_level import ProfileLevel
from forecasts.panel import LEAST_DAYS
from forecasts.weekly import DayArray

__all__ = ["FULL_DAYS", "NEEDS", "check_forecast", "check_horizon", "check_start", "refuse_short"]

FULL_DAYS = ProfileLevel().min_days
"""With less history only the mean of the last weeks is left."""

NEEDS = ", ".join(f"{model.name} {model.min_days}" for model in (ProfileLevel(), Boosted()))

LATEST_START_DAYS = 400


def check_forecast(
    history: History,
    horizon_days: int,
    *,
    start: date | None = None,
    country: str | None = None,
    events: Sequence[Event] = (),
    hierarchy: Hierarchy | None = None,
) -> None:
    """Check what `forecasts.forecast` would refuse of the same arguments.

    Raises
    ------
    ForecastError
        With every problem found.
    """

    def check_length() -> None:
        if hierarchy is None or not hierarchy.sums:
            series = [history.series(group) for group in range(len(history.groups))]
            refuse_short(history.groups, series)

    def check_others() -> None:
        check_horizon(
            history.groups,
            history.days,
            horizon_days,
            start=start,
            country=country,
            events=events,
        )

    _raise_all(check_length, check_others)


def check_horizon(
    groups: Sequence[str],
    days: DayArray,
    horizon_days: int,
    *,
    start: date | None = None,
    country: str | None = None,
    events: Sequence[Event] = (),
) -> None:
    """Check what can be told without the numbers of a history.

    Parameters
    ----------
    groups, days
        Of the history; only the first and the last day matter.

    Raises
    ------
    ForecastError
        With every problem found.
    """
    morning = days[-1] + 1

    def check_holidays() -> None:
        span = np.arange(days[0], morning + horizon_days)
        known = () if country is None else holiday_events(country, span)
        check_events((*events, *known), groups)

    checks: list[Callable[[], object]] = [lambda: check_events(events, groups), check_holidays]
    if start is not None:
        checks.append(lambda: check_start(start, morning))
    # Where a country is not known its holidays cannot be, and events are checked without them.
    _raise_all(*checks)


def check_start(start: date, morning: np.datetime64) -> np.datetime64:
    """Return the first day to forecast, which must not lie in the history or far beyond it.

    Parameters
    ----------
    morning
        The day after the history.

    Raises
    ------
    ForecastError
        If it does.
    """
    first = np.datetime64(start, "D")
    if not 0 <= (first - morning).astype(np.int64) <= LATEST_START_DAYS:
        detail = (
            f"A forecast can begin on {morning}, the day after the history, or up to "
            f"{LATEST_START_DAYS} days later; not on {first}."
        )
        raise ForecastError(detail, [Issue("bad_start", pointer("start"), detail)])
    return first


def refuse_short(groups: Sequence[str], series: Sequence[DaySeries]) -> None:
    """Refuse groups that stand alone with less than a week of history.

    Raises
    ------
    InvalidHistory
        If there are any; each is listed.
    """
    short = [
        Issue(
            "history_too_short",
            pointer("groups", name),
            f"{len(one)} days of history; a forecast needs {LEAST_DAYS}, {NEEDS}. A hierarchy lets "
            "a new group inherit from its parent.",
        )
        for name, one in zip(groups, series, strict=True)
        if len(one) < LEAST_DAYS
    ]
    if short:
        raise InvalidHistory("The history is too short.", short)


def _raise_all(*checks: Callable[[], object]) -> None:
    """Raise what any of the checks raises, each problem once."""
    found = list(dict.fromkeys(issue for check in checks for issue in _found_by(check)))
    if found:
        raise ForecastError("Nothing can be forecast from this.", found)


def _found_by(check: Callable[[], object]) -> Iterator[Issue]:
    """Yield what a check raises."""
    try:
        check()
    except ForecastError as error:
        yield from error.issues
