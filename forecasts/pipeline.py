"""From a history to a forecast: panel, outlooks, sums, handling times, intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from forecasts.aht import expected_aht
from forecasts.calendars import day_array, learn_calendar
from forecasts.checks import FULL_DAYS, NEEDS, check_start, refuse_short
from forecasts.choice import Choice
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.coherence.outlooks import cohere, settled_groups
from forecasts.countries import WorkedDays, country_holidays, country_worked_days
from forecasts.errors import Issue, Severity, pointer
from forecasts.events import Event, check_events, holiday_events
from forecasts.history.series import DaySeries, History
from forecasts.intervals import LEVELS
from forecasts.notes import history_notes
from forecasts.outlook import Beside, Outlook, look_ahead
from forecasts.panel import Panel
from forecasts.paths import uncertainty_of
from forecasts.provenance import provenance_of
from forecasts.result import Forecast
from forecasts.weekly import DayArray, FloatArray

__all__ = ["forecast", "known_closures", "panel_of"]

Watch = Callable[[str], object]


def _unwatched(_: str) -> None:
    """Watch nothing."""


def forecast(
    history: History,
    horizon_days: int = 7,
    *,
    start: date | None = None,
    closures: Iterable[date] = (),
    country: str | None = None,
    events: Sequence[Event] = (),
    hierarchy: Hierarchy | None = None,
    seed: int = 0,
    watch: Watch = _unwatched,
    beside: Beside | None = None,
) -> Forecast:
    """Forecast volume and handling time of every group for the days after a history.

    The order of the groups does not matter; the same input gives the same bytes.

    Parameters
    ----------
    horizon_days
        Whole days to forecast, 1 or more.
    start
        First day to forecast; the day after the last one recorded if left out.
    closures
        Dates on which every group is closed, past or future.
    country
        Code such as ``US`` or ``DE-BY``. Its public holidays are closures of every group that was
        closed on most of those in its history, and events of the others; days of rest that are
        worked by decree are like working days.
    events
        Promotions and other named events, past and to come (`forecasts.events`).
    hierarchy
        What adds up to what; its groups are all forecast, also those without a history of their
        own that have a share. Without it groups do not influence each other's totals.
    seed
        Of models that draw.
    watch
        Told in a few words of every step, again and again while it is taken; what it raises ends
        the work.
    beside
        Where mornings of the past are rehearsed beside each other; None rehearses them here, one
        after the other. The forecast is the same.

    Raises
    ------
    InvalidHistory
        If groups have less than a week of history; every one of them is listed.
    ForecastError
        If the country is not known, or events or the start make no sense.
    """
    if horizon_days < 1:
        raise ValueError(f"a horizon of {horizon_days} days is not a forecast")
    morning = history.days[-1] + 1
    first = morning if start is None else check_start(start, morning)
    days = np.arange(morning, first + horizon_days)
    hierarchy = hierarchy or Hierarchy(history.groups, ())
    made_from = provenance_of(
        history,
        horizon_days=horizon_days,
        start=first.item(),
        closures=(given := day_array(closures)),
        country=country,
        events=list(events),
        sums=[[node.name, *node.members] for node in hierarchy.sums],
        shares=dict(hierarchy.shares),
        seed=seed,
    )
    groups = hierarchy.groups
    # In the order of names no rounding depends on the order in which groups were given.
    hierarchy = hierarchy.by_name()
    history = history.with_groups(hierarchy.groups)
    series = [history.series(group) for group in range(len(history.groups))]
    if not hierarchy.sums:
        refuse_short(history.groups, series)

    settled = settled_groups(hierarchy, [len(one) for one in series])
    panel = panel_of(
        history,
        series,
        known_closures(series, given),
        country=country,
        events=events,
        settled=settled,
        last=days[-1],
        seed=seed,
    )
    outlooks, issues = cohere(
        hierarchy, settled, series, look_ahead(panel, morning, len(days), watch, beside), days
    )
    watch("handling times")
    times = expected_aht(history, days, parents=_parents(hierarchy))
    issues = [*history.issues, *_notes(panel, morning, outlooks), *issues, *times.issues]

    given_order = [history.groups.index(name) for name in groups]
    outlooks = [outlooks[group] for group in given_order]
    kept = days >= first
    slots = history.slots_per_day
    bounds = {level: [outlook.bounds(level) for outlook in outlooks] for level in LEVELS}
    return Forecast(
        groups=groups,
        starts=pd.date_range(
            first, periods=horizon_days * slots, freq=f"{history.interval_minutes}min"
        ),
        interval_minutes=history.interval_minutes,
        offered=_stack(outlook.expected[kept] for outlook in outlooks),
        open=np.stack([one.view.calendar.is_open(days)[kept].ravel() for one in outlooks]),
        lower={level: _stack(low[kept] for low, _ in bounds[level]) for level in LEVELS},
        upper={level: _stack(high[kept] for _, high in bounds[level]) for level in LEVELS},
        aht_s=None
        if times.seconds is None
        else times.seconds[given_order][:, np.repeat(kept, slots)],
        models=tuple(_leading(outlook.choice) for outlook in outlooks),
        issues=tuple(issues),
        choices=tuple(outlook.choice for outlook in outlooks),
        backlog=None if history.backlog is None else history.backlog[given_order],
        made_from=made_from,
        uncertainty=uncertainty_of(outlooks, kept),
    )


def panel_of(
    history: History,
    series: Sequence[DaySeries],
    closures: Sequence[DayArray],
    *,
    country: str | None = None,
    events: Sequence[Event] = (),
    settled: Hierarchy | None = None,
    last: np.datetime64 | None = None,
    seed: int = 0,
) -> Panel:
    """Return the panel of a history's groups, and of the sums of those that stand alone.

    Parameters
    ----------
    series, closures
        Of each group; closures past and known ones to come.
    settled
        Groups that stand alone, with their sums.
    last
        Last day that is asked about; that of the history if left out.
    """
    span = np.arange(history.days[0], (history.days[-1] if last is None else last) + 1)
    holidays: DayArray | None = None
    worked: WorkedDays | None = None
    if country is not None:
        holidays = country_holidays(country, span)
        worked = country_worked_days(country, span)
        events = (*events, *holiday_events(country, span))
    check_events(events, history.groups)
    sums: list[list[int]] = []
    parents: list[int | None] = [None] * len(history.groups)
    if settled is not None:
        place = {name: index for index, name in enumerate(history.groups)}
        sums = [[place[settled.groups[member]] for member in node.members] for node in settled.sums]
        for name in settled.groups:
            above = settled.parent_of(name, settled.groups)
            parents[place[name]] = None if above is None else settled.sums.index(above)
    return Panel(
        names=history.groups,
        series=series,
        closures=closures,
        holidays=holidays,
        worked=worked,
        events=events,
        sums=sums,
        parents=parents,
        seed=seed,
    )


def known_closures(series: Sequence[DaySeries], given: DayArray) -> list[DayArray]:
    """Return each group's closures: those found in its history and those given."""
    return [
        np.union1d(learn_calendar(one, given).closures, given) if len(one) else given
        for one in series
    ]


def _parents(hierarchy: Hierarchy) -> list[str] | None:
    """Return the smallest sum above each group, whose handling times thin groups are pulled to."""
    if not hierarchy.sums:
        return None
    above = [hierarchy.parent_of(name, hierarchy.groups) for name in hierarchy.groups]
    return ["" if node is None else node.name for node in above]


def _notes(panel: Panel, morning: np.datetime64, outlooks: Sequence[Outlook]) -> list[Issue]:
    """Return what a person should know about each group's history and models."""
    notes = []
    views = panel.views(morning)
    for name, series, view, outlook in zip(
        panel.names, panel.series, views, outlooks, strict=False
    ):
        if view is None:
            continue
        notes += history_notes(name, series, view.whole, view.calendar)
        notes += () if view.effects is None else view.effects.issues
        if len(series) < FULL_DAYS:
            detail = f"{len(series)} days of history ({NEEDS} days are needed)."
            notes.append(_warning("short_history", name, detail))
        if not outlook.spread.measured:
            detail = (
                f"Past errors cannot be measured on {len(series)} days of history; the intervals "
                "assume Poisson arrivals and an error of 20 % in the rate."
            )
            notes.append(_warning("intervals_assumed", name, detail))
    if not panel.boosting:
        detail = (
            "LightGBM cannot be loaded (it needs the system library libgomp1); forecasts are made "
            "without it and a little less accurate."
        )
        notes.append(Issue("no_boosting", "", detail, Severity.WARNING))
    return notes


def _warning(code: str, group: str, detail: str) -> Issue:
    return Issue(code, pointer("groups", group), detail, Severity.WARNING)


def _leading(choice: Choice) -> str:
    """Return the model that counts most."""
    return max(choice.weights, key=lambda model: choice.weights[model])


def _stack(arrays: Iterable[FloatArray]) -> FloatArray:
    """Return days x slots of each group as one row of intervals, ``[G, N]``."""
    return np.stack([array.ravel() for array in arrays])
