"""Elastic share: elastic staff works at most so much of all paid hours.

With the share ``s`` the hours keep ``(1 - s) elastic - s core <= 0``. The rule is hard unless
every elastic contract has a soft price for it; then the least of these prices holds for every
hour by which the left side exceeds 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from optimizer.model import Contract, RosterProblem, RuleName, StaffClass
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shared import Part, SharedRow
from optimizer.roster.rules.view import View, Whole

__all__ = ["check", "shared"]

TOLERANCE = 1e-9


def shared(whole: Whole, views: Sequence[View]) -> Iterator[SharedRow]:
    """Yield one row over all paid hours."""
    share = whole.problem.organisation.max_elastic_share
    elastic = [view for view in views if view.contract.staff_class is StaffClass.ELASTIC]
    if share is None or not elastic:
        return
    core = [view for view in views if view.contract.staff_class is StaffClass.CORE]
    every, hours = np.arange(len(whole.patterns)), whole.paid_minutes / 60
    parts = tuple(
        Part(np.array([view.number for view in members], dtype=np.int64), every, weight * hours)
        for members, weight in ((elastic, 1 - share), (core, -share))
    )
    price = _price([view.contract for view in elastic])
    yield SharedRow(RuleName.ELASTIC_SHARE, parts, -math.inf, 0.0, 0.0, price)


def _price(contracts: Sequence[Contract]) -> float:
    prices = [contract.soft.get(RuleName.ELASTIC_SHARE, math.inf) for contract in contracts]
    return min(prices) if all(math.isfinite(price) for price in prices) else math.inf


def check(problem: RosterProblem, staff: Sequence[Worker]) -> Iterator[Match]:
    """Yield the share of elastic staff if it is too great."""
    share = problem.organisation.max_elastic_share
    if share is None:
        return
    hours, elastic_hours, soft = 0.0, 0.0, list[float]()
    for worker in staff:
        mine = sum(duty.paid for duty in worker.duties) / 60
        hours += mine
        if worker.contract.staff_class is StaffClass.ELASTIC:
            elastic_hours += mine
            soft.append(worker.price(RuleName.ELASTIC_SHARE))
    over = elastic_hours - share * hours
    if over > TOLERANCE:
        price = math.inf if math.inf in soft else min(soft)
        detail = f"Elastic staff works {elastic_hours:g} of {hours:g} hours, at most {share:.0%}."
        yield Match(RuleName.ELASTIC_SHARE, None, None, over, price * over, detail)
