"""Requests for forecasts, checked and completed, and what plans check likewise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.calendars import Calendar
from api.tasks.acceptance import Acceptance
from api.tasks.forecasting import calendar_events, hierarchy_of
from api.tasks.histories import sound_history
from api.tasks.requests.forecasts import ForecastRequest, GroupAttributes
from api.tasks.sizes import (
    MOST_FORECAST_CELLS,
    MOST_PATH_CELLS,
    Count,
    refuse_beyond,
    refuse_large_history,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from api.data.history import Extent
    from forecasts import Hierarchy, History

__all__ = [
    "accept_forecast",
    "check_against",
    "check_against_stored",
    "ready_calendar",
    "stored_history",
]

USUAL_SECONDS = 600.0

LONGEST_HORIZON_DAYS = 400

MOST_PATHS = 10_000


def accept_forecast(
    acceptance: Acceptance, request: ForecastRequest
) -> tuple[ForecastRequest, float]:
    """Check a request and complete it; see `Kind.accept`."""
    seconds = acceptance.common(request, USUAL_SECONDS)
    acceptance.within("/horizon_days", request.horizon_days, 1, LONGEST_HORIZON_DAYS)
    acceptance.within("/paths", request.paths, 0, MOST_PATHS)
    complete = replace(request, calendar=ready_calendar(acceptance, request.calendar))
    horizon = request.horizon_days if 1 <= request.horizon_days <= LONGEST_HORIZON_DAYS else 1
    if request.history is None:
        groups = _check_stored(acceptance, complete, horizon)
    else:
        groups = _check_history(acceptance, complete, horizon)
    _check_rest(acceptance, complete, groups)
    return complete, seconds


def ready_calendar(acceptance: Acceptance, given: Calendar | None) -> Calendar:
    """Return the calendar that was sent, or the stored one, or one that knows nothing."""
    if given is not None:
        return given
    from api.data import load_calendar

    return load_calendar(acceptance.store, acceptance.tenant) or Calendar()


def stored_history(acceptance: Acceptance) -> tuple[tuple[str, ...], Extent] | None:
    """Return the groups and the extent of the stored history; None, noted, if there is none.

    Raises
    ------
    TooLarge
        If it is more than one job may have.
    """
    from api.data import history_extent, history_groups

    extent = history_extent(acceptance.store, acceptance.tenant)
    if extent is None:
        acceptance.error("missing_field", "/history", "No history is stored; send it.")
        return None
    refuse_large_history(extent)
    return history_groups(acceptance.store, acceptance.tenant), extent


def check_against(
    acceptance: Acceptance,
    history: History,
    horizon: int,
    calendar: Calendar,
    *,
    start: date | None = None,
    hierarchy: Hierarchy | None = None,
) -> None:
    """Check what would be forecast from a history, and note what is wrong."""
    from forecasts import check_forecast

    with acceptance.gathering(_place):
        check_forecast(
            history,
            horizon,
            start=start,
            country=calendar.country,
            events=calendar_events(calendar),
            hierarchy=hierarchy,
        )


def check_against_stored(
    acceptance: Acceptance,
    groups: Sequence[str],
    extent: Extent,
    horizon: int,
    calendar: Calendar,
    *,
    start: date | None = None,
) -> None:
    """Check what would be forecast from the stored history, as far as its extent tells."""
    import numpy as np

    from forecasts import check_horizon

    with acceptance.gathering(_place):
        check_horizon(
            groups,
            np.array([extent.first, extent.last], "datetime64[D]"),
            horizon,
            start=start,
            country=calendar.country,
            events=calendar_events(calendar),
        )


def _check_history(acceptance: Acceptance, request: ForecastRequest, horizon: int) -> list[str]:
    """Check a history that was sent with all that depends on it; return its groups."""
    assert request.history is not None
    history = sound_history(acceptance, request.history)
    if history is None:
        return []
    _refuse_large(request, history.groups, horizon * history.slots_per_day)
    hierarchy = None
    with acceptance.gathering(_place):
        hierarchy = hierarchy_of(request.hierarchy, history.groups)
    calendar = request.calendar or Calendar()
    check_against(acceptance, history, horizon, calendar, start=request.start, hierarchy=hierarchy)
    return list(history.groups)


def _check_stored(acceptance: Acceptance, request: ForecastRequest, horizon: int) -> list[str]:
    """Check what is asked of the stored history; return its groups."""
    stored = stored_history(acceptance)
    if stored is None:
        return []
    groups, extent = stored
    _refuse_large(request, groups, horizon * extent.slots_per_day)
    calendar = request.calendar or Calendar()
    check_against_stored(acceptance, groups, extent, horizon, calendar, start=request.start)
    return list(groups)


def _refuse_large(request: ForecastRequest, groups: Sequence[str], intervals: int) -> None:
    """Refuse a forecast, or paths of it, that no process could hold."""
    shares = {} if request.hierarchy is None else request.hierarchy.shares
    cells = len({*groups, *shares}) * intervals
    refuse_beyond(
        Count("/horizon_days", "groups times intervals", cells, MOST_FORECAST_CELLS),
        Count("/paths", "numbers in all paths", request.paths * cells, MOST_PATH_CELLS),
    )


def _check_rest(acceptance: Acceptance, request: ForecastRequest, groups: Sequence[str]) -> None:
    """Check what comes on top of a history of these groups."""
    from forecasts.adjustments import adjustments_from_json
    from forecasts.errors import Issue as ForecastIssue

    table = request.hierarchy
    known = {*groups, *(() if table is None else table.shares)}
    if table is not None and groups:
        _check_attributes(acceptance, table, set(groups))
    found: list[ForecastIssue] = []
    names: set[str] = set()
    for place, adjustment in enumerate(adjustments_from_json(request.adjustments, found)):
        if adjustment.name in names:
            detail = f"Another adjustment is named {adjustment.name!r}."
            acceptance.error("duplicate_name", f"/adjustments/{place}/name", detail)
        names.add(adjustment.name)
        if groups:
            for at, name in enumerate(adjustment.groups):
                if name not in known:
                    where = f"/adjustments/{place}/groups/{at}"
                    acceptance.error("unknown_group", where, f"There is no group {name!r}.")
    acceptance.add(found)
    for place, item in enumerate(request.backlog or ()):
        where = f"/backlog/{place}"
        acceptance.within(f"{where}/open", item.open, 0.0, 1e12)
        if groups and item.group not in known:
            detail = f"There is no group {item.group!r}."
            acceptance.error("unknown_group", f"{where}/group", detail)
        if item.due is not None and item.due.tzinfo is not None:
            detail = "The time is local, without an offset."
            acceptance.error("unexpected_offset", f"{where}/due", detail)


def _check_attributes(acceptance: Acceptance, table: GroupAttributes, groups: set[str]) -> None:
    """Report groups that a hierarchy names and nobody knows, and shares that make no sense."""
    for name, share in table.shares.items():
        if share <= 0:
            where = f"/hierarchy/shares/{_escaped(name)}"
            acceptance.error("out_of_range", where, f"A share is above 0, not {share:g}.")
    for attribute, values in table.attributes.items():
        for name in values:
            if name not in groups and name not in table.shares:
                where = f"/hierarchy/attributes/{_escaped(attribute)}/{_escaped(name)}"
                detail = f"Group {name!r} has neither a history nor a share."
                acceptance.error("unknown_group", where, detail)


def _place(pointer: str) -> str:
    """Return where an issue of `check_forecast` or of a hierarchy stands in the request."""
    first, _, rest = pointer.removeprefix("/").partition("/")
    rest = f"/{rest}" if rest else ""
    match first:
        case "events" | "country":
            return f"/calendar/{first}{rest}"
        case "attributes":
            return f"/hierarchy/attributes{rest}"
        case "start":
            return "/start"
        case _:
            return "/history/group"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
