"""Where a rule costs something or is broken: what every check returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from optimizer.model import RuleName

__all__ = ["Match"]


@dataclass(frozen=True, slots=True)
class Match:
    """One place where a rule costs something or is broken.

    Parameters
    ----------
    agent
        Identifier; None for a rule about everybody.
    day
        None for a rule about a week or the period.
    amount
        Units of breach or of whatever is paid for: minutes, days, shifts, weekends, agents.
    cost
        In currency; infinite if a hard rule is broken.
    detail
        A sentence for the scheduler, without the agent's name.
    """

    rule: RuleName
    agent: str | None
    day: date | None
    amount: float
    cost: float
    detail: str

    @property
    def broken(self) -> bool:
        """Tell whether a hard rule is broken."""
        return math.isinf(self.cost)
