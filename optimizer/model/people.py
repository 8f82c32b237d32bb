"""Who does the work: sites, vendors, contracts and agents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.record import Record
from optimizer.model.services import Tier

__all__ = [
    "Agent",
    "Availability",
    "Contract",
    "History",
    "Range",
    "Request",
    "RequestKind",
    "Site",
    "StaffClass",
    "Vendor",
]


@dataclass(frozen=True, slots=True)
class Range(Record):
    """Closed bounds on a whole number; None leaves the upper side open."""

    minimum: int = 0
    maximum: int | None = None

    def excess(self, value: int) -> int:
        """Return how far `value` lies outside: negative below, positive above, 0 inside."""
        if value < self.minimum:
            return value - self.minimum
        if self.maximum is not None and value > self.maximum:
            return value - self.maximum
        return 0


@dataclass(frozen=True, slots=True)
class Site(Record):
    """A place with its own clock.

    Parameters
    ----------
    zone
        IANA name of the site's time zone.
    """

    id: str
    name: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Vendor(Record):
    """An outsourcer that lends agents.

    Parameters
    ----------
    max_shifts_per_day
        Greatest number of shifts that may be called on one day; None is no limit.
    """

    id: str
    name: str = ""
    max_shifts_per_day: int | None = None


class StaffClass(StrEnum):
    """Core staff is paid its guarantee in any case; elastic staff is called when needed."""

    CORE = "core"
    ELASTIC = "elastic"


@dataclass(frozen=True, slots=True)
class Contract(Record):
    """What may be asked of an agent, and what it costs.

    Parameters
    ----------
    minutes_per_day, minutes_per_week, minutes_per_period
        Paid minutes on a worked day, in each week (Monday to Sunday, what was worked before the
        period included) and in the whole period. Least values of a week bind if the period
        reaches its Sunday: otherwise there is time left to reach them.
    shifts_per_week
        Shifts in each week, likewise.
    rest_minutes
        Least time between the end of a shift and the start of the next.
    max_consecutive_days
        Longest run of worked days, days before the period included.
    min_consecutive_days_off
        Shortest run of days off between two shifts.
    max_weekends
        Weekends in the period with a shift on Saturday or Sunday; None is no limit.
    templates
        Identifiers of the shift templates that may be used.
    guaranteed_minutes_per_week
        Paid in any case; only time beyond it adds to the cost of a roster.
    hourly_cost
        Price of a paid hour.
    call_cost
        Price of each shift on top of its hours (travel, vendor's fee).
    weekend_premium
        Added share of the hourly cost on Saturdays and Sundays.
    notice_hours
        Notice needed to call a shift.
    vendor
        Identifier of the vendor that lends the agents; None for own staff.
    """

    id: str
    staff_class: StaffClass = StaffClass.CORE
    minutes_per_day: Range = field(default_factory=Range)
    minutes_per_week: Range = field(default_factory=Range)
    minutes_per_period: Range = field(default_factory=Range)
    shifts_per_week: Range = field(default_factory=lambda: Range(0, 5))
    rest_minutes: int = 660
    max_consecutive_days: int = 6
    min_consecutive_days_off: int = 1
    max_weekends: int | None = None
    templates: tuple[str, ...] = ()
    guaranteed_minutes_per_week: int = 0
    hourly_cost: float = 0.0
    call_cost: float = 0.0
    weekend_premium: float = 0.0
    notice_hours: int = 0
    vendor: str | None = None


@dataclass(frozen=True, slots=True)
class Availability(Record):
    """Weekdays (0 is Monday) and the local minutes between which a whole shift must lie.

    ``end_minute`` may pass 1440 for shifts that end after midnight.
    """

    weekdays: tuple[int, ...]
    start_minute: int = 0
    end_minute: int = 2 * MINUTES_PER_DAY


class RequestKind(StrEnum):
    """A wish to work or not to work on a day."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Request(Record):
    """A wish: granted where it can be, at a price where it cannot.

    Parameters
    ----------
    template
        Only shifts of this template are meant; None means any shift.
    weight
        Price of not granting it, above 0.
    """

    day: date
    kind: RequestKind
    weight: float = 1.0
    template: str | None = None


@dataclass(frozen=True, slots=True)
class History(Record):
    """What an agent carries into the period.

    Parameters
    ----------
    days_worked
        Days worked in a row up to the day before the period.
    days_off
        Days off in a row up to the day before the period; 0 when that day was worked.
    last_shift_end
        When the last shift before the period ended.
    minutes_this_week
        Paid minutes already worked in the week in which the period starts.
    shifts_this_week
        Shifts already worked in that week.
    """

    days_worked: int = 0
    days_off: int = 0
    last_shift_end: datetime | None = None
    minutes_this_week: int = 0
    shifts_this_week: int = 0


@dataclass(frozen=True, slots=True)
class Agent(Record):
    """One person.

    Parameters
    ----------
    skills
        Skill identifier to level, 1 to 5.
    channels
        Channels that the agent serves; None means all.
    availability
        Windows, one of which must contain each shift; none at all means always available.
    days_off
        Days on which no shift may start.
    requests
        Wishes for the period.
    authority
        Greatest amount that the agent may grant by own decision.
    """

    id: str
    contract: str
    site: str
    skills: dict[str, int]
    name: str = ""
    tier: Tier = Tier.FRONT_LINE
    channels: tuple[str, ...] | None = None
    availability: tuple[Availability, ...] = ()
    days_off: tuple[date, ...] = ()
    requests: tuple[Request, ...] = ()
    history: History = field(default_factory=History)
    authority: float = 0.0
