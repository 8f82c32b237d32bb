"""On what terms people work: sites, vendors, contracts and their limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.model.record import Record
from optimizer.model.rule_names import RuleName

__all__ = [
    "Contract",
    "Forbidden",
    "Limits",
    "PayBand",
    "Range",
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
