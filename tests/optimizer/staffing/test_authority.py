"""What needs a higher limit, and what it would save."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import Agent, Flow, Organisation, PlanningGroup, Tier
from optimizer.staffing import authority_gaps, authority_savings, share_above, with_authority
from tests.optimizer.builders import organisation

AMOUNTS = (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)


def centre(*limits: float, handed: float = 0.6) -> Organisation:
    """Return a front line with these limits that hands a share to experts without one."""
    front = tuple(
        Agent(f"f{i}", "core", "paris", {"orders": 3}, authority=limit)
        for i, limit in enumerate(limits)
    )
    expert = Agent("e", "core", "paris", {"orders": 5}, tier=Tier.BUSINESS, authority=1e6)
    return replace(
        organisation(),
        groups=(
            PlanningGroup("refunds", "voice", "orders", amounts=AMOUNTS),
            PlanningGroup("disputes", "voice", "orders", tier=Tier.BUSINESS),
        ),
        agents=(*front, expert),
        flows=(Flow("refunds", "disputes", handed),),
    )


@given(st.lists(st.floats(0, 1e6), max_size=20), st.floats(0, 1e6))
def test_the_share_above_a_limit_is_counted(amounts: list[float], limit: float) -> None:
    expected = sum(amount > limit for amount in amounts) / max(1, len(amounts))
    assert float(share_above(amounts, limit)) == pytest.approx(expected)


def test_an_amount_equal_to_the_limit_may_be_granted() -> None:
    assert share_above(AMOUNTS, [30.0, 29.9, 90.0]).tolist() == [0.6, 0.7, 0.0]


def test_gaps_tell_the_mean_agent_from_the_one_with_the_highest_limit() -> None:
    (gap,) = authority_gaps(centre(0.0, 50.0))
    assert gap.group == "refunds"
    assert gap.mean == pytest.approx((0.9 + 0.4) / 2)
    assert gap.least == pytest.approx(0.4)


def test_where_nobody_of_the_front_line_serves_nothing_is_granted() -> None:
    (gap,) = authority_gaps(centre())
    assert (gap.mean, gap.least) == (1.0, 1.0)


def test_a_higher_limit_keeps_the_difference_from_the_experts() -> None:
    (saving,) = authority_savings(centre(30.0), 50.0, [[100.0], [60.0]], [[300.0], [1200.0]])
    assert (saving.before, saving.after) == pytest.approx((0.6, 0.4))
    assert saving.contacts == pytest.approx(20.0)
    assert saving.expert_hours == pytest.approx(20.0 / 3.0)


def test_no_more_is_kept_than_was_handed_on() -> None:
    (saving,) = authority_savings(
        centre(0.0, handed=0.1), 90.0, [[100.0], [60.0]], [[300.0], [1200.0]]
    )
    assert saving.contacts == pytest.approx(10.0)
    (none,) = authority_savings(centre(0.0, handed=0.0), 90.0, [[100.0], [60.0]], 1200.0)
    assert (none.contacts, none.expert_hours) == (0.0, 0.0)


def test_a_limit_lowers_nobody_and_leaves_experts_alone() -> None:
    raised = with_authority(centre(0.0, 70.0), 50.0)
    assert [agent.authority for agent in raised.agents] == [50.0, 70.0, 1e6]


def test_absurd_limits_and_shapes_are_bad_input() -> None:
    with pytest.raises(InvalidInput):
        with_authority(centre(0.0), -1.0)
    with pytest.raises(InvalidInput):
        authority_savings(centre(0.0), float("nan"), np.ones((2, 1)), 60.0)
    with pytest.raises(InvalidInput):
        authority_savings(centre(0.0), 1.0, np.ones((3, 1)), 60.0)
