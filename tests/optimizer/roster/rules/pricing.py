"""One agent's shifts and what a rule makes them cost, by its forms and its check alike."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from optimizer.model import Agent, RosterProblem, Shift
from optimizer.roster.rules.evaluate import FREE
from tests.optimizer.roster.agreement import as_roster, checked, formed, views_of

__all__ = ["person", "price"]


def person(**fields: Any) -> tuple[Agent, ...]:
    """Return the agents of a problem that has only ``a0``."""
    return (Agent("a0", "c", "here", {"s0": 3}, **fields),)


def price(rule: ModuleType, made: RosterProblem, *shifts: Shift) -> float:
    """Return what a rule makes the shifts of the first agent cost; forms and check must agree."""
    views = views_of(made)
    patterns, names = views[0].whole.patterns, views[0].whole.template_ids
    plan = np.full((len(views), len(views[0].whole.calendar.days)), FREE)
    for shift in shifts:
        (pattern,) = np.flatnonzero(
            (patterns.template == names[shift.template])
            & (patterns.start == shift.start)
            & (patterns.end == shift.end)
            & (patterns.clock == views[0].clock)
        )
        plan[0, patterns.day[pattern]] = pattern
    cost = checked(rule, made, as_roster(views, plan))[0]
    assert formed(rule, views, plan)[0] == pytest.approx(cost)
    return cost
