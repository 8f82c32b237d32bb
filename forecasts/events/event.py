"""What an event is: a named occasion that recurs on given dates and moves volumes around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from forecasts.errors import ForecastError, Issue, pointer
from forecasts.weekly import DayArray, IntArray

__all__ = ["Event", "check_events", "in_order", "refuse"]

LARGEST_UPLIFT = 50.0
"""A larger factor is taken for a percentage or a count of contacts."""

LONGEST_WINDOW_DAYS = 60
"""With more days than this around each occurrence, no usual days are left to compare with."""


@dataclass(frozen=True, slots=True)
class Event:
    """A recurring event or promotion, public holiday, product launch or bill run.

    Parameters
    ----------
    name
        Unlike that of any other event.
    days
        First day of each occurrence, past and to come.
    before_days, after_days
        Days before the first and after the last day of an occurrence that it moves as well.
    length_days
        Days that an occurrence lasts, 1 or more.
    groups
        The planning groups that it moves; empty for all.
    uplift
        Expected factor on the event's own days, above 0, where history tells nothing.
    like
        Name of another event that is expected to have the same effect.
    family
        Events of one family are expected to have the family's mean effect.
    """

    # A misspelt field of a file is told, not passed over.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str
    days: tuple[date, ...]
    before_days: int = 0
    after_days: int = 0
    length_days: int = 1
    groups: tuple[str, ...] = ()
    uplift: float | None = None
    like: str | None = None
    family: str | None = None

    @property
    def offsets(self) -> IntArray:
        """Return the days of an occurrence relative to its first one, ``[P]``."""
        return np.arange(-self.before_days, self.length_days + self.after_days)

    def occurrences(self) -> DayArray:
        """Return the dates of all occurrences, in order, ``[O, P]``."""
        first = np.array(sorted(self.days), dtype="datetime64[D]")
        return np.asarray(first[:, None] + self.offsets, "datetime64[D]")

    def phases(self) -> IntArray:
        """Return 0 for days of an occurrence before the event, 1 during, 2 after it, ``[P]``."""
        return np.repeat(np.arange(3), (self.before_days, self.length_days, self.after_days))

    def concerns(self, group: str) -> bool:
        """Tell whether the event moves a group."""
        return not self.groups or group in self.groups


def check_events(events: Sequence[Event], groups: Collection[str]) -> None:
    """Check that events make sense together and for the groups.

    Parameters
    ----------
    groups
        Names of all planning groups.

    Raises
    ------
    ForecastError
        With every problem found: repeated or empty names, unknown groups or events, circles of
        ``like``, windows that overlap, factors and lengths that are impossible.
    """
    found: list[Issue] = []
    names = Counter(event.name for event in events)
    for place, event in enumerate(events):
        where = pointer("events", place)
        if names[event.name] > 1:
            found.append(
                Issue(
                    "duplicate_event",
                    where + "/name",
                    f"{names[event.name]} events are named {event.name!r}; list all dates of an "
                    "event under one name.",
                )
            )
        found += _alone(event, where)
        found += [
            Issue("unknown_group", where + pointer("groups", at), f"There is no group {group!r}.")
            for at, group in enumerate(event.groups)
            if group not in groups
        ]
        if event.like is not None and event.like not in names:
            detail = f"There is no event {event.like!r}."
            found.append(Issue("unknown_event", where + "/like", detail))
    by_name = {event.name: event for event in events}
    found += [
        Issue(
            "circular_like",
            pointer("events", place, "like"),
            f"{event.name!r} is like itself: {' -> '.join(circle)}.",
        )
        for place, event in enumerate(events)
        if (circle := _circle(event, by_name))
    ]
    refuse(found)


def refuse(found: Sequence[Issue]) -> None:
    """Raise `ForecastError` if there are issues."""
    if found:
        raise ForecastError("The events cannot be used.", found)


def in_order(events: Sequence[Event]) -> list[Event]:
    """Return checked events by name, but each after the one it is like."""
    by_name = {event.name: event for event in events}

    def ancestry(event: Event) -> tuple[int, str]:
        steps, like = 0, event.like
        while like is not None:
            steps, like = steps + 1, by_name[like].like
        return steps, event.name

    return sorted(events, key=ancestry)


def _alone(event: Event, where: str) -> list[Issue]:
    """Return what is wrong with one event by itself."""
    found = []

    def wrong(code: str, field: str, detail: str) -> None:
        found.append(Issue(code, where + pointer(field), detail))

    if not event.name.strip():
        wrong("empty_name", "name", "The event has no name.")
    if not event.days:
        wrong("no_days", "days", "The event has no dates.")
    for field, least in (("before_days", 0), ("after_days", 0), ("length_days", 1)):
        value = getattr(event, field)
        if value < least:
            wrong("bad_length", field, f"{value} days; at least {least} are needed.")
    width = event.before_days + event.length_days + event.after_days
    if width > LONGEST_WINDOW_DAYS:
        wrong(
            "bad_length",
            "length_days",
            f"An occurrence moves {width} days; at most {LONGEST_WINDOW_DAYS} can be told from "
            "usual ones.",
        )
    days = sorted(event.days)
    for earlier, later in pairwise(days):
        if (later - earlier).days < width:
            wrong(
                "overlapping_occurrences",
                "days",
                f"{earlier} and {later} are less than the {width} days of an occurrence apart.",
            )
    # Written so that not-a-number fails as well.
    if event.uplift is not None and not 0 < event.uplift <= LARGEST_UPLIFT:
        wrong(
            "bad_uplift",
            "uplift",
            f"{event.uplift} is not a factor above 0 and up to {LARGEST_UPLIFT:g}; an increase "
            "of 30 % is 1.3.",
        )
    if event.uplift is not None and event.like is not None:
        wrong("two_expectations", "like", "Give an uplift or an event that it is like, not both.")
    return found


def _circle(event: Event, by_name: Mapping[str, Event]) -> list[str]:
    """Return the names from an event back to itself; empty if no path leads there."""
    path = [event.name]
    like = event.like
    while like is not None and like in by_name and like not in path:
        path.append(like)
        like = by_name[like].like
    return [*path, event.name] if like == event.name else []
