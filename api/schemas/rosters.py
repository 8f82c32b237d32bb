"""What is asked and answered about rosters: their form in JSON, what they cost, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from api.tasks.requests.references import RosterOrId
from api.tasks.requests.rosters import AgentsNeeded
from optimizer.model import Directives, Organisation, Roster, RuleName, StaffClass
from optimizer.model.record import Record

__all__ = [
    "AnalysisRequest",
    "DifferenceFigures",
    "RecommendationFigures",
    "RosterAnalysis",
    "RosterDocument",
    "WhyFigures",
]


@dataclass(frozen=True, slots=True)
class RosterDocument(Record):
    """A roster as a document, the way the command line reads it.

    Parameters
    ----------
    schema
        Version of the document shape.
    """

    schema: Literal["callboard/1"]
    roster: Roster


@dataclass(frozen=True, slots=True)
class AnalysisRequest(Record):
    """Any roster, with what it should answer.

    Parameters
    ----------
    roster
        The roster, or the identifier of one.
    organisation
        Groups, people and their contracts; the stored ones if it is left out.
    requirement
        Agents needed.
    directives
        Everything that is said of this period alone.
    previous
        The roster that stood before, or the identifier of one.
    """

    roster: RosterOrId
    requirement: AgentsNeeded
    organisation: Organisation | None = None
    directives: Directives | None = None
    previous: RosterOrId | None = None


@dataclass(frozen=True, slots=True)
class MatchFigures(Record):
    """A place where a rule costs something, or is broken.

    Parameters
    ----------
    agent, day
        Whom and when it is about; null for a rule about several people or days.
    amount
        Units of what the rule counts: minutes, days, shifts or weekends.
    cost
        Null where a hard rule is broken.
    detail
        One sentence for a person.
    """

    rule: RuleName
    agent: str | None
    day: date | None
    amount: float
    cost: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class RuleFigures(Record):
    """A rule with everything that it costs.

    Parameters
    ----------
    broken
        Number of matches that break the rule though it is hard.
    matches
        The dearest first.
    """

    rule: RuleName
    cost: float
    broken: int
    matches: tuple[MatchFigures, ...]


@dataclass(frozen=True, slots=True)
class AgentFigures(Record):
    """What one agent has of work and of what nobody likes.

    Parameters
    ----------
    hours, guaranteed_hours
        Paid hours of the shifts, and what the contract guarantees for the period's weeks.
    wishes, denied, granted
        Wishes for days of the period, and what became of them.
    weekends_before, late_shifts_before, denied_before
        What is carried in from before.
    cost
        What the rules about this agent cost together.
    """

    agent: str
    contract: str
    staff_class: StaffClass
    shifts: int
    hours: float
    guaranteed_hours: float
    weekends: int
    late_shifts: int
    wishes: int
    denied: int
    weekends_before: int
    late_shifts_before: int
    denied_before: int
    cost: float
    granted: int


@dataclass(frozen=True, slots=True)
class CoverFigures(Record):
    """Agent-hours of a group on a day."""

    group: str
    day: date
    required_hours: float
    short_hours: float


@dataclass(frozen=True, slots=True)
class RosterAnalysis(Record):
    """What a roster costs, rule by rule and place by place, how fair it is and what it covers.

    Parameters
    ----------
    objective
        What the roster is worth, the less the better; see the documentation of rosters.
    payroll
        What is paid, guarantees included.
    elastic_share
        Share of the hours that elastic agents work; null if nobody works.
    unit_cost
        Payroll per hour on contacts; null if there is none.
    rules
        Those with matches, the broken ones first, then the dearest.
    agents
        In the order of the organisation.
    cover
        By group and day, days on which a group needs nobody left out.
    """

    objective: float
    payroll: float
    elastic_share: float | None
    paid_hours: float
    contact_hours: float
    unit_cost: float | None
    rules: tuple[RuleFigures, ...]
    agents: tuple[AgentFigures, ...]
    cover: tuple[CoverFigures, ...]


@dataclass(frozen=True, slots=True)
class ActivityFigures(Record):
    """An activity within a shift.

    Parameters
    ----------
    start, end
        Local times of the agent's site, with their offset.
    """

    kind: str
    training: str | None
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class ShiftFigures(Record):
    """A shift.

    Parameters
    ----------
    start, end
        Local times of the agent's site, with their offset.
    """

    template: str
    start: str
    end: str
    activities: tuple[ActivityFigures, ...]


@dataclass(frozen=True, slots=True)
class ChangeFigures(Record):
    """One agent's day in two rosters.

    Parameters
    ----------
    kind
        Moved is another template, start or length; activities are those of the same shift.
    before, after
        Null is a day off.
    paid_minutes
        What is paid more than before.
    """

    agent: str
    day: date
    kind: Literal["added", "removed", "moved", "activities"]
    before: ShiftFigures | None
    after: ShiftFigures | None
    paid_minutes: int


@dataclass(frozen=True, slots=True)
class EffectFigures(Record):
    """What a change of a roster brings.

    Parameters
    ----------
    cost
        What the roster would cost more; null if a hard rule would be broken.
    costs
        What each rule costs more; rules for which nothing changes are left out.
    breaks
        Hard rules that would be broken and are not now.
    changes
        The days that change.
    """

    cost: float | None
    costs: dict[RuleName, float]
    breaks: tuple[MatchFigures, ...]
    changes: tuple[ChangeFigures, ...]


@dataclass(frozen=True, slots=True)
class WhyFigures(Record):
    """Why an agent's day is not otherwise.

    Parameters
    ----------
    now
        What the agent works on the day; null if it is free.
    shift
        What is answered for: the cheapest of what was asked about or, if all are stopped, the one
        that breaks the fewest rules. Null is a day off.
    possible, asked
        How many of the shifts that were asked about could be worked as things are, of how many.
    alone
        Of changing this day alone: the rules that stop it, or what it would cost.
    rearranged
        The agent's best other days around it; null if nothing is possible or better.
    """

    agent: str
    day: date
    now: ShiftFigures | None
    shift: ShiftFigures | None
    possible: int
    asked: int
    alone: EffectFigures
    rearranged: EffectFigures | None


@dataclass(frozen=True, slots=True)
class ProposalFigures(EffectFigures):
    """One way to do it, and what it brings.

    Parameters
    ----------
    agents
        Who works otherwise than now, besides the one who was asked about.
    other_days
        Whether days other than the one in question change.
    """

    agents: tuple[str, ...]
    other_days: bool


@dataclass(frozen=True, slots=True)
class RecommendationFigures(Record):
    """Proposals, the cheapest first, and among equals those that change least.

    Parameters
    ----------
    undone
        What it costs to leave the shift of the absent unmanned; null where nobody is.
    """

    undone: EffectFigures | None
    proposals: tuple[ProposalFigures, ...]


@dataclass(frozen=True, slots=True)
class DifferenceFigures(Record):
    """Everything that is different between two rosters, on days that both are about.

    Parameters
    ----------
    changes
        By agent in the order of the organisation, then by day.
    counts
        Number of changes of each kind.
    paid_hours
        What is paid more than before, of everybody who is affected.
    """

    changes: tuple[ChangeFigures, ...]
    counts: dict[str, int]
    paid_hours: dict[str, float]
