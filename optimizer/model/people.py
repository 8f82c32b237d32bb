"""Who does the work: agents, what they asked for, and what they carry in from before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from optimizer.model.contracts import Limits
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.record import Record
from optimizer.model.services import Tier

__all__ = [
    "Absence",
    "Agent",
    "Availability",
    "History",
    "Request",
    "RequestKind",
    "Rotation",
]


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
