"""What a change of a roster brings: days, costs by rule, and rules that it would break."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.model import RuleName
from optimizer.roster.after.diff import Change
from optimizer.roster.rules.match import Match

__all__ = ["Effect"]

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of a roster brings.

    Parameters
    ----------
    changes
        The days that change.
    costs
        What each rule costs more than before; rules for which nothing changes are left out.
    breaks
        Hard rules that would be broken and are not now.
    """

    changes: tuple[Change, ...]
    costs: dict[RuleName, float]
    breaks: tuple[Match, ...]

    @property
    def cost(self) -> float:
        """Return what the roster would cost more; infinite if a hard rule would be broken."""
        return math.inf if self.breaks else sum(self.costs.values())

    @classmethod
    def between(
        cls,
        changes: tuple[Change, ...],
        before: Iterable[Match],
        after: Iterable[Match],
        shortage: float,
    ) -> Effect:
        """Return the effect of changes from where rules cost something or are broken.

        Parameters
        ----------
        before, after
            Of everybody who changes, and of the rules about several people.
        shortage
            What shortage costs more.
        """
        before, after = tuple(before), tuple(after)
        costs = _finite_costs(after)
        for rule, cost in _finite_costs(before).items():
            costs[rule] -= cost
        costs[RuleName.SHORTAGE] += shortage
        known: defaultdict[object, float] = defaultdict(float)
        for match in before:
            known[match.rule, match.agent, match.day] += match.amount if match.broken else 0.0
        breaks = tuple(
            match
            for match in after
            if match.broken and match.amount > known[match.rule, match.agent, match.day]
        )
        kept = {rule: cost for rule, cost in costs.items() if abs(cost) > ROUNDING}
        return cls(changes, kept, breaks)


def _finite_costs(matches: Iterable[Match]) -> defaultdict[RuleName, float]:
    costs: defaultdict[RuleName, float] = defaultdict(float)
    for match in matches:
        if not match.broken:
            costs[match.rule] += match.cost
    return costs
