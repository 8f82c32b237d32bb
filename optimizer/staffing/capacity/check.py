"""What follows from decisions, and what they break: week by week, without the programme.

This shares no formula with the solver's side: every class of starters is followed from week to
week on its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.staffing.capacity.answer import Account, Costs, Decisions
from optimizer.staffing.capacity.model import CapacityProblem, Goals, StaffGroup, by_week

__all__ = ["account_for"]

_SMALLEST_SHORTAGE = 0.01
"""Missing hours below which a goal counts as held, as it does below a millionth of the hours at
hand: CBC writes eight digits."""

_RELATIVE, _ABSOLUTE = 1e-6, 1e-3

Array = NDArray[np.float64]


@dataclass(slots=True)
class _Class:
    """People who started together."""

    size: float
    age: int


@dataclass(slots=True)
class _Heads:
    """Counts of one group by week."""

    heads: list[float] = field(default_factory=list)
    training: list[float] = field(default_factory=list)
    ramping: list[float] = field(default_factory=list)
    productive: list[float] = field(default_factory=list)


def account_for(
    problem: CapacityProblem, decisions: Decisions, *, relaxed: bool = False
) -> Account:
    """Return heads, hours, missing hours, costs and violations of a plan.

    Parameters
    ----------
    relaxed
        Whether people may start in fractions and classes of any size.
    """
    counts = [
        _follow(group, starts, problem.weeks)
        for group, starts in zip(problem.groups, decisions.starts, strict=True)
    ]
    heads = np.array([count.heads for count in counts])
    training = np.array([count.training for count in counts])
    ramping = np.array([count.ramping for count in counts])
    productive = np.array([count.productive for count in counts])

    hours = np.array([[group.hours_per_week] for group in problem.groups])
    shrinkage = np.array([by_week(group.shrinkage, problem.weeks) for group in problem.groups])
    paid = hours * productive + decisions.overtime - decisions.time_off
    own_hours = paid - paid * shrinkage
    supplied = own_hours.copy()
    row = {group.id: g for g, group in enumerate(problem.groups)}
    for use, lent in zip(problem.cross_use, decisions.cross, strict=True):
        supplied[row[use.source]] -= lent
        supplied[row[use.target]] += use.productivity * lent
    for pool, spent in zip(problem.pools, decisions.elastic, strict=True):
        supplied += pool.productivity * spent
    required = problem.required()
    short = required - supplied
    short[short < np.maximum(_SMALLEST_SHORTAGE, _RELATIVE * (required + own_hours))] = 0.0

    found = _Violations(problem)
    for week in range(problem.weeks):
        _check_staff(found, decisions, heads - training - ramping, week, relaxed=relaxed)
        _check_pools(found, decisions, required[:, week], week)
        _check_cross_use(found, decisions, own_hours, row, week)
    return Account(
        heads, training, ramping, productive, own_hours, supplied, short,
        _costs(problem, decisions, heads, short), tuple(found.sentences),
    )  # fmt: skip


def _follow(group: StaffGroup, starts: Array, weeks: int) -> _Heads:
    """Follow every class of starters of a group through the weeks."""
    full = group.training_weeks + len(group.ramp)
    attrition = by_week(group.attrition, weeks)
    early = by_week(group.early_attrition or group.attrition, weeks)
    classes = [_Class(group.heads, full)]
    count = _Heads()
    for week in range(weeks):
        joining = group.joining[week] if week < len(group.joining) else 0
        classes.append(_Class(joining + starts[week], 0))
        sizes = {"training": 0.0, "ramp": 0.0, "trained": 0.0}
        productive = 0.0
        for one in classes:
            if one.age < group.training_weeks:
                sizes["training"] += one.size
            elif one.age < full:
                sizes["ramp"] += one.size
                productive += one.size * group.ramp[one.age - group.training_weeks]
            else:
                sizes["trained"] += one.size
        count.heads.append(sum(sizes.values()))
        count.training.append(sizes["training"])
        count.ramping.append(sizes["ramp"])
        count.productive.append(productive + sizes["trained"])
        for one in classes:
            one.size -= one.size * (early if one.age < full else attrition)[week]
            one.age += 1
    return count


def _costs(problem: CapacityProblem, decisions: Decisions, heads: Array, short: Array) -> Costs:
    costs = Costs(
        wages=np.zeros_like(heads),
        hiring=np.zeros_like(heads),
        overtime=np.zeros_like(heads),
        time_off=np.zeros_like(heads),
        elastic=np.zeros_like(decisions.called),
        shortage=np.zeros_like(short),
    )
    for g, group in enumerate(problem.groups):
        costs.wages[g] = heads[g] * group.hours_per_week * group.hourly_cost
        if group.hiring is not None:
            costs.hiring[g] = decisions.starts[g] * group.hiring.cost
        costs.overtime[g] = decisions.overtime[g] * group.hourly_cost * (1 + group.overtime_premium)
        costs.time_off[g] = -decisions.time_off[g] * group.hourly_cost * (1 - group.time_off_paid)
        if problem.goals is Goals.PRICED:
            costs.shortage[g] = short[g] * group.shortage_cost
    for p, pool in enumerate(problem.pools):
        costs.elastic[p] = decisions.called[p] * pool.price
    return costs


class _Violations:
    """Sentences about what is broken, beyond rounding."""

    def __init__(self, problem: CapacityProblem) -> None:
        self.problem = problem
        self.sentences: list[str] = []

    def most(self, week: int, what: str, value: float, limit: float) -> None:
        """Note a value above its limit."""
        if value > limit + _ABSOLUTE + _RELATIVE * abs(limit):
            self.sentences.append(f"Week {week + 1}: {what} is {value:g}, above {limit:g}.")


def _check_staff(
    found: _Violations, decisions: Decisions, trained: Array, week: int, *, relaxed: bool
) -> None:
    for g, group in enumerate(found.problem.groups):
        starts = float(decisions.starts[g, week])
        allowed = 0.0
        if group.hiring is not None and week >= group.hiring.lead_weeks:
            allowed = float(by_week(group.hiring.max_starts, found.problem.weeks)[week])
            if not relaxed and starts % group.hiring.class_size:
                found.sentences.append(f"Week {week + 1}: {starts:g} {group.id} are no classes.")
        found.most(week, f"starts of {group.id}", starts, allowed)
        hours = float(trained[g, week]) * group.hours_per_week
        overtime, time_off = decisions.overtime[g, week], decisions.time_off[g, week]
        found.most(week, f"overtime of {group.id}", overtime, group.max_overtime * hours)
        found.most(week, f"time off of {group.id}", time_off, group.max_time_off * hours)
        for what, value in (("starts", starts), ("overtime", overtime), ("time off", time_off)):
            found.most(week, f"less than no {what} of {group.id}", -value, 0.0)


def _check_pools(found: _Violations, decisions: Decisions, required: Array, week: int) -> None:
    problem = found.problem
    from_pools = np.zeros(len(problem.groups))
    for p, pool in enumerate(problem.pools):
        committed = by_week(pool.committed_hours, problem.weeks)
        most = by_week(pool.max_hours, problem.weeks)
        called, spent = decisions.called[p], decisions.elastic[p, :, week]
        found.most(week, f"the commitment to {pool.id}", committed[week], called[week])
        limit = committed[week] if week < pool.notice_weeks else most[week]
        found.most(week, f"the call of {pool.id}", called[week], limit)
        if pool.max_increase is not None:
            before = called[week - 1] - committed[week - 1] if week else 0.0
            found.most(
                week, f"the increase of {pool.id}",
                called[week] - committed[week] - before, pool.max_increase,
            )  # fmt: skip
        found.most(week, f"what {pool.id} does", spent.sum(), called[week])
        for g, group in enumerate(problem.groups):
            found.most(week, f"less than nothing of {pool.id}", -spent[g], 0.0)
            if group.id not in pool.groups:
                found.most(week, f"what {pool.id} does for {group.id}", spent[g], 0.0)
        from_pools += pool.productivity * spent
    for g, group in enumerate(problem.groups):
        limit = group.max_elastic_share * required[g]
        if group.max_elastic_share < 1.0:
            found.most(week, f"elastic work for {group.id}", from_pools[g], limit)


def _check_cross_use(
    found: _Violations, decisions: Decisions, own: Array, row: dict[str, int], week: int
) -> None:
    for use, lent in zip(found.problem.cross_use, decisions.cross[:, week], strict=True):
        what = f"the help of {use.source} for {use.target}"
        found.most(week, what, lent, use.max_share * own[row[use.source], week])
        found.most(week, f"less than no {what}", -lent, 0.0)
