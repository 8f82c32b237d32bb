from __future__ import annotations

import pytest

from benchmarks.nsp.instance import Cover, Employee, ShiftType, Wish, parse_instance
from benchmarks.nsp.problem import MONDAY, problem_of
from optimizer.errors import InvalidInput
from optimizer.model import Range, check_problem

SMALL = """\
# a remark
SECTION_HORIZON
# days
7

SECTION_SHIFTS
E,480,
L,450,E|L

SECTION_STAFF
A,E=7|L=2,2400,960,5,2,2,1
B,E=0|L=7,2400,0,4,1,1,0

SECTION_DAYS_OFF
A,3,5

SECTION_SHIFT_ON_REQUESTS
A,0,E,2
A,0,L,1

SECTION_SHIFT_OFF_REQUESTS
B,6,L,3

SECTION_COVER
0,E,1,100,1
0,L,-0,100,1
"""


def test_every_line_of_an_instance_is_read() -> None:
    instance = parse_instance(SMALL)
    assert instance.days == 7
    assert instance.shifts == (ShiftType("E", 480, ()), ShiftType("L", 450, ("E", "L")))
    assert instance.staff[0] == Employee("A", {"E": 7, "L": 2}, 2400, 960, 5, 2, 2, 1)
    assert instance.days_off == {"A": (3, 5)}
    assert instance.on == (Wish("A", 0, "E", 2), Wish("A", 0, "L", 1))
    assert instance.off == (Wish("B", 6, "L", 3),)
    assert instance.cover == (Cover(0, "E", 1, 100, 1), Cover(0, "L", 0, 100, 1))


def test_ends_of_lines_and_a_mark_of_byte_order_do_not_matter() -> None:
    assert parse_instance("\ufeff" + SMALL.replace("\n", "\r\n")) == parse_instance(SMALL)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("L,450,E|L", "L,450", {("bad_fields", "/SECTION_SHIFTS/1")}),
        ("L,450,E|L", "L,x,E", {("not_a_number", "/SECTION_SHIFTS/1")}),
        ("L,450,E|L", "L,450,Q", {("unknown_shift", "/SECTION_SHIFTS/1")}),
        ("L,450,E|L", "L,2000,E", {("out_of_range", "/SECTION_SHIFTS/1")}),
        ("A,E=7|L=2,", "A,E=7|L=2|E=1,", {("duplicate_limit", "/SECTION_STAFF/0")}),
        ("A,E=7|L=2,", "A,E=7,", {("missing_limit", "/SECTION_STAFF/0")}),
        ("A,E=7|L=2,", "A,E=7|L,", {("bad_limit", "/SECTION_STAFF/0")}),
        (
            "A,E=7|L=2,2400,960",
            "A,E=7|L=2,900,960",
            {("minimum_above_maximum", "/SECTION_STAFF/0/minutes")},
        ),
        ("B,E=0|L=7", "A,E=0|L=7", {("duplicate_id", "/SECTION_STAFF/1/id")}),
        ("A,3,5", "A,3,7", {("out_of_range", "/SECTION_DAYS_OFF/0")}),
        ("A,3,5", "C,3", {("unknown_employee", "/SECTION_DAYS_OFF/0")}),
        ("0,L,-0,", "0,E,1,", {("duplicate_cover", "/SECTION_COVER/1")}),
        ("0,L,-0,", "0,L,-1,", {("out_of_range", "/SECTION_COVER/1")}),
        ("7\n\n", "7\n8\n", {("second_horizon", "/SECTION_HORIZON/1")}),
        ("7\n\n", "\n", {("empty_section", "/SECTION_HORIZON")}),
        ("SECTION_COVER", "SECTION_OTHER", {("unknown_section", "/SECTION_OTHER")}),
        ("SECTION_COVER", "SECTION_STAFF", {("duplicate_section", "/SECTION_STAFF")}),
        ("# a remark", "rubbish", {("outside_sections", "")}),
    ],
)
def test_a_mistake_is_named_where_it_stands(
    old: str, new: str, expected: set[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_instance(SMALL.replace(old, new, 1))
    found = {(issue.code, issue.pointer) for issue in caught.value.issues}
    assert expected <= found


def test_all_mistakes_are_named_at_once() -> None:
    broken = SMALL.replace("L,450,E|L", "L,450").replace("A,3,5", "C,3").replace("0,E,1", "9,E,1")
    with pytest.raises(InvalidInput) as caught:
        parse_instance(broken)
    codes = {issue.code for issue in caught.value.issues}
    assert {"bad_fields", "unknown_employee", "out_of_range"} <= codes


@pytest.mark.parametrize("text", ["", "\x00\ufffd", "SECTION_HORIZON\n" * 3])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_instance(text)


def test_an_instance_becomes_a_sound_problem_with_all_its_rules() -> None:
    problem = problem_of(parse_instance(SMALL))
    assert not check_problem(problem)
    assert problem.requirement.grid.interval_minutes == 30
    assert problem.requirement.grid.days()[0] == MONDAY
    contract = problem.organisation.contracts[0]
    assert contract.minutes_per_period == Range(960, 2400)
    assert contract.template_limits == {"L": Range(0, 2)}
    assert {(f.before, f.after) for f in contract.forbidden} == {("L", "E"), ("L", "L")}
    assert [r.price for r in problem.organisation.agents[0].requests] == [2.0, 1.0]
    assert len(problem.directives.shift_demand) == 2
