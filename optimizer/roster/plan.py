"""A roster in the making: who works which pattern on which day, as arrays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import PlannedActivity, Roster, Shift
from optimizer.roster.setting import Family, Setting

__all__ = ["FREE", "Plan"]

FREE = -1
"""In the place of a pattern: the agent does not work."""

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Patterns and activities, per agent and day; the arrays are filled in place.

    Parameters
    ----------
    worked
        Index of the pattern worked, or `FREE`, [agents, days].
    begins
        Slot at which each activity of the pattern's template begins,
        [agents, days, activities]; without meaning where there is no such activity.
    """

    worked: Integers
    begins: Integers

    @classmethod
    def empty(cls, setting: Setting) -> Plan:
        """Return a plan in which nobody works."""
        size = len(setting.problem.organisation.agents), len(setting.calendar.days)
        most = max((len(activities) for activities in setting.patterns.activities), default=0)
        return cls(np.full(size, FREE, dtype=np.int64), np.zeros((*size, most), dtype=np.int64))

    def shifts(self) -> list[tuple[int, int, int]]:
        """Return (agent, day, pattern) of every shift, by agent and day."""
        agents, days = np.nonzero(self.worked != FREE)
        return list(
            zip(agents.tolist(), days.tolist(), self.worked[agents, days].tolist(), strict=True)
        )

    def counts(self, setting: Setting) -> dict[Family, Counter[int]]:
        """Return how many of each family work each pattern."""
        found = {}
        for family in setting.families():
            worked = self.worked[[agent for agent, _ in setting.members(family)]]
            found[family] = Counter(worked[worked != FREE].tolist())
        return found

    def roster(self, setting: Setting) -> Roster:
        """Return the roster, sorted by agent and start."""
        organisation, patterns = setting.problem.organisation, setting.patterns
        shifts = []
        for agent, day, pattern in self.shifts():
            template = organisation.templates[patterns.template[pattern]]
            sizes = patterns.activities[patterns.template[pattern]]
            activities = tuple(
                PlannedActivity(what.kind, begin, begin + size.slots, what.paid)
                for what, size, begin in zip(
                    template.activities, sizes, self.begins[agent, day].tolist(), strict=False
                )
            )
            shifts.append(
                Shift(
                    organisation.agents[agent].id,
                    template.id,
                    int(patterns.start[pattern]),
                    int(patterns.end[pattern]),
                    activities,
                )
            )
        shifts.sort(key=lambda shift: (shift.agent, shift.start))
        return Roster(setting.problem.requirement.grid, tuple(shifts))
