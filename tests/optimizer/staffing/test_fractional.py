"""Fractions of agents: the continued Erlang functions, and requirements that pool."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from optimizer.errors import InvalidInput
from optimizer.model import Denominator, ServiceGoal
from optimizer.staffing import fractional_agents, least_agents
from optimizer.staffing.erlang import busy_mass
from optimizer.staffing.performance import steady_state

HALF_HOUR = 1800.0

goals = st.builds(
    ServiceGoal,
    target_share=st.floats(0.01, 0.999),
    within_seconds=st.floats(0.0, 600.0),
    denominator=st.sampled_from(Denominator),
    mean_answer_seconds=st.none() | st.floats(0.01, 600.0),
    max_abandonment=st.none() | st.floats(0.001, 0.9),
    max_occupancy=st.floats(0.3, 1.0),
)


def jagerman(servers: float, load: float) -> float:
    """Return 1 / B of the integral that continues Erlang B, by numerical integration."""
    value, _ = quad(
        lambda t: load * math.exp(-load * t) * (1 + t) ** servers, 0, np.inf, epsabs=0, epsrel=1e-12
    )
    return float(value)


@pytest.mark.parametrize("load", [0.05, 0.7, 1.49, 1.51, 4.0, 25.0])
@pytest.mark.parametrize("servers", [0.001, 0.5, 0.999, 1.5, 3.25, 12.7])
def test_fractions_of_agents_follow_the_integral_of_jagerman(servers: float, load: float) -> None:
    assert 1.0 + busy_mass(servers, load) == pytest.approx(jagerman(servers, load), rel=1e-9)


@given(st.floats(0.0, 300.0), st.floats(0.001, 300.0))
@settings(max_examples=100, deadline=None)
def test_erlang_b_obeys_its_recurrence_at_fractions(servers: float, load: float) -> None:
    here, next_one = busy_mass(servers, load), busy_mass(servers + 1.0, load)
    if math.isfinite(next_one):
        assert next_one == pytest.approx((servers + 1.0) / load * (1.0 + here), rel=1e-10)


def test_erlang_b_is_continuous_where_agents_are_whole() -> None:
    for whole in (1.0, 2.0, 30.0):
        for load in (0.3, 1.5, 20.0):
            around = busy_mass(whole - 1e-9, load), busy_mass(whole + 1e-9, load)
            assert around == pytest.approx((busy_mass(whole, load),) * 2, rel=1e-6)


@given(
    goals,
    st.floats(0.01, 2000.0),
    st.floats(5.0, 1200.0),
    st.none() | st.floats(5.0, 3600.0),
    st.integers(1, 4),
)
@settings(max_examples=100, deadline=None)
def test_a_fraction_rounds_up_to_the_least_agents(
    goal: ServiceGoal, offered: float, aht_s: float, patience_s: float | None, concurrency: int
) -> None:
    asked = (goal, offered, aht_s, HALF_HOUR)
    fraction = float(
        fractional_agents(*asked, patience_seconds=patience_s, concurrency=concurrency)
    )
    whole = int(least_agents(*asked, patience_seconds=patience_s, concurrency=concurrency))
    assert math.ceil(fraction) == whole


@given(goals, st.floats(0.5, 500.0), st.floats(5.0, 1200.0), st.none() | st.floats(5.0, 3600.0))
@settings(max_examples=60, deadline=None)
def test_more_contacts_never_need_a_smaller_fraction(
    goal: ServiceGoal, offered: float, aht_s: float, patience_s: float | None
) -> None:
    volumes = offered * np.array([1.0, 1.01, 1.2, 2.0])
    found = fractional_agents(goal, volumes, aht_s, HALF_HOUR, patience_seconds=patience_s)
    assert (np.diff(found) >= -1e-9 * found[1:]).all()


@given(st.floats(0.1, 60.0), st.floats(0.1, 60.0), st.floats(0.05, 20.0))
@settings(max_examples=100, deadline=None)
def test_every_part_of_a_hair_of_an_agent_helps(
    agents: float, load: float, patience: float
) -> None:
    servers = np.array([agents, agents + 0.01])
    loads, ones = np.full(2, load), np.ones(2)
    figures = steady_state(servers, loads, ones, patience, 0.1)
    assert figures.waiting[1] <= figures.waiting[0] + 1e-12
    assert figures.abandonment[1] <= figures.abandonment[0] + 1e-12
    for denominator in Denominator:
        level = figures.service_level(denominator)
        assert level[1] >= level[0] - 1e-9


def test_ten_small_groups_pooled_by_fractions_save_agents_that_rounding_costs() -> None:
    goal = ServiceGoal(0.8, 20)
    volumes = np.linspace(3.0, 12.0, 10)
    fractions = fractional_agents(goal, volumes, 240, HALF_HOUR)
    whole = least_agents(goal, volumes, 240, HALF_HOUR)
    assert fractions.sum() <= whole.sum() - 4.0


def test_a_bound_on_occupancy_alone_is_the_load_over_it() -> None:
    found = fractional_agents(ServiceGoal(max_occupancy=0.8), [0, 7, 90], 1800, HALF_HOUR)
    assert found == pytest.approx([0.0, 8.75, 112.5], rel=1e-8)


def test_a_fraction_is_refused_what_the_least_agents_are_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        fractional_agents(ServiceGoal(2.0, 20), [-1], 180, HALF_HOUR, concurrency=0)
    assert {issue.pointer for issue in caught.value.issues} == {
        "/goal/target_share",
        "/concurrency",
        "/offered/0",
    }
