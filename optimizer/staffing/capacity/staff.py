"""The part of the programme that concerns one staff group: who is there and for how many hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.staffing.capacity.cohorts import Cohorts
from optimizer.staffing.capacity.model import Hiring, StaffGroup, by_week
from optimizer.staffing.capacity.terms import Terms, Variables, add_row, block, terms

if TYPE_CHECKING:
    import pulp

__all__ = ["Staff"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """Variables of one group, and what is known without them; all arrays are [weeks].

    Parameters
    ----------
    heads, trained, productive
        Those who are there in any case: at the start or hired already.
    classes, most_classes
        Classes of new hires, and their upper bounds.
    hired
        New hires past training and ramp.
    """

    group: StaffGroup
    cohorts: Cohorts
    heads: Array
    trained: Array
    productive: Array
    available: Array
    classes: Variables
    most_classes: Array
    hired: Variables
    overtime: Variables
    time_off: Variables

    @classmethod
    def of(cls, model: pulp.LpProblem, group: StaffGroup, weeks: int, tag: int) -> Staff:
        """Add the variables and rows of a group to the model."""
        cohorts = Cohorts.of(group, weeks)
        joining = np.zeros(weeks)
        joining[: len(group.joining)] = group.joining
        young, producing = cohorts.young(joining)
        trained = cohorts.trained(joining, group.heads)
        most = _most_classes(group.hiring, weeks)
        free = np.full(weeks, np.inf)
        staff = cls(
            group=group,
            cohorts=cohorts,
            heads=trained + young,
            trained=trained,
            productive=trained + producing,
            available=1.0 - by_week(group.shrinkage, weeks),
            classes=block(model, f"classes_{tag}", most, integer=True),
            most_classes=most,
            hired=block(model, f"hired_{tag}", free),
            overtime=block(model, f"overtime_{tag}", free),
            time_off=block(model, f"time_off_{tag}", free),
        )
        staff._add_rows(model)
        return staff

    @property
    def class_size(self) -> int:
        """Return the people in one class."""
        return self.group.hiring.class_size if self.group.hiring else 1

    @property
    def fixed_cost(self) -> float:
        """Return the wages of those who are there in any case."""
        return self.group.hours_per_week * self.group.hourly_cost * float(self.heads.sum())

    def own_hours(self, week: int) -> tuple[Terms, float]:
        """Return the hours on contacts of the group's staff: what depends, and what is sure."""
        share = float(self.available[week])
        hours = share * self.group.hours_per_week
        found: Terms = [
            (self.hired[week], hours),
            (self.overtime[week], share),
            (self.time_off[week], -share),
        ]
        for k, productivity in enumerate(self.cohorts.productivity[: week + 1]):
            if productivity > 0.0:
                start = week - k
                people = self.class_size * self.cohorts.alive[start, k]
                found.append((self.classes[start], hours * productivity * people))
        return found, hours * float(self.productive[week])

    def cost(self) -> Terms:
        """Return the cost that can still be decided."""
        group, weeks = self.group, len(self.classes)
        wage = group.hours_per_week * group.hourly_cost
        hire = group.hiring.cost if group.hiring else 0.0
        paid_weeks = np.array(
            [
                self.cohorts.alive[start, : min(self.cohorts.young_weeks, weeks - start)].sum()
                for start in range(weeks)
            ]
        )
        return [
            *terms(self.classes, self.class_size * (hire + wage * paid_weeks)),
            *terms(self.hired, wage),
            *terms(self.overtime, group.hourly_cost * (1.0 + group.overtime_premium)),
            *terms(self.time_off, -group.hourly_cost * (1.0 - group.time_off_paid)),
        ]

    def _add_rows(self, model: pulp.LpProblem) -> None:
        """Carry hires from week to week; bound overtime and time off by trained people."""
        group, k = self.group, self.cohorts.young_weeks
        for week, hired in enumerate(self.hired):
            row: Terms = [(hired, 1.0)]
            if week > 0:
                row.append((self.hired[week - 1], -float(self.cohorts.stay[week - 1])))
            if week >= k:
                people = self.class_size * float(self.cohorts.alive[week - k, k])
                row.append((self.classes[week - k], -people))
            add_row(model, row, "==", 0.0)
            for hours, most in (
                (self.overtime[week], group.max_overtime * group.hours_per_week),
                (self.time_off[week], group.max_time_off * group.hours_per_week),
            ):
                sure = most * float(self.trained[week])
                add_row(model, [(hours, 1.0), (hired, -most)], "<=", sure)


def _most_classes(hiring: Hiring | None, weeks: int) -> Array:
    most = np.zeros(weeks)
    if hiring is not None:
        most[:] = by_week(hiring.max_starts, weeks) // hiring.class_size
        most[: hiring.lead_weeks] = 0.0
    return most
