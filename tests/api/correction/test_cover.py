from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.correction.cover import delivered
from optimizer.model import Agent, Organisation, Roster, Shift
from optimizer.staffing import flow_cover, staff_profiles
from tests.optimizer.builders import organisation, requirement

SKILLS = ({"orders": 3}, {"billing": 3}, {"orders": 3, "billing": 3})


def staffed(counts: tuple[int, int, int]) -> tuple[Organisation, Roster]:
    """Return so many agents for orders, for billing and for both, all at work from 10 to 14."""
    people = [skills for skills, count in zip(SKILLS, counts, strict=True) for _ in range(count)]
    base = organisation()
    agents = tuple(Agent(f"p{i}", "on_call", "paris", held) for i, held in enumerate(people))
    shifts = tuple(Shift(agent.id, "short", 20, 28) for agent in agents)
    grid = requirement(np.zeros((2, 48))).grid
    return replace(base, agents=agents), Roster(grid, shifts)


def shared(counts: tuple[int, int, int], orders: float, billing: float) -> list[float]:
    """Return what each group gets at noon."""
    centre, roster = staffed(counts)
    asked = np.zeros((2, 48))
    asked[:, 20:28] = [[orders], [billing]]
    given = delivered(centre, requirement(asked), roster)
    assert not given[:, :20].any()
    assert not given[:, 28:].any()
    column: list[float] = given[:, 24].tolist()
    return column


def test_people_of_one_skill_serve_their_group_and_only_it() -> None:
    assert shared((3, 2, 0), 1.0, 5.0) == [3.0, 2.0]


def test_flexible_people_even_out_what_is_asked() -> None:
    assert shared((1, 1, 4), 4.0, 2.0) == pytest.approx([4.0, 2.0], rel=1e-4)


def test_what_is_beyond_the_requirement_is_shared_in_its_proportion() -> None:
    assert shared((0, 0, 6), 2.0, 1.0) == pytest.approx([4.0, 2.0])


def test_who_can_only_serve_what_nobody_asks_for_counts_nowhere() -> None:
    assert shared((2, 1, 0), 2.0, 0.0) == [2.0, 0.0]


def test_the_noise_of_a_forecast_is_no_danger() -> None:
    assert shared((3, 2, 0), 1e-15, 1e-300) == [3.0, 2.0]
    assert shared((0, 0, 5), 4.0, 1e-15) == pytest.approx([5.0, 0.0])


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(*(st.integers(0, 5) for _ in range(3))).filter(any),
    st.floats(0.1, 8.0),
    st.floats(0.1, 8.0),
)
def test_everybody_is_counted_once_and_nobody_serves_without_the_skill(
    counts: tuple[int, int, int], orders: float, billing: float
) -> None:
    got = shared(counts, orders, billing)
    assert sum(got) == pytest.approx(sum(counts))
    for own, either, reached in zip(counts[:2], (counts[2],) * 2, got, strict=True):
        assert own - 1e-6 <= reached <= own + either + 1e-6


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(*(st.integers(0, 5) for _ in range(3))).filter(any),
    st.integers(1, 8),
    st.integers(1, 8),
)
def test_a_group_falls_short_only_where_a_maximum_flow_says_so(
    counts: tuple[int, int, int], orders: int, billing: int
) -> None:
    centre, roster = staffed(counts)
    asked = np.zeros((2, 48))
    asked[:, 24] = orders, billing
    needed = requirement(asked)
    profiles = staff_profiles(centre, needed.groups)
    at_work = np.broadcast_to(profiles.agents[:, None], (len(profiles.agents), 48))
    missing = flow_cover(needed, profiles, at_work).missing[:, 24].sum()
    given = delivered(centre, needed, roster)[:, 24]
    short = np.maximum(asked[:, 24] - given, 0.0).sum()
    # Twenty sweeps come within three per cent.
    assert short == pytest.approx(missing, abs=0.03 * (orders + billing))
