"""Every rule, in the order in which they are checked and reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

from optimizer.model import RosterProblem
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules import (
    absences,
    activities,
    availability,
    calls,
    changes,
    days_off,
    elastic_share,
    fairness,
    floors,
    forbidden,
    frozen,
    labour,
    minutes,
    notice,
    pins,
    requests,
    rest,
    rotation,
    runs,
    shift_demand,
    shifts,
    shifts_per_week,
    start_spread,
    template_limits,
    training,
    vendors,
    weekends,
)
from optimizer.roster.rules.forms import Form
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shared import SharedRow, Watch
from optimizer.roster.rules.view import View, Whole

__all__ = ["CHECKS", "FORMS", "SHARED", "SHARED_CHECKS"]

_RULES = (
    shifts,
    activities,
    minutes,
    shifts_per_week,
    template_limits,
    rest,
    start_spread,
    forbidden,
    runs,
    weekends,
    rotation,
    availability,
    days_off,
    absences,
    notice,
    frozen,
    pins,
    labour,
    calls,
    requests,
    fairness,
    changes,
)

FORMS: tuple[Callable[[View], Iterator[Form]], ...] = tuple(rule.forms for rule in _RULES)
CHECKS: tuple[Callable[[Worker], Iterator[Match]], ...] = tuple(rule.check for rule in _RULES)

_SHARED_RULES: tuple[ModuleType, ...] = (vendors, elastic_share, shift_demand, floors, training)

SHARED: tuple[Callable[[Whole, Sequence[View]], Iterator[SharedRow | Watch]], ...] = tuple(
    rule.shared for rule in _SHARED_RULES
)
"""Rules about several people together, for the solvers."""

SHARED_CHECKS: tuple[Callable[[RosterProblem, Sequence[Worker]], Iterator[Match]], ...] = tuple(
    rule.check for rule in _SHARED_RULES
)
