"""The question of a capacity plan: staff, hiring, elastic pools and the hours that goals need.

Weeks are counted from 0, the one that begins on `first_monday`; that Monday is also the day on
which the plan is made. Where a field is a list by week, a list with one number holds for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Tier
from optimizer.model.record import Record

__all__ = [
    "CapacityProblem",
    "CrossUse",
    "ElasticPool",
    "Goals",
    "Hiring",
    "Promotion",
    "StaffGroup",
    "by_week",
]


class Goals(StrEnum):
    """What missing hours mean.

    ``first``: as few hours are missing as can be, and that at the least cost; ``required``: the
    same, but a plan in which any are missing is no plan; ``priced``: a missing hour costs the
    group's `shortage_cost` and is weighed against everything else.
    """

    FIRST = "first"
    REQUIRED = "required"
    PRICED = "priced"


@dataclass(frozen=True, slots=True)
class Hiring(Record):
    """How people can be hired.

    Parameters
    ----------
    max_starts
        Most people who start in a week, by week.
    lead_weeks
        From the decision to the first day.
    class_size
        People start in classes of exactly this size; 1 for any number.
    cost
        Of recruiting and training one person, wages apart; due in the week of the start.
    """

    max_starts: tuple[int, ...]
    lead_weeks: int = 0
    class_size: int = 1
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class StaffGroup(Record):
    """People who do the same work under the same terms: the front line, technical experts.

    Parameters
    ----------
    heads
        Trained people at the start, 0 or more; part-timers count as their share of a full week.
    hourly_cost
        Price of a paid hour.
    required_hours
        Hours on contacts that the goals need, by week. None at all: they come from a forecast.
    tier, planning_groups
        What the group serves when its hours come from a forecast: these planning groups, or
        else all of that tier.
    hours_per_week
        Paid hours of one person.
    shrinkage
        Share of paid hours not available for contacts, in [0, 1), by week.
    attrition
        Share of the people who leave at the end of a week, in [0, 1), by week.
    early_attrition
        The same for people in training and ramp; None at all is that of the others.
    joining
        People hired already, by the week in which they start; later weeks may be left out.
    training_weeks
        Weeks without productivity at the start.
    ramp
        Productivity in the weeks after training, in (0, 1]; 1 from then on.
    hiring
        None if nobody can be hired.
    max_overtime, overtime_premium
        Greatest overtime as a share of the paid hours of trained people, and what an hour of it
        costs on top of the hourly cost, as a share of it.
    max_time_off, time_off_paid
        Greatest voluntary time off as a share of the same hours, and the share of the hourly
        cost that is paid for it.
    max_elastic_share
        Greatest share of the required hours that elastic pools may do, in [0, 1].
    shortage_cost
        Price of a missing hour, above 0; where goals come first, the weight of one.
    """

    id: str
    heads: float
    hourly_cost: float
    required_hours: tuple[float, ...] = ()
    tier: Tier | None = None
    planning_groups: tuple[str, ...] = ()
    hours_per_week: float = 40.0
    shrinkage: tuple[float, ...] = (0.0,)
    attrition: tuple[float, ...] = (0.0,)
    early_attrition: tuple[float, ...] = ()
    joining: tuple[int, ...] = ()
    training_weeks: int = 0
    ramp: tuple[float, ...] = ()
    hiring: Hiring | None = None
    max_overtime: float = 0.0
    overtime_premium: float = 0.5
    max_time_off: float = 0.0
    time_off_paid: float = 0.0
    max_elastic_share: float = 1.0
    shortage_cost: float = 100.0

    @property
    def most_hours_per_week(self) -> float:
        """Return the paid hours of one trained person with all the overtime there may be."""
        return self.hours_per_week * (1.0 + self.max_overtime)

    @property
    def weeks_to_full(self) -> int:
        """Return the weeks from the first day until a person counts as trained."""
        return self.training_weeks + len(self.ramp)


@dataclass(frozen=True, slots=True)
class ElasticPool(Record):
    """On-call staff or a vendor whose hours are called week by week.

    Parameters
    ----------
    groups
        Identifiers of the staff groups whose work it may do.
    price
        Of an hour on contacts.
    max_hours
        Most hours, by week; 0 where the pool is not there.
    committed_hours
        Hours that are paid whether they are used or not, by week.
    notice_weeks
        From the call to the hours; before that only the committed ones can be used.
    max_increase
        By how much the hours beyond the commitment may grow from one week to the next (new
        people have to be found and trained there, too); None is no limit.
    productivity
        Work done in one hour, as a multiple of what trained own staff does, above 0.
    """

    id: str
    groups: tuple[str, ...]
    price: float
    max_hours: tuple[float, ...]
    committed_hours: tuple[float, ...] = (0.0,)
    notice_weeks: int = 0
    max_increase: float | None = None
    productivity: float = 1.0


@dataclass(frozen=True, slots=True)
class CrossUse(Record):
    """Staff of one group that may help another, as experts may help the front line.

    Parameters
    ----------
    productivity
        Work done in one hour, as a multiple of what the helped group's own staff does.
    max_share
        Greatest share of the source's hours on contacts; those of a source add up to at most 1.
    """

    source: str
    target: str
    productivity: float = 1.0
    max_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Promotion(Record):
    """Work that comes on top for some weeks.

    Parameters
    ----------
    first_monday
        Of the weeks in `extra_hours`.
    extra_hours
        Hours on contacts in the first, second, ... of these weeks, by staff group.
    """

    id: str
    first_monday: date
    extra_hours: dict[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class CapacityProblem(Record):
    """Whom to hire and call in each week so that goals hold at the least cost.

    Parameters
    ----------
    weeks
        Length of the plan, 1 to 156.
    """

    first_monday: date
    weeks: int
    groups: tuple[StaffGroup, ...]
    pools: tuple[ElasticPool, ...] = ()
    cross_use: tuple[CrossUse, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    goals: Goals = Goals.FIRST

    def monday(self, week: int) -> date:
        """Return the first day of a week."""
        return self.first_monday + timedelta(weeks=week)

    def required(self) -> NDArray[np.float64]:
        """Return the hours on contacts that goals need, promotions included, [groups, weeks]."""
        hours = np.array([by_week(group.required_hours, self.weeks) for group in self.groups])
        row = {group.id: g for g, group in enumerate(self.groups)}
        for promotion in self.promotions:
            first = (promotion.first_monday - self.first_monday).days // 7
            for name, extra in promotion.extra_hours.items():
                hours[row[name], first : first + len(extra)] += extra
        return hours

    def without_promotions(self) -> CapacityProblem:
        """Return the same question for ordinary weeks."""
        return replace(self, promotions=())

    def without_pools(self) -> CapacityProblem:
        """Return the same question for own staff alone."""
        return replace(self, pools=())


def by_week(values: Sequence[float], weeks: int) -> NDArray[np.float64]:
    """Return a list by week in full, [weeks]; a single number holds for all of them."""
    return np.array(np.broadcast_to(np.asarray(values, dtype=np.float64), weeks))
