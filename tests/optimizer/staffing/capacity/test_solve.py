"""Plans are the best ones: by enumeration, by another solver, and by what must be true of them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput, NoSolution
from optimizer.result import Termination
from optimizer.staffing.capacity import (
    CapacityProblem,
    ElasticPool,
    Goals,
    Hiring,
    Promotion,
    plan_capacity,
)
from optimizer.stop import Deadline
from tests.optimizer.staffing.capacity.cases import MONDAY, group, plan, priced, problem, promotion
from tests.optimizer.staffing.capacity.second_opinion import least_cost, least_shortage


def cheapest_by_enumeration(class_size: int) -> float:
    """Return the least cost of `enumerable`, every choice of classes tried and worked by hand."""
    required = [280.0, 290.0, 330.0, 360.0, 350.0]
    best = np.inf
    for first, second, third in itertools.product(range(3), repeat=3):
        starts = [0, first * class_size, second * class_size, third * class_size, 0]
        trained, training, cost = 10.0, 0.0, 0.0
        for week, start in enumerate(starts):
            trained, training = trained * (0.97 if week else 1.0) + training * 0.97, float(start)
            cost += (trained + training) * 40 * 20.0 + start * 500.0
            missing = required[week] - trained * 40 * 0.7
            if missing > 0.0:
                # An hour on contacts takes 1 / 0.7 paid hours of overtime at one and a half.
                overtime = min(missing, 0.1 * trained * 40 * 0.7)
                cost += overtime / 0.7 * 30.0 + (missing - overtime) * 90.0
            else:
                cost -= min(-missing / 0.7, 0.05 * trained * 40) * 20.0
        best = min(best, cost)
    return best


def enumerable(class_size: int) -> CapacityProblem:
    one = group(
        required_hours=(280.0, 290.0, 330.0, 360.0, 350.0),
        attrition=(0.03,),
        training_weeks=1,
        hiring=Hiring((0, 2 * class_size, 2 * class_size, 2 * class_size, 0), 1, class_size, 500.0),
        max_overtime=0.1,
        max_time_off=0.05,
        shortage_cost=90.0,
    )
    return problem(one, weeks=5, goals=Goals.PRICED)


@pytest.mark.parametrize("class_size", [1, 2])
def test_no_choice_of_hires_is_cheaper(class_size: int) -> None:
    result = plan(enumerable(class_size))
    assert result.report.objective == pytest.approx(cheapest_by_enumeration(class_size), rel=1e-7)
    assert result.report.termination is Termination.OPTIMAL
    assert result.report.gap == pytest.approx(0.0, abs=1e-7)


def test_another_solver_finds_the_same_relaxation() -> None:
    question = priced(promotion())
    result = plan(question, relaxed=True)
    assert result.report.objective == pytest.approx(least_cost(question, whole=False), rel=1e-6)


def test_another_solver_finds_the_same_plan() -> None:
    question = priced(promotion())
    result = plan(question)
    assert result.report.objective == pytest.approx(least_cost(question, whole=True), rel=1e-6)
    assert not (result.decisions.starts % 1.0).any()


def test_no_plan_misses_fewer_hours() -> None:
    question = promotion()
    fewer = tuple(replace(one, heads=one.heads - 2) for one in question.groups)
    question = replace(question, groups=fewer)
    result = plan(question)
    prices = np.array([[one.shortage_cost] for one in question.groups])
    missed = float((result.account.short * prices).sum())
    assert missed > 1000.0
    assert missed == pytest.approx(least_shortage(question), rel=1e-5)


def test_whole_people_never_cost_less_than_fractions() -> None:
    question = priced(promotion())
    whole, fractions = plan(question), plan(question, relaxed=True)
    assert fractions.report.objective <= whole.report.objective * (1 + 1e-9)


numbers = st.floats(0.0, 1.0).map(lambda x: round(x, 3))


@st.composite
def problems(draw: st.DrawFn) -> CapacityProblem:
    """Draw two groups, a pool and help through five weeks, goals priced."""
    hours = st.lists(st.floats(150.0, 450.0).map(round), min_size=5, max_size=5)
    weeks = 5
    groups = [
        group(
            id=name,
            heads=draw(st.integers(0, 12)),
            required_hours=tuple(float(h) for h in draw(hours)),
            shrinkage=(0.5 * draw(numbers),),
            attrition=(0.1 * draw(numbers),),
            training_weeks=draw(st.integers(0, 2)),
            ramp=draw(st.sampled_from([(), (0.5,), (0.5, 0.75)])),
            hiring=draw(
                st.one_of(
                    st.none(),
                    st.builds(
                        Hiring,
                        st.just((4,)),
                        st.integers(0, 2),
                        st.sampled_from([1, 2, 3]),
                        st.just(700.0),
                    ),
                )
            ),
            max_overtime=0.2 * draw(numbers),
            max_time_off=0.2 * draw(numbers),
            time_off_paid=draw(numbers),
            max_elastic_share=draw(st.sampled_from([0.2, 1.0])),
            shortage_cost=draw(st.sampled_from([25.0, 200.0])),
        )
        for name in ("front", "experts")
    ]
    pool = ElasticPool(
        "pool",
        draw(st.sampled_from([("front",), ("front", "experts")])),
        price=40.0,
        max_hours=(60.0,),
        notice_weeks=draw(st.integers(0, 2)),
        max_increase=draw(st.sampled_from([None, 20.0])),
        productivity=0.9,
    )
    return problem(*groups, weeks=weeks, pools=(pool,), goals=Goals.PRICED)


@settings(deadline=None, max_examples=12)
@given(problems())
def test_the_account_of_a_plan_is_sound_and_costs_what_another_solver_finds(
    question: CapacityProblem,
) -> None:
    result = plan(question)
    assert result.account.violations == ()
    assert result.report.objective == pytest.approx(least_cost(question, whole=True), rel=1e-5)
    assert result.report.bound is not None
    assert result.report.bound == pytest.approx(result.report.objective, rel=1e-6)


@settings(deadline=None, max_examples=10)
@given(problems(), st.integers(0, 4))
def test_more_work_never_costs_less(question: CapacityProblem, week: int) -> None:
    extra = tuple(20.0 if w == week else 0.0 for w in range(5))
    more = replace(question, promotions=(Promotion("sale", MONDAY, {"front": extra}),))
    assert plan(more).report.objective >= plan(question).report.objective * (1 - 1e-6)


@settings(deadline=None, max_examples=10)
@given(problems())
def test_a_pool_without_commitment_never_costs_more(question: CapacityProblem) -> None:
    without = plan(question.without_pools()).report.objective
    assert plan(question).report.objective <= without * (1 + 1e-6)


def test_the_same_question_gets_the_same_plan() -> None:
    first, second = plan(promotion(), gap=1e-3), plan(promotion(), gap=1e-3)
    assert np.array_equal(first.decisions.starts, second.decisions.starts)
    assert np.array_equal(first.decisions.elastic, second.decisions.elastic)
    assert first.report.objective == second.report.objective


def test_a_plan_within_the_gap_is_good_enough() -> None:
    question = priced(promotion())
    rough, best = plan(question, gap=0.02), plan(question)
    assert rough.report.termination is Termination.OPTIMAL
    assert rough.report.gap is not None
    assert rough.report.gap <= 0.02
    assert best.report.objective <= rough.report.objective <= best.report.objective * 1.02
    assert rough.report.bound is not None
    assert rough.report.bound <= best.report.objective * (1 + 1e-9)


def test_goals_first_buys_what_a_price_would_not() -> None:
    dear = group(
        required_hours=(280.0, 280.0, 300.0),
        hiring=Hiring((1,), 1, cost=50_000.0),
        shortage_cost=10.0,
    )
    first, weighed = problem(dear, weeks=3), problem(dear, weeks=3, goals=Goals.PRICED)
    assert plan(first).account.short.sum() == 0.0
    assert plan(first).decisions.starts.sum() == 1.0
    assert plan(weighed).account.short[0].tolist() == pytest.approx([0.0, 0.0, 20.0])
    assert plan(weighed).account.costs.shortage.sum() == pytest.approx(200.0)


def test_required_goals_that_cannot_be_held_are_no_solution() -> None:
    short = problem(group(required_hours=(280.0, 300.0, 280.0)), weeks=3, goals=Goals.REQUIRED)
    with pytest.raises(NoSolution) as caught:
        plan(short)
    assert [i.pointer for i in caught.value.issues] == ["/groups/0/required_hours/1"]
    assert caught.value.issues[0].code == "goal_missed"
    held = problem(group(), weeks=3, goals=Goals.REQUIRED)
    assert plan(held).shortfalls == ()


def test_a_deadline_in_the_past_is_no_solution() -> None:
    with pytest.raises(NoSolution) as caught:
        plan_capacity(problem(), deadline=Deadline.after(0.0))
    assert caught.value.issues[0].code == "out_of_time"


def test_a_time_that_ends_early_leaves_the_rounded_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimizer.staffing.capacity import cbc

    run = cbc.run

    def stopped(model: object, deadline: Deadline, *, relaxed: bool = False, gap: float = 0.0):  # type: ignore[no-untyped-def]
        return run(model, deadline if relaxed else Deadline.after(0.0), relaxed=relaxed, gap=gap)

    monkeypatch.setattr(cbc, "run", stopped)
    question = priced(promotion())
    result = plan(question)
    assert result.report.termination is Termination.FEASIBLE
    assert result.account.violations == ()
    assert not (result.decisions.starts % 1.0).any()
    assert result.report.bound is not None
    assert result.report.bound <= least_cost(question, whole=True) <= result.report.objective


def test_an_unsound_problem_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        plan(problem(group(heads=-1)), gap=float("nan"))
    assert [i.pointer for i in caught.value.issues] == ["/groups/0/heads", "/gap"]


def test_the_solver_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    plan(promotion())
    assert capfd.readouterr() == ("", "")


def test_phases_are_told_as_they_begin() -> None:
    told: list[str] = []
    plan_capacity(
        promotion(), deadline=Deadline.after(60.0), observer=lambda event: told.append(event.phase)
    )
    assert told[:4] == ["build", "reach", "relax", "round"]
