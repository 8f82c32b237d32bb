"""Bad arguments are refused at once, all of them."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.errors import InvalidInput
from sample_data import generate
from sample_data.arguments import MOST_SKILLS, least_agents


def test_every_bad_argument_is_listed() -> None:
    with pytest.raises(InvalidInput) as caught:
        generate(agents=3, skills=0, days=0, seed=-1, weeks=3, tickets=-5, start=date(2026, 3, 3))
    assert [issue.pointer for issue in caught.value.issues] == [
        "/agents",
        "/skills",
        "/days",
        "/seed",
        "/weeks",
        "/tickets",
        "/start",
    ]
    assert caught.value.issues[-1].code == "not_a_monday"


@pytest.mark.parametrize("skills", [1, 2, 3, 4, 5, 9, MOST_SKILLS])
def test_one_agent_fewer_than_the_least_is_refused_and_named(skills: int) -> None:
    least = least_agents(skills)
    with pytest.raises(InvalidInput) as caught:
        generate(agents=least - 1, skills=skills)
    (issue,) = caught.value.issues
    assert issue.pointer == "/agents"
    assert f"[{least}," in issue.detail


def test_years_without_known_holidays_are_refused() -> None:
    with pytest.raises(InvalidInput, match="No sample"):
        generate(start=date(1888, 1, 2))
