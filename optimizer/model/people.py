"""Who does the work: sites, vendors, contracts and agents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.record import Record
from optimizer.model.rule_names import RuleName
from optimizer.model.services import Tier

__all__ = [
    "Absence",
    "Agent",
    "Availability",
    "Contract",
    "Forbidden",
    "History",
    "Limits",
    "PayBand",
    "Range",
    "Request",
    "RequestKind",
    "Rotation",
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
class Forbidden(Record):
    """A shift of template `after` may not follow on the day after one of template `before`."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Limits(Record):
    """What a site or an agent changes in a contract; None leaves it as it is.

    The fields are those of `Contract`. `soft` is joined with the contract's, the narrower scope
    first: an agent's price counts before the site's, the site's before the contract's.
    """

    minutes_per_day: Range | None = None
    minutes_per_week: Range | None = None
    minutes_per_period: Range | None = None
    shifts_per_week: Range | None = None
    rest_minutes: int | None = None
    forbidden: tuple[Forbidden, ...] | None = None
    max_consecutive_days: int | None = None
    min_consecutive_days: int | None = None
    min_consecutive_days_off: int | None = None
    max_consecutive_days_off: int | None = None
    max_weekends: int | None = None
    whole_weekends: bool | None = None
    max_start_spread_minutes: int | None = None
    template_limits: dict[str, Range] | None = None
    soft: dict[RuleName, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site(Record):
    """A place with its own clock.

    Parameters
    ----------
    zone
        IANA name of the site's time zone.
    limits
        What holds for everybody at the site in place of the contract.
    """

    id: str
    name: str = ""
    zone: str = "UTC"
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class Vendor(Record):
    """An outsourcer that lends agents.

    Parameters
    ----------
    max_shifts_per_day
        Greatest number of shifts that may be called on one day; None is no limit.
    max_minutes_per_week
        Greatest paid time that may be called in one week; None is no limit.
    """

    id: str
    name: str = ""
    max_shifts_per_day: int | None = None
    max_minutes_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class PayBand(Record):
    """Overtime: paid minutes of a week beyond `beyond_minutes` cost `premium` more.

    Parameters
    ----------
    premium
        Share of the hourly cost added, 0 or more. Where several bands apply, each adds its own.
    """

    beyond_minutes: int
    premium: float


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
    min_consecutive_days
        Shortest run of worked days. A run that may have begun before the period (`history` says
        nothing) or that its end cuts is not held to it.
    min_consecutive_days_off
        Shortest run of days off between two shifts.
    max_consecutive_days_off
        Longest run of days off; None is no limit.
    max_weekends
        Weekends in the period with a shift on Saturday or Sunday; None is no limit.
    whole_weekends
        Whether Saturday and Sunday are both worked or both free.
    max_start_spread_minutes
        Greatest difference between the earliest and the latest start, by the clock, of a week's
        shifts; None is no limit.
    template_limits
        Bounds on the number of shifts of single templates in the period.
    forbidden
        Templates that may not follow each other on consecutive days.
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
        Notice needed to call a shift, counted from the moment of planning.
    vendor
        Identifier of the vendor that lends the agents; None for own staff.
    overtime
        What paid time beyond certain minutes of a week costs on top.
    time_off_credit
        Share of the hourly cost, in [0, 1], that is saved for guaranteed time not worked, as
        voluntary time off, up to `time_off_minutes_per_week` in each week.
    soft
        Rules that may be broken, and the price of each unit of breach: a minute, a day, a shift
        or a weekend, whatever the rule counts. A rule that is not named is hard.
    """

    id: str
    staff_class: StaffClass = StaffClass.CORE
    minutes_per_day: Range = field(default_factory=Range)
    minutes_per_week: Range = field(default_factory=Range)
    minutes_per_period: Range = field(default_factory=Range)
    shifts_per_week: Range = field(default_factory=lambda: Range(0, 5))
    rest_minutes: int = 660
    max_consecutive_days: int = 6
    min_consecutive_days: int = 1
    min_consecutive_days_off: int = 1
    max_consecutive_days_off: int | None = None
    max_weekends: int | None = None
    whole_weekends: bool = False
    max_start_spread_minutes: int | None = None
    template_limits: dict[str, Range] = field(default_factory=dict)
    forbidden: tuple[Forbidden, ...] = ()
    templates: tuple[str, ...] = ()
    guaranteed_minutes_per_week: int = 0
    hourly_cost: float = 0.0
    call_cost: float = 0.0
    weekend_premium: float = 0.0
    notice_hours: int = 0
    vendor: str | None = None
    overtime: tuple[PayBand, ...] = ()
    time_off_credit: float = 0.0
    time_off_minutes_per_week: int = 0
    soft: dict[RuleName, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Availability(Record):
    """Weekdays (0 is Monday) and the local minutes between which a whole shift must lie.

    ``end_minute`` may pass 1440 for shifts that end after midnight.
    """

    weekdays: tuple[int, ...]
    start_minute: int = 0
    end_minute: int = 2 * MINUTES_PER_DAY


class RequestKind(StrEnum):
    """A wish to work or not to work on a day, and how strong it is."""

    STRONGLY_PREFER = "strongly_prefer"
    PREFER = "prefer"
    ON = "on"
    OFF = "off"
    AVOID = "avoid"
    STRONGLY_AVOID = "strongly_avoid"

    @property
    def wanted(self) -> bool:
        """Tell whether the shift is wished for rather than against."""
        return self in _WANTED

    @property
    def strength(self) -> float:
        """Return the multiple of the weight that a strong wish counts: 4, all others 1."""
        return 4.0 if self in _STRONG else 1.0


_WANTED = frozenset({RequestKind.STRONGLY_PREFER, RequestKind.PREFER, RequestKind.ON})
_STRONG = frozenset({RequestKind.STRONGLY_PREFER, RequestKind.STRONGLY_AVOID})


@dataclass(frozen=True, slots=True)
class Request(Record):
    """A wish: granted where it can be, at a price where it cannot.

    Parameters
    ----------
    template
        Only shifts of this template are meant; None means any shift.
    weight
        Price of not granting it, above 0; strong wishes count it several times.
    earliest_start, latest_start
        Only shifts that start between these local minutes, both included, are meant.
    """

    day: date
    kind: RequestKind
    weight: float = 1.0
    template: str | None = None
    earliest_start: int = 0
    latest_start: int = MINUTES_PER_DAY

    @property
    def price(self) -> float:
        """Return what it costs not to grant the wish."""
        return self.weight * self.kind.strength


@dataclass(frozen=True, slots=True)
class Rotation(Record):
    """A pattern of days that repeats: ``on``, ``off``, ``any`` or a template's identifier.

    Parameters
    ----------
    anchor
        A day on which the first entry of the cycle stands; the cycle runs on both sides of it.
    """

    anchor: date
    cycle: tuple[str, ...]

    def entry(self, day: date) -> str:
        """Return what the rotation says of a day."""
        return self.cycle[(day - self.anchor).days % len(self.cycle)]


@dataclass(frozen=True, slots=True)
class Absence(Record):
    """A stretch of time, aware instants, in which an agent cannot work: leave or sickness."""

    start: datetime
    end: datetime


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
    last_template
        Template of the shift on the day before the period; None if that day was off.
    earliest_start_this_week, latest_start_this_week
        First and last start, in local minutes, of the shifts already worked in that week.
    worked_saturday
        Whether the day before the period was a worked Saturday (matters if it starts on Sunday).
    weekends, late_shifts, requests_denied
        Fair shares so far: weekends worked, late shifts worked, and wishes not granted.
    """

    days_worked: int = 0
    days_off: int = 0
    last_shift_end: datetime | None = None
    minutes_this_week: int = 0
    shifts_this_week: int = 0
    last_template: str | None = None
    earliest_start_this_week: int | None = None
    latest_start_this_week: int | None = None
    worked_saturday: bool = False
    weekends: int = 0
    late_shifts: int = 0
    requests_denied: int = 0


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
    absences
        Times that no shift may touch.
    rotation
        A pattern of days that the agent keeps to.
    limits
        What holds for this agent in place of site and contract.
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
    absences: tuple[Absence, ...] = ()
    rotation: Rotation | None = None
    limits: Limits | None = None
