"""What the question says of itself."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from optimizer.staffing.capacity import Promotion, account_for
from optimizer.staffing.capacity.model import by_week
from tests.optimizer.staffing.capacity.cases import MONDAY, group, plan, problem, promotion


def test_most_hours_of_a_week_are_the_published_ones(
    reference_data: Callable[[str], Path],
) -> None:
    with reference_data("staffing/reference_values.csv").open(encoding="utf-8") as file:
        (row,) = (row for row in csv.DictReader(file) if row["model"] == "capacity_plan")
    given = dict(part.split("=") for part in row["inputs"].split(";"))
    one = group(
        heads=1,
        hours_per_week=float(given["FTE_hours_week"]),
        max_overtime=float(given["max_OT"].rstrip("%")) / 100.0,
        required_hours=(100.0,),
        shrinkage=(0.0,),
    )
    assert one.most_hours_per_week == float(row["output_value"])
    # A plan that lacks hours works them all.
    result = plan(problem(one, weeks=1))
    assert result.account.supplied[0, 0] == pytest.approx(float(row["output_value"]), abs=1e-3)


def test_one_number_holds_for_every_week() -> None:
    assert by_week((0.3,), 3).tolist() == [0.3, 0.3, 0.3]
    assert by_week((1.0, 2.0, 3.0), 3).tolist() == [1.0, 2.0, 3.0]


def test_promotions_come_on_top_and_can_be_left_out() -> None:
    sale = Promotion("sale", MONDAY + timedelta(weeks=2), {"front": (10.0, 20.0)})
    again = Promotion("again", MONDAY + timedelta(weeks=3), {"front": (5.0,)})
    question = problem(group(required_hours=(1.0,)), weeks=5, promotions=(sale, again))
    assert question.required().tolist() == [[1.0, 1.0, 11.0, 26.0, 1.0]]
    assert question.without_promotions().required().tolist() == [[1.0] * 5]


def test_a_promotion_costs_the_difference_of_two_plans() -> None:
    base = promotion()
    sale = Promotion("sale", MONDAY + timedelta(weeks=6), {"front": (30.0,)})
    with_sale = plan(replace(base, promotions=(sale,)))
    assert with_sale.report.objective > plan(base).report.objective


def test_committed_hours_are_paid_even_if_nobody_needs_them() -> None:
    question = promotion()
    quiet = replace(
        question, groups=tuple(replace(one, required_hours=(0.0,)) for one in question.groups)
    )
    result = plan(quiet)
    assert result.account.costs.elastic.sum(axis=1) == pytest.approx([0.0, 8 * 10.0 * 30.0])
    assert np.all(result.decisions.starts == 0.0)
    assert account_for(quiet, result.decisions).violations == ()
