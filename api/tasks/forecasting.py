"""Forecasts as jobs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from api.calendars import Calendar
from api.jobs.records import Document, Outcome
from api.tasks import results
from api.tasks.context import Context
from api.tasks.histories import history_of
from api.tasks.requests.forecasts import ForecastRequest, GroupAttributes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import forecasts
    from forecasts import Beside, Forecast, Hierarchy

__all__ = ["beside", "calendar_events", "forecast_documents", "hierarchy_of", "run_forecast"]


def run_forecast(request: ForecastRequest, context: Context) -> Outcome:
    """Make a forecast; see `Kind.run`."""
    from api.forecast_sums import sums_of
    from forecasts import forecast
    from forecasts.adjustments import adjustments_from_json, apply
    from forecasts.backlog import OpenWork, with_backlog
    from forecasts.result import as_json

    assert request.history is not None, "it was filled in"
    context.tell("history")
    history = history_of(request.history)
    hierarchy = hierarchy_of(request.hierarchy, history.groups)
    calendar = request.calendar or Calendar()
    made = forecast(
        history,
        request.horizon_days,
        start=request.start,
        closures=calendar.closures,
        country=calendar.country,
        events=calendar_events(calendar),
        hierarchy=hierarchy,
        seed=request.seed,
        watch=context.steps(),
        beside=beside(context),
    )
    if request.backlog is not None:
        work = tuple(OpenWork(item.group, item.open, item.due) for item in request.backlog)
        made = with_backlog(made, work)
    made = apply(made, adjustments_from_json(request.adjustments, []))
    context.tell("results")
    figures = as_json(made)
    if hierarchy is not None:
        figures["sums"] = sums_of(made, hierarchy, request.seed)
    documents = list(forecast_documents(made, figures))
    if request.paths:
        documents.append(_paths(made, request.paths, request.seed, context))
    return Outcome(tuple(documents))


def forecast_documents(made: Forecast, figures: dict[str, Any]) -> tuple[Document, ...]:
    """Return a forecast as JSON, as a table for spreadsheets, and as files to be read back."""
    from api.tables import safe_frame

    table = safe_frame(made.to_frame()).to_csv(
        index=False,
        float_format="%.6f",
        date_format="%Y-%m-%d %H:%M:%S",
        lineterminator="\n",
    )
    return (
        results.json_document(results.FORECAST, figures),
        Document(results.FORECAST_TABLE, results.CSV, table.encode()),
        results.zipped_forecast(made),
    )


def beside(context: Context) -> Beside | None:
    """Return where parts of a forecast are worked out beside each other; None for here."""
    if context.executor is None:
        return None
    from forecasts import Beside

    return Beside(context.executor, context.parallel)


def hierarchy_of(table: GroupAttributes | None, groups: Sequence[str]) -> Hierarchy | None:
    """Return the hierarchy of the groups of a history, then of those that only have a share."""
    if table is None:
        return None
    from forecasts import Hierarchy

    known = set(groups)
    everybody = [*groups, *(name for name in table.shares if name not in known)]
    return Hierarchy.of(everybody, table.attributes, crossings=table.crossings, shares=table.shares)


def calendar_events(calendar: Calendar) -> tuple[forecasts.Event, ...]:
    """Return the events of a calendar as the forecasts take them."""
    from forecasts import Event as ForecastEvent

    return tuple(ForecastEvent(**asdict(event)) for event in calendar.events)


def _paths(made: Forecast, count: int, seed: int, context: Context) -> Document:
    context.tell("paths")
    from api.tables import safe_frame

    frame = safe_frame(made.paths_frame(count, seed))
    text = frame.to_csv(index=False, float_format="%.3f", lineterminator="\n")
    return Document(results.FORECAST_PATHS, results.CSV, text.encode())
