"""What is asked and answered about the staffing of one planning group.

Columns have one value per interval. Their names are those of the arguments of
:func:`optimizer.staffing.least_agents`, so that its issues point into the body as it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from optimizer.model import ServiceGoal
from optimizer.model.record import Record

__all__ = ["StaffingPlan", "StaffingRequest"]

_Seconds = Annotated[float, Field(gt=0)]
_Column = tuple[Annotated[float, Field(ge=0)], ...]


@dataclass(frozen=True, slots=True)
class StaffingRequest(Record):
    """Contacts that are answered at once (voice, chat), and the service they should get.

    Parameters
    ----------
    interval_s
        Length of an interval in seconds.
    offered
        Contacts that arrive in each interval.
    aht_s
        Mean handling time in seconds in each interval; of one contact among `concurrency`.
        What stands beside an interval without contacts does not matter.
    goal
        What has to hold in every interval. Deadlines of deferred work have no place here.
    patience_seconds
        Mean time until a waiting customer gives up; null means that nobody does.
    concurrency
        Contacts that one agent handles at the same time.
    shrinkage
        Share of paid time that is not available for contacts.
    """

    interval_s: Annotated[float, Field(gt=0, le=86_400)]
    offered: _Column
    aht_s: _Column
    goal: ServiceGoal
    patience_seconds: _Seconds | None = None
    concurrency: Annotated[int, Field(ge=1, le=50)] = 1
    shrinkage: Annotated[float, Field(ge=0, lt=1)] = 0.0


@dataclass(frozen=True, slots=True)
class StaffingPlan(Record):
    """The least agents that meet the goal in each interval, and what to expect with them.

    Parameters
    ----------
    required
        Agents on contacts.
    scheduled
        Agents on the roster, so that shrinkage leaves `required` of them.
    service_level
        Share answered within the goal's `within_seconds`, of the contacts that its denominator
        counts; null if the goal has no such time.
    asa_s
        Mean wait of answered contacts in seconds.
    occupancy
        Share of the required agents' time spent on contacts.
    abandonment
        Share of contacts that give up.
    """

    required: tuple[int, ...]
    scheduled: tuple[int, ...]
    service_level: tuple[float, ...] | None
    asa_s: tuple[float, ...]
    occupancy: tuple[float, ...]
    abandonment: tuple[float, ...]
