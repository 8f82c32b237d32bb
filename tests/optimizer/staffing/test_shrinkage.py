"""Scheduled agents: never one too few, never one too many for a rounded division."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import Channel, ChannelKind
from optimizer.staffing import scheduled_agents, with_shrinkage
from tests.optimizer.builders import organisation, requirement


@pytest.mark.parametrize(
    ("required", "shrinkage", "scheduled"),
    [(14, 0.3, 20), (10, 0.3333333, 15), (18, 0.25, 24), (7, 0.3, 10), (0, 0.5, 0), (5, 0, 5)],
)
def test_scheduled_agents_are_those_printed(
    required: int, shrinkage: float, scheduled: int
) -> None:
    assert int(scheduled_agents(required, shrinkage)) == scheduled


@given(st.integers(0, 100_000), st.integers(0, 99))
def test_rounding_agrees_with_exact_fractions(required: int, percent: int) -> None:
    exact = Fraction(required) / (1 - Fraction(percent, 100))
    assert int(scheduled_agents(required, percent / 100)) == -(
        -exact.numerator // exact.denominator
    )


def test_each_group_gets_its_own_shrinkage_and_deferred_work_keeps_its_fractions() -> None:
    base = organisation()
    orders, billing = base.groups
    centre = replace(
        base,
        channels=(*base.channels, Channel("email", ChannelKind.EMAIL)),
        groups=(replace(orders, shrinkage=0.3), replace(billing, channel="email", shrinkage=0.2)),
    )
    needed = requirement(np.array([[14.0, 1.0, 0.0] * 16, [0.4, 2.0, 0.0] * 16]))
    scheduled = with_shrinkage(needed, centre)
    assert scheduled.agents[0, :3].tolist() == [20.0, 2.0, 0.0]
    assert scheduled.agents[1, :3] == pytest.approx([0.5, 2.5, 0.0])
    assert (scheduled.grid, scheduled.groups) == (needed.grid, needed.groups)


@pytest.mark.parametrize(("required", "shrinkage"), [(10, 1.0), (10, -0.1), (-1, 0.2), (np.nan, 0)])
def test_absurd_shrinkage_is_bad_input(required: float, shrinkage: float) -> None:
    with pytest.raises(InvalidInput):
        scheduled_agents(required, shrinkage)
