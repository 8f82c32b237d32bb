"""What a forecast is made from, as it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from api.calendars import Calendar
from api.tasks.requests.limits import TimeLimit
from optimizer.model.record import Record

__all__ = ["ForecastRequest", "GroupAttributes", "HistoryColumns", "OpenContacts"]


@dataclass(frozen=True, slots=True)
class HistoryColumns(Record):
    """What happened: one entry per planning group and interval in every list.

    Intervals without an entry were closed; an open interval without a contact has one with 0.

    Parameters
    ----------
    start
        Beginning of the interval: local time as ISO 8601, such as ``2026-11-23T09:30``.
    offered
        Contacts that arrived, 0 or more.
    group
        Planning group; left out where there is one only.
    aht_s
        Mean handling time in seconds of the contacts that were handled; null where unknown.
    handled
        Contacts behind each mean handling time; those offered where it is left out.
    zone
        IANA name of the time zone in which times with an offset are local, such as
        ``Europe/Paris``. Times without an offset are local already.
    """

    start: tuple[str, ...]
    offered: tuple[float, ...]
    group: tuple[str, ...] | None = None
    aht_s: tuple[float | None, ...] | None = None
    handled: tuple[float | None, ...] | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class GroupAttributes(Record):
    """What adds up to what: sums of the groups that have something in common.

    Parameters
    ----------
    attributes
        By name of the attribute the value of every group, such as
        ``{"channel": {"voice:billing": "voice", ...}}``.
    shares
        Of groups without enough history of their own: expected contacts per contact of the other
        groups below the smallest sum they are in, above 0.
    crossings
        Whether pairs of values of two attributes are sums as well.
    """

    attributes: dict[str, dict[str, str]]
    shares: dict[str, float] = field(default_factory=dict)
    crossings: bool = False


@dataclass(frozen=True, slots=True)
class OpenContacts(Record):
    """Contacts of a group that have arrived and are not done when the horizon begins.

    Parameters
    ----------
    group
        Planning group.
    open
        How many, 0 or more.
    due
        Local time by which they must be done, without an offset; null if there is none.
    """

    group: str
    open: float
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class ForecastRequest(Record):
    """Volume and handling time of every planning group, for the days after a history.

    Parameters
    ----------
    history
        What happened; the stored history if it is left out.
    horizon_days
        Whole days to forecast, 1 to 400.
    start
        First day to forecast; the day after the history if it is left out.
    calendar
        Closures, public holidays and events; the stored ones if it is left out.
    hierarchy
        What adds up to what; without it groups do not influence each other's totals.
    adjustments
        What-ifs to apply, in order; each has a ``kind`` (multiply, add, shift, deflect,
        hand_over, handling_time, remove_cause, campaign), a ``name`` and the fields of its kind.
    backlog
        What is still open when the horizon begins; what the history knows if it is left out.
    paths
        Whole horizons to draw as they might come, 0 to 10,000.
    seed
        Of everything that is drawn, 0 or more.
    label
        A name for people.
    limits
        Longest time for the work; 600 s if it is left out.
    """

    history: HistoryColumns | None = None
    horizon_days: int = 7
    start: date | None = None
    calendar: Calendar | None = None
    hierarchy: GroupAttributes | None = None
    adjustments: tuple[dict[str, Any], ...] = ()
    backlog: tuple[OpenContacts, ...] | None = None
    paths: int = 0
    seed: int = 0
    label: str | None = None
    limits: TimeLimit = field(default_factory=TimeLimit)
