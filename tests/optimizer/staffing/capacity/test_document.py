"""Questions are read strictly, and the shipped one is worth reading."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.errors import InvalidInput
from optimizer.staffing.capacity import (
    Promotion,
    check_capacity,
    plan_capacity,
    read_capacity,
    write_capacity,
)
from optimizer.stop import Deadline
from sample_data import SMALL
from tests.optimizer.staffing.capacity.cases import MONDAY, promotion


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    sale = Promotion("sale", MONDAY, {"front": (10.0, 20.0)})
    question = replace(promotion(), promotions=(sale,))
    write_capacity(tmp_path / "plan.json", question)
    assert read_capacity(tmp_path / "plan.json") == question


def test_every_problem_of_the_shape_is_told_at_once(tmp_path: Path) -> None:
    write_capacity(tmp_path / "plan.json", promotion())
    document = json.loads((tmp_path / "plan.json").read_text())
    front, experts = document["capacity"]["groups"]
    front["heads"] = "ten"
    front["attrition"] = 0.02
    experts["colour"] = "blue"
    del document["capacity"]["weeks"]
    (tmp_path / "plan.json").write_text(json.dumps(document))
    with pytest.raises(InvalidInput) as caught:
        read_capacity(tmp_path / "plan.json")
    assert sorted((i.code, i.pointer) for i in caught.value.issues) == [
        ("missing_field", "/capacity/weeks"),
        ("unknown_field", "/capacity/groups/1/colour"),
        ("wrong_type", "/capacity/groups/0/attrition"),
        ("wrong_type", "/capacity/groups/0/heads"),
    ]


def test_a_file_that_is_not_there_is_an_issue(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_capacity(tmp_path / "none.json")
    assert caught.value.issues[0].code == "unreadable_file"


def test_the_shipped_question_is_about_double_11_in_week_8() -> None:
    question = read_capacity(SMALL / "capacity.json")
    assert check_capacity(question) == []
    assert len(question.groups) <= 5
    usual = question.without_promotions().required().sum(axis=0)
    extra = question.required().sum(axis=0) / usual - 1.0
    assert extra.argmax() == 7
    assert question.monday(7).isoformat() == "2026-11-09"

    result = plan_capacity(question, deadline=Deadline.after(60.0), gap=1e-3)
    assert result.account.violations == ()
    # Everybody but the risk reviewers, whom nobody may replace, holds the goal.
    assert {question.groups[short.group].id for short in result.shortfalls} == {"risk"}
    assert result.account.short.sum() < 30.0
