"""How one week's starters come along: who is still there, who is trained, who produces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.staffing.capacity.model import StaffGroup, by_week

__all__ = ["Cohorts"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cohorts:
    """Coefficients of people by the week in which they start.

    Parameters
    ----------
    alive
        Share of those who start in week s still there k weeks later, [weeks, k]; the last k is
        the week from which they count as trained. Weeks after the plan are not meant to be read.
    productivity
        In week k after the start, training and ramp only, [k].
    stay
        Share of trained people who are still there a week later, [weeks].
    """

    alive: Array
    productivity: Array
    stay: Array

    @classmethod
    def of(cls, group: StaffGroup, weeks: int) -> Cohorts:
        """Return the coefficients of a staff group."""
        stay = 1.0 - by_week(group.attrition, weeks)
        early = 1.0 - by_week(group.early_attrition, weeks) if group.early_attrition else stay
        young = min(group.weeks_to_full, weeks)
        alive = np.ones((weeks, young + 1))
        for k in range(young):
            alive[:, k + 1] = alive[:, k]
            alive[: weeks - k, k + 1] *= early[k:]
        productivity = np.array([0.0] * group.training_weeks + list(group.ramp))[:young]
        return cls(alive, productivity, stay)

    @property
    def young_weeks(self) -> int:
        """Return the weeks in which starters are in training or ramp, as far as the plan goes."""
        return len(self.productivity)

    def young(self, starts: Array) -> tuple[Array, Array]:
        """Return heads in training and ramp, and what they count by productivity, [weeks]."""
        heads, productive = np.zeros_like(starts), np.zeros_like(starts)
        for k, share in enumerate(self.productivity):
            there = starts[: len(starts) - k] * self.alive[: len(starts) - k, k]
            heads[k:] += there
            productive[k:] += share * there
        return heads, productive

    def trained(self, starts: Array, at_start: float = 0.0) -> Array:
        """Return the trained people, from those at the start and from starters, [weeks]."""
        k = self.young_weeks
        joining = np.zeros_like(starts)
        joining[k:] = starts[: len(starts) - k] * self.alive[: len(starts) - k, k]
        trained = np.empty_like(starts)
        left = at_start
        for week, new in enumerate(joining):
            trained[week] = left + new
            left = trained[week] * self.stay[week]
        return trained
