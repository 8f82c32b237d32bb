"""How much of a job's progress is worth keeping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from api.jobs.rows import finite
from optimizer.progress import Event
from optimizer.result import relative_gap

__all__ = ["PLENTY", "figures_of", "newest", "progress_of", "worth_telling"]

PLENTY = 1_000
"""Events of a job after which only the newest of a batch is kept, and only now and then."""

_BATCH = 100


def worth_telling(
    events: Sequence[Event], *, known: int, silent_seconds: float, limit_seconds: float
) -> list[Event]:
    """Return the events of a batch that are kept; the newest objective and bound are among them.

    A job that tells without end keeps about 2 `PLENTY` events: those that bring no news are left
    out at once, and of a job that has `PLENTY` only one is kept for each thousandth of its time.

    Parameters
    ----------
    known
        Events of the job that are kept already.
    silent_seconds
        Since the last of them.
    limit_seconds
        Longest time for the job.
    """
    if known < PLENTY:
        return newest(events, min(_BATCH, PLENTY - known))
    return newest(events, 1) if silent_seconds >= limit_seconds / PLENTY else []


def newest(events: Sequence[Event], most: int) -> list[Event]:
    """Return the last events that bring news, at least one and at most `most` of them.

    Of those left out the newest objective and bound are told with the last one.
    """
    news = [
        event
        for index, event in enumerate(events)
        if index == 0 or _said(event) != _said(events[index - 1])
    ]
    return news if len(news) <= most else [*news[-most:-1], _with_newest(news)]


def progress_of(event: Event) -> dict[str, Any]:
    """Return an event as the data of a job's event."""
    figures = figures_of(finite(event.objective), finite(event.bound))
    return {"phase": event.phase, "seconds": finite(event.seconds), **figures}


def figures_of(objective: float | None, bound: float | None) -> dict[str, float]:
    """Return objective, bound and gap as far as they are known."""
    figures: dict[str, float] = {}
    if objective is not None:
        figures["objective"] = objective
    if bound is not None:
        figures["bound"] = bound
    if objective is not None and bound is not None:
        figures["gap"] = relative_gap(objective, bound)
    return figures


def _said(event: Event) -> tuple[str, float | None, float | None]:
    return event.phase, event.objective, event.bound


def _with_newest(events: Sequence[Event]) -> Event:
    """Return the last event, with the newest objective and bound that any of them has."""
    objective = next((e.objective for e in reversed(events) if e.objective is not None), None)
    bound = next((e.bound for e in reversed(events) if e.bound is not None), None)
    return replace(events[-1], objective=objective, bound=bound)
