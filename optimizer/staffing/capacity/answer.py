"""The answer of a capacity plan: decisions, what follows from them, and what limits them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue
from optimizer.result import SolveReport

__all__ = ["Account", "CapacityResult", "Costs", "Decisions", "Limit", "Shortfall"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """What a planner decides; everything else follows.

    Parameters
    ----------
    starts
        People who start, [groups, weeks]; whole unless the plan is a relaxation.
    overtime, time_off
        Paid hours of overtime and hours of voluntary time off, [groups, weeks].
    called
        Hours paid to each pool, the committed ones included, [pools, weeks].
    elastic
        Hours of each pool spent on each group's work, [pools, groups, weeks].
    cross
        Hours that each cross use moves, counted at the source, [cross uses, weeks].
    """

    starts: Array
    overtime: Array
    time_off: Array
    called: Array
    elastic: Array
    cross: Array


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """Where the money goes.

    Parameters
    ----------
    wages, hiring, overtime, time_off
        [groups, weeks]; time off is what it saves, 0 or less.
    elastic
        [pools, weeks].
    shortage
        Price of missing hours where goals are priced, else 0, [groups, weeks].
    """

    wages: Array
    hiring: Array
    overtime: Array
    time_off: Array
    elastic: Array
    shortage: Array

    @property
    def total(self) -> float:
        """Return the sum of all."""
        return float(sum(part.sum() for part in self.parts().values()))

    def parts(self) -> dict[str, Array]:
        """Return each kind of cost by its name."""
        return {
            "wages": self.wages,
            "hiring": self.hiring,
            "overtime": self.overtime,
            "time_off": self.time_off,
            "elastic": self.elastic,
            "shortage": self.shortage,
        }

    def per_week(self) -> Array:
        """Return the cost of every week, [weeks]."""
        weeks = np.zeros(self.wages.shape[1])
        for part in self.parts().values():
            weeks += part.sum(axis=0)
        return weeks


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """What follows from decisions, computed week by week without a solver.

    Parameters
    ----------
    heads, training, ramping
        People on the payroll at the start of the week, new ones included, and how many of them
        are in training and in the ramp after it, [groups, weeks].
    productive
        The same people counted by their productivity, [groups, weeks].
    own_hours
        Hours on contacts of the group's own staff, overtime included, before any of them are
        lent to another group, [groups, weeks].
    supplied
        Hours on contacts with everybody's help, [groups, weeks].
    short
        Hours missing to what is required, [groups, weeks].
    violations
        What the decisions break, one sentence each; none in a sound plan.
    """

    heads: Array
    training: Array
    ramping: Array
    productive: Array
    own_hours: Array
    supplied: Array
    short: Array
    costs: Costs
    violations: tuple[str, ...]

    @property
    def trained(self) -> Array:
        """Return the people past training and ramp, [groups, weeks]."""
        return self.heads - self.training - self.ramping


class Limit(StrEnum):
    """What keeps a plan from doing more about missing hours."""

    LEAD_TIME = "lead_time"
    HIRING_CAP = "hiring_cap"
    NO_HIRING = "no_hiring"
    ATTRITION = "attrition"
    OVERTIME_CAP = "overtime_cap"
    NOTICE = "notice"
    POOL_CAP = "pool_cap"
    POOL_INCREASE = "pool_increase"
    ELASTIC_SHARE = "elastic_share"
    CROSS_USE_CAP = "cross_use_cap"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A group that misses its goal in a week.

    Parameters
    ----------
    group, week
        Positions in the problem.
    hours, share
        Missing hours on contacts, and their share of those required.
    reasons
        Each limit that binds, with a sentence for people.
    """

    group: int
    week: int
    hours: float
    share: float
    reasons: dict[Limit, str]


@dataclass(frozen=True, slots=True, eq=False)
class CapacityResult:
    """A capacity plan and how good it is.

    Parameters
    ----------
    report
        Its objective is the total cost of the account; the bound is proven by CBC.
    shortfalls
        Every group and week in which hours are missing, the earliest first.
    issues
        The same as warnings, addressed to the problem, and what its check warned of.
    """

    decisions: Decisions
    account: Account
    report: SolveReport
    shortfalls: tuple[Shortfall, ...]
    issues: tuple[Issue, ...]
