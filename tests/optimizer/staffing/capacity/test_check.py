"""The check follows people by itself, adds up what they cost, and finds what a plan breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.staffing.capacity import CapacityProblem, Decisions, Hiring, account_for
from tests.optimizer.staffing.capacity.cases import group, plan, problem, promotion


def nothing(question: CapacityProblem) -> Decisions:
    """Return decisions to do nothing, which any problem without commitments allows."""
    groups, pools, weeks = len(question.groups), len(question.pools), question.weeks
    return Decisions(
        starts=np.zeros((groups, weeks)),
        overtime=np.zeros((groups, weeks)),
        time_off=np.zeros((groups, weeks)),
        called=np.zeros((pools, weeks)),
        elastic=np.zeros((pools, groups, weeks)),
        cross=np.zeros((len(question.cross_use), weeks)),
    )


def test_people_are_followed_from_their_first_day() -> None:
    one = group(
        attrition=(0.1,),
        early_attrition=(0.2,),
        training_weeks=1,
        ramp=(0.5,),
        hiring=Hiring((4,), lead_weeks=1, cost=300.0),
        required_hours=(0.0,),
    )
    question = problem(one, weeks=4)
    decisions = nothing(question)
    decisions.starts[0, 1] = 4.0
    account = account_for(question, decisions)
    assert account.heads[0].tolist() == pytest.approx([10.0, 9.0 + 4.0, 8.1 + 3.2, 7.29 + 2.56])
    assert account.training[0].tolist() == pytest.approx([0.0, 4.0, 0.0, 0.0])
    assert account.ramping[0].tolist() == pytest.approx([0.0, 0.0, 3.2, 0.0])
    assert account.productive[0].tolist() == pytest.approx([10.0, 9.0, 8.1 + 1.6, 9.85])
    assert account.own_hours[0].tolist() == pytest.approx([280.0, 252.0, 271.6, 275.8])
    assert account.costs.wages[0].tolist() == pytest.approx([8000.0, 10400.0, 9040.0, 7880.0])
    assert account.costs.hiring[0].tolist() == [0.0, 1200.0, 0.0, 0.0]
    assert account.violations == ()


def test_heads_of_a_week_are_those_who_stay_and_those_who_start() -> None:
    question = problem(group(attrition=(0.03,), joining=(0, 2, 0, 1), required_hours=(0.0,)))
    heads = account_for(question, nothing(question)).heads[0]
    starts = np.array([2.0, 0.0, 1.0, 0.0, 0.0])
    assert heads[1:] == pytest.approx(heads[:-1] * 0.97 + starts)


def test_costs_add_up_to_the_objective() -> None:
    result = plan(promotion())
    costs = result.account.costs
    assert costs.total == pytest.approx(result.report.objective)
    assert costs.per_week().sum() == pytest.approx(costs.total)
    assert (costs.time_off <= 0.0).all()


@pytest.mark.parametrize(
    ("field", "place", "value", "told"),
    [
        ("starts", (0, 0), 1.0, "starts of front"),
        ("starts", (0, 3), 3.0, "starts of front"),
        ("starts", (0, 3), 0.5, "no classes"),
        ("starts", (1, 3), -1.0, "less than no starts"),
        ("overtime", (0, 2), 99.0, "overtime of front"),
        ("time_off", (1, 2), 1.0, "time off of experts"),
        ("called", (0, 0), 5.0, "call of near"),
        ("called", (0, 4), 41.0, "call of near"),
        ("called", (1, 3), 9.0, "commitment to far"),
        ("called", (1, 2), 60.0, "increase of far"),
        ("elastic", (1, 1, 4), 1.0, "far does for experts"),
        ("elastic", (0, 0, 0), 1.0, "what near does"),
        ("elastic", (0, 0, 4), -2.0, "less than nothing"),
        ("cross", (0, 5), 900.0, "help of experts"),
    ],
)
def test_whatever_is_broken_is_found(
    field: str, place: tuple[int, ...], value: float, told: str
) -> None:
    decisions = plan(promotion()).decisions
    changed = getattr(decisions, field).copy()
    changed[place] = value
    violations = account_for(promotion(), replace(decisions, **{field: changed})).violations
    assert any(told in sentence for sentence in violations)


def test_too_large_a_share_of_elastic_hours_is_found() -> None:
    question = promotion()
    front = replace(question.groups[0], max_elastic_share=0.01)
    decisions = plan(question).decisions
    strict = replace(question, groups=(front, question.groups[1]))
    assert any("elastic work for front" in s for s in account_for(strict, decisions).violations)


def test_fractions_pass_only_in_a_relaxation() -> None:
    question = problem(group(hiring=Hiring((4,), class_size=2), required_hours=(0.0,)))
    decisions = nothing(question)
    decisions.starts[0, 2] = 1.5
    assert len(account_for(question, decisions).violations) == 1
    assert account_for(question, decisions, relaxed=True).violations == ()
