"""What a scheduler says of one period: demand by shift, floors, training, pins and changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from optimizer.model.record import Record
from optimizer.model.services import Tier
from optimizer.model.shifts import ActivityKind

__all__ = ["ChangePrices", "Directives", "Floor", "Keep", "Pin", "ShiftDemand", "Training"]


@dataclass(frozen=True, slots=True)
class ShiftDemand(Record):
    """How many people a shift template wants on a day, whatever contacts there are.

    Parameters
    ----------
    agents
        People wanted, 0 or more.
    missing_cost, extra_cost
        Price of each one missing and of each one too many.
    skill, site, tier
        Only people with that skill, of that site or of that tier count; None means everybody.
    """

    day: date
    template: str
    agents: int
    missing_cost: float = 100.0
    extra_cost: float = 0.0
    skill: str | None = None
    site: str | None = None
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class Floor(Record):
    """People who must be there in every open interval, whatever they do.

    They take contacts as well: presence is counted, not time kept free. Away at a meal, a break
    or training counts as not there.

    Parameters
    ----------
    agents
        Least number, 1 or more.
    group, site, tier
        Only people who can serve that planning group, of that site or of that tier count; None
        means everybody.
    weekdays, start_minute, end_minute
        When the floor holds, on the clock of `site` or, without one, of the organisation. Without
        a start and an end it holds where the requirement of `group` (or of any group) is above 0.
    cost
        Price of one person missing for one hour.
    """

    agents: int
    group: str | None = None
    site: str | None = None
    tier: Tier | None = None
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    start_minute: int | None = None
    end_minute: int | None = None
    cost: float = 1000.0


@dataclass(frozen=True, slots=True)
class Training(Record):
    """A course or a meeting that some agents attend once in the period, within their shifts.

    Parameters
    ----------
    agents
        Who has to attend.
    minutes
        Length, a multiple of the interval.
    group_min, group_max
        Bounds on the number of people in one session.
    first_day, last_day
        Days on which it may take place; None is the period's first or last.
    earliest_minute, latest_end_minute
        Local minutes between which a session lies.
    paid
        Whether its time counts as paid.
    cost
        Price of one agent who does not get it.
    """

    id: str
    agents: tuple[str, ...]
    minutes: int
    kind: ActivityKind = ActivityKind.TRAINING
    group_min: int = 1
    group_max: int = 20
    first_day: date | None = None
    last_day: date | None = None
    earliest_minute: int = 0
    latest_end_minute: int = 24 * 60
    paid: bool = True
    cost: float = 100.0


class Keep(StrEnum):
    """What of the previous roster a pin keeps, from little to all."""

    DAY = "day"
    PAID = "paid"
    START = "start"
    SHIFT = "shift"
    ACTIVITIES = "activities"


@dataclass(frozen=True, slots=True)
class Pin(Record):
    """A decision for one agent and day that the solver has to keep.

    Parameters
    ----------
    keep
        What stays as it is in the previous roster: whether the agent works that day, the paid
        minutes, the start, the shift (template, start and length), or its activities as well.
        None if the pin says by itself what is to be.
    works
        Whether the agent works that day; None says nothing.
    template, start_minute
        Template and local start of the shift; None says nothing.
    """

    agent: str
    day: date
    keep: Keep | None = None
    works: bool | None = None
    template: str | None = None
    start_minute: int | None = None


@dataclass(frozen=True, slots=True)
class ChangePrices(Record):
    """What it costs to depart from the previous roster, per agent and day.

    Parameters
    ----------
    called
        A shift on a day that was free.
    cancelled
        A day off in place of a shift.
    moved
        Another shift than before: template, start or length.
    fewest_first
        Whether the number of changes goes before everything else that has a price.
    """

    called: float = 0.0
    cancelled: float = 0.0
    moved: float = 0.0
    fewest_first: bool = False


@dataclass(frozen=True, slots=True)
class Directives(Record):
    """Everything that is said of one period alone.

    Parameters
    ----------
    now
        The moment of planning, aware: notice is counted from it, and with a previous roster all
        shifts that have begun by then are frozen. None means long before the period.
    """

    shift_demand: tuple[ShiftDemand, ...] = ()
    floors: tuple[Floor, ...] = ()
    trainings: tuple[Training, ...] = ()
    pins: tuple[Pin, ...] = ()
    changes: ChangePrices = field(default_factory=ChangePrices)
    now: datetime | None = None
