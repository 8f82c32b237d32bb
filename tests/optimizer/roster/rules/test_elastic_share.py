"""Elastic staff works at most its share of all paid hours."""

from __future__ import annotations

import math

import pytest

from optimizer.model import Agent, Contract, RosterProblem, RuleName, Shift, StaffClass
from optimizer.roster.checks.worker import workers
from optimizer.roster.rules import elastic_share
from optimizer.roster.rules.match import Match
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import problem, roster, shift

SOFT = {RuleName.ELASTIC_SHARE: 10.0}


def sharing(
    share: float | None,
    first: dict[RuleName, float] | None = None,
    second: dict[RuleName, float] | None = None,
) -> RosterProblem:
    """Return a problem of one core agent and two elastic ones under two contracts."""
    contracts = (
        Contract("core", templates=("morning",)),
        Contract("one", StaffClass.ELASTIC, templates=("morning",), soft=first or {}),
        Contract("two", StaffClass.ELASTIC, templates=("morning",), soft=second or {}),
    )
    agents = tuple(
        Agent(f"a{i}", contract.id, "here", {"s0": 3}) for i, contract in enumerate(contracts)
    )
    return problem(agents=agents, contracts=contracts, max_elastic_share=share)


def matches(made: RosterProblem, *shifts: Shift) -> list[Match]:
    return list(elastic_share.check(made, workers(made, roster(made, *shifts))))


TWO_OF_THREE = (shift("a0", 0), shift("a1", 0), shift("a2", 1))


@pytest.mark.parametrize(
    ("share", "broken"), [(None, False), (2 / 3, False), (0.6, True), (0, True)]
)
def test_the_share_of_all_paid_hours_is_held(share: float | None, broken: bool) -> None:
    found = matches(sharing(share), *TWO_OF_THREE)
    assert [match.cost for match in found] == ([math.inf] if broken else [])


def test_nobody_at_work_is_no_share_at_all() -> None:
    assert matches(sharing(0.0)) == []


@pytest.mark.parametrize(
    ("first", "second", "price"),
    [(SOFT, {RuleName.ELASTIC_SHARE: 7.0}, 7.0), (SOFT, None, math.inf)],
)
def test_it_is_soft_if_every_elastic_contract_says_so_at_the_least_price(
    first: dict[RuleName, float], second: dict[RuleName, float] | None, price: float
) -> None:
    made = sharing(0.5, first, second)
    (match,) = matches(made, *TWO_OF_THREE)
    # Eight of twelve hours where six are allowed.
    assert match.amount == pytest.approx(2.0)
    assert match.cost == pytest.approx(price * 2.0)
    views = views_of(made)
    (row,) = elastic_share.shared(views[0].whole, views)
    assert row.above_price == price
