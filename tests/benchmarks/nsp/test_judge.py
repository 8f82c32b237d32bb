from __future__ import annotations

import pytest

from benchmarks.nsp.judge import judge

TEXT = """\
SECTION_HORIZON
14
SECTION_SHIFTS
E,480,
L,480,E
SECTION_STAFF
A,E=14|L=2,4320,960,5,2,2,1
SECTION_DAYS_OFF
A,13
SECTION_SHIFT_ON_REQUESTS
A,0,E,2
A,0,L,3
SECTION_SHIFT_OFF_REQUESTS
A,1,E,5
SECTION_COVER
0,E,2,100,1
1,E,0,100,7
"""

SOUND = "E E - - E E E - - L L - - -"


def verdict_of(roster: str) -> tuple[int, str]:
    verdict = judge(TEXT, {"A": ["" if shift == "-" else shift for shift in roster.split()]})
    assert verdict.feasible == (not verdict.broken)
    return verdict.objective, "; ".join(verdict.broken)


def test_wishes_and_cover_are_added_up() -> None:
    # Not L on day 0 (3), E on day 1 against the wish (5), one missing (100), one too many (7).
    assert verdict_of(SOUND) == (115, "")


@pytest.mark.parametrize(
    ("roster", "said"),
    [
        ("E E - - E E E - - E L E - -", "E after L on day 11"),
        ("E E E E E E - - E E - - - -", "6 days in a row"),
        ("E E - E E - - E E - - - - -", "only 1 days off"),
        ("E E - - E - - E E - - - - -", "only 1 days at work"),
        ("E E - - - - - - - - - - E E", "day 13, which is off"),
        ("L L - - L L - - - - - - - -", "4 shifts L"),
        ("E - - - - - - - - - - - - -", "480 minutes"),
        ("E E - - - E E - - - - E E -", "2 weekends"),
    ],
)
def test_each_broken_rule_is_named(roster: str, said: str) -> None:
    assert said in verdict_of(roster)[1]


def test_runs_that_the_horizon_cuts_may_be_short() -> None:
    assert verdict_of("E - - E E - - - - - - - - -")[1] == ""
