"""The linear programme of a capacity plan, in PuLP; `docs/capacity.md` writes it out.

People who are there in any case, and committed hours, are numbers; only what can still be decided
is a variable and stands in the objective.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.staffing.capacity.answer import Decisions
from optimizer.staffing.capacity.model import CapacityProblem, Goals, by_week
from optimizer.staffing.capacity.staff import Staff
from optimizer.staffing.capacity.terms import Terms, Variables, add_row, block, terms, values

if TYPE_CHECKING:
    import pulp

__all__ = ["Programme"]

_ROUNDING = 1e-6
"""Relative, and in hours: CBC writes eight digits."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """A capacity problem as a PuLP model, its variables, and the questions to put to it.

    Parameters
    ----------
    staff
        One per group.
    committed
        Hours that are paid to each pool in any case, [pools, weeks].
    extra
        Hours called beyond them, [pools, weeks].
    elastic, cross
        As in the decisions; None where a pool may not do a group's work.
    short
        Missing hours, [groups, weeks].
    weights
        What one of them counts, [groups, 1].
    cost, fixed_cost
        What can still be decided, and what has to be paid anyway.
    """

    model: pulp.LpProblem
    staff: tuple[Staff, ...]
    committed: Array
    extra: Variables
    elastic: Variables
    cross: Variables
    short: Variables
    weights: Array
    cost: Terms
    fixed_cost: float

    @classmethod
    def of(cls, problem: CapacityProblem) -> Programme:
        """Build the programme; linear in groups x weeks x (weeks of training and ramp + pools)."""
        import pulp

        model = pulp.LpProblem("capacity", pulp.LpMinimize)
        weeks = problem.weeks
        staff = tuple(Staff.of(model, group, weeks, g) for g, group in enumerate(problem.groups))
        committed = np.array(
            [by_week(pool.committed_hours, weeks) for pool in problem.pools]
        ).reshape(-1, weeks)
        extra, elastic = _add_pools(model, problem, committed)
        cross = block(model, "cross", np.full((len(problem.cross_use), weeks), np.inf))
        short = block(model, "short", np.full((len(staff), weeks), np.inf))
        _add_goals(model, problem, staff, elastic, cross, short)

        weights = np.array([[group.shortage_cost] for group in problem.groups])
        prices = np.array([pool.price for pool in problem.pools]).reshape(-1, 1)
        cost = [term for one in staff for term in one.cost()] + terms(extra, prices)
        if problem.goals is Goals.PRICED:
            cost += terms(short, weights)
        fixed = sum(one.fixed_cost for one in staff) + float((prices * committed).sum())
        return cls(model, staff, committed, extra, elastic, cross, short, weights, cost, fixed)

    def minimise_shortage(self) -> None:
        """Ask for the least missing hours, each weighted with its group's price.

        More people never hurt this goal, so everybody who can be hired is: what is left is a
        plain linear programme.
        """
        self.fix_classes(np.array([one.most_classes for one in self.staff]))
        self._minimise(terms(self.short, self.weights))

    def minimise_cost(self) -> None:
        """Ask for the least cost."""
        self.free_classes()
        self._minimise(self.cost)

    def hold_shortage(self) -> None:
        """Allow no more missing hours, weighted, than the solver has left; done once."""
        missing = values(self.short)
        if missing.sum() <= _ROUNDING:
            for variable in self.short.flat:
                variable.upBound = 0.0
            return
        weights = self.weights / self.weights.max()
        most = float((weights * missing).sum())
        row = terms(self.short, weights)
        add_row(self.model, row, "<=", most * (1.0 + _ROUNDING) + _ROUNDING)

    def fix_classes(self, classes: Array) -> None:
        """Decide the new classes, [groups, weeks]; everything else stays open."""
        for one, row in zip(self.staff, classes, strict=True):
            for variable, value in zip(one.classes, row, strict=True):
                variable.bounds(value, value)

    def free_classes(self) -> None:
        """Leave the classes open again."""
        for one in self.staff:
            for variable, most in zip(one.classes, one.most_classes, strict=True):
                variable.bounds(0.0, most)

    def classes(self) -> Array:
        """Return the classes that the solver has left in the variables, [groups, weeks]."""
        return np.array([values(one.classes) for one in self.staff])

    def decisions(self, *, whole: bool = False) -> Decisions:
        """Return everything that the solver has left in the variables.

        Parameters
        ----------
        whole
            Whether classes are whole but for the solver's rounding.
        """
        sizes = np.array([[one.class_size] for one in self.staff])
        classes = self.classes()
        return Decisions(
            starts=sizes * (np.rint(classes) if whole else classes),
            overtime=np.array([values(one.overtime) for one in self.staff]),
            time_off=np.array([values(one.time_off) for one in self.staff]),
            called=self.committed + values(self.extra),
            elastic=values(self.elastic),
            cross=values(self.cross),
        )

    def _minimise(self, objective: Terms) -> None:
        import pulp

        self.model.setObjective(pulp.LpAffineExpression(objective))


def _add_pools(
    model: pulp.LpProblem, problem: CapacityProblem, committed: Array
) -> tuple[Variables, Variables]:
    """Add what is called from each pool, and on whose work it is spent."""
    weeks = problem.weeks
    most = np.empty_like(committed)
    allowed = np.full((len(problem.pools), len(problem.groups), weeks), np.nan)
    for p, pool in enumerate(problem.pools):
        most[p] = by_week(pool.max_hours, weeks) - committed[p]
        most[p, : pool.notice_weeks] = 0.0
        allowed[p, [group.id in pool.groups for group in problem.groups]] = np.inf
    extra = block(model, "extra", most)
    elastic = block(model, "elastic", allowed)
    for p, pool in enumerate(problem.pools):
        for week in range(weeks):
            row = [*terms(elastic[p, :, week], 1.0), (extra[p, week], -1.0)]
            add_row(model, row, "<=", float(committed[p, week]))
            if pool.max_increase is not None:
                before = terms(extra[p, week - 1 : week], -1.0)
                add_row(model, [(extra[p, week], 1.0), *before], "<=", pool.max_increase)
    return extra, elastic


def _add_goals(
    model: pulp.LpProblem,
    problem: CapacityProblem,
    staff: tuple[Staff, ...],
    elastic: Variables,
    cross: Variables,
    short: Variables,
) -> None:
    """Hold the goals: own hours, help and missing hours make up what is required."""
    required = problem.required()
    productivity = np.array([pool.productivity for pool in problem.pools])
    for g, group in enumerate(problem.groups):
        lent = [c for c, use in enumerate(problem.cross_use) if use.source == group.id]
        borrowed = [c for c, use in enumerate(problem.cross_use) if use.target == group.id]
        worth = np.array([problem.cross_use[c].productivity for c in borrowed])
        for week in range(problem.weeks):
            own, sure = staff[g].own_hours(week)
            outside = terms(elastic[:, g, week], productivity)
            need = float(required[g, week])
            if outside and group.max_elastic_share < 1.0:
                add_row(model, outside, "<=", group.max_elastic_share * need)
            supply = [*own, *outside, (short[g, week], 1.0)]
            supply += terms(cross[lent, week], -1.0) + terms(cross[borrowed, week], worth)
            add_row(model, supply, ">=", need - sure)
            for c in lent:
                share = problem.cross_use[c].max_share
                part = [(variable, -share * factor) for variable, factor in own]
                add_row(model, [(cross[c, week], 1.0), *part], "<=", share * sure)
