"""The least agents for a goal: published numbers, a plain scan, and the number below it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import Denominator, ServiceGoal
from optimizer.staffing import least_agents, performance

HALF_HOUR = 1800.0


def service(
    share: float, seconds: float, denominator: Denominator = Denominator.OFFERED
) -> ServiceGoal:
    return ServiceGoal(share, seconds, denominator, max_occupancy=1.0)


def holds(
    goal: ServiceGoal, agents: int, offered: float, aht_s: float, patience_s: float | None
) -> bool:
    """Judge a goal from the public figures, part by part."""
    figures = performance(
        agents,
        offered,
        aht_s,
        HALF_HOUR,
        patience_s=np.inf if patience_s is None else patience_s,
        within_s=goal.within_seconds or 0.0,
    )
    slack = 1.0 + 1e-9
    return bool(
        np.isfinite(figures.mean_answer_s)
        and figures.service_level(goal.denominator) * slack >= (goal.target_share or 0.0)
        and figures.mean_answer_s <= (goal.mean_answer_seconds or np.inf) * slack
        and figures.abandonment <= (goal.max_abandonment or 1.0) * slack
        and figures.occupancy <= goal.max_occupancy * slack
    )


@pytest.mark.parametrize(
    ("offered", "aht_s", "seconds", "agents"),
    [
        (100, 180, 20, 14),
        (500, 240, 20, 74),
        (1000, 300, 30, 175),
        (5, 200, 20, 2),
        (334, 250, 20, 53),
    ],
)
def test_erlang_c_needs_the_published_number(
    offered: float, aht_s: float, seconds: float, agents: int
) -> None:
    assert int(least_agents(service(0.8, seconds), offered, aht_s, HALF_HOUR)) == agents


@pytest.mark.parametrize(
    ("denominator", "agents"),
    [
        (Denominator.OFFERED, 12),
        (Denominator.VIRTUAL, 11),
        (Denominator.ANSWERED, 10),
        (Denominator.EXCLUDING_SHORT_ABANDONS, 11),
    ],
)
def test_the_denominator_changes_the_number_of_agents(
    denominator: Denominator, agents: int
) -> None:
    goal = service(0.8, 20, denominator)
    assert int(least_agents(goal, 100, 180, HALF_HOUR, patience_seconds=60)) == agents


def test_erlang_a_needs_the_published_number() -> None:
    for denominator in (Denominator.OFFERED, Denominator.VIRTUAL):
        goal = service(0.8, 20, denominator)
        assert int(least_agents(goal, 195, 180, HALF_HOUR, patience_seconds=90)) == 21


def test_no_lower_number_is_skipped_over_a_range_of_volumes() -> None:
    volumes = np.arange(1.0, 300.0, 7.0)
    for patience in (None, 45.0, 400.0):
        found = least_agents(service(0.8, 20), volumes, 240, HALF_HOUR, patience_seconds=patience)
        for volume, agents in zip(volumes, found, strict=True):
            first = next(
                n for n in range(1, 200) if holds(service(0.8, 20), n, volume, 240, patience)
            )
            assert agents == first


def test_customers_who_give_up_allow_fewer_agents_than_the_offered_load() -> None:
    goal = ServiceGoal(max_abandonment=0.3, max_occupancy=1.0)
    agents = int(least_agents(goal, 1000, 180, HALF_HOUR, patience_seconds=60))
    assert agents < 100.0
    assert holds(goal, agents, 1000, 180, 60)
    assert not holds(goal, agents - 1, 1000, 180, 60)


def test_the_occupancy_cap_is_met_exactly_however_the_load_was_rounded() -> None:
    """0.1 + 0.2 contacts of 30 intervals' length at 90 % need 10 agents, not 11."""
    goal = ServiceGoal(max_occupancy=0.9)
    assert int(least_agents(goal, 0.1 + 0.2, 30 * HALF_HOUR, HALF_HOUR)) == 10
    for load in range(1, 200):
        agents = int(least_agents(ServiceGoal(max_occupancy=0.5), load, 1800, HALF_HOUR))
        assert agents == 2 * load


def test_no_contacts_need_nobody_whatever_handling_time_is_written_there() -> None:
    agents = least_agents(service(0.8, 20), [0, 100, 0], [np.nan, 180, 0], HALF_HOUR)
    assert agents.tolist() == [0, 14, 0]


def test_a_single_contact_needs_somebody() -> None:
    assert int(least_agents(ServiceGoal(max_abandonment=0.99), 1e-9, 180, HALF_HOUR)) == 1


def test_agents_with_several_chats_count_as_several_servers() -> None:
    one_each = int(least_agents(service(0.8, 30), 300, 400, HALF_HOUR, patience_seconds=120))
    for chats in (2, 3, 7):
        agents = least_agents(
            service(0.8, 30), 300, 400, HALF_HOUR, patience_seconds=120, concurrency=chats
        )
        assert (int(agents) - 1) * chats < one_each <= int(agents) * chats


def test_thousands_of_agents_are_found_exactly() -> None:
    goal = service(0.8, 20)
    agents = int(least_agents(goal, 50_000, 180, HALF_HOUR, patience_seconds=300))
    assert 4_500 < agents < 5_000
    assert holds(goal, agents, 50_000, 180, 300)
    assert not holds(goal, agents - 1, 50_000, 180, 300)


goals = st.builds(
    ServiceGoal,
    target_share=st.floats(0.01, 0.999),
    within_seconds=st.floats(0.0, 600.0),
    denominator=st.sampled_from(Denominator),
    mean_answer_seconds=st.none() | st.floats(0.01, 600.0),
    max_abandonment=st.none() | st.floats(0.001, 0.9),
    max_occupancy=st.floats(0.3, 1.0),
)


@given(
    goals,
    st.floats(0.01, 2000.0),
    st.floats(5.0, 1200.0),
    st.none() | st.floats(5.0, 3600.0),
)
@settings(max_examples=150, deadline=None)
def test_the_number_found_holds_and_one_less_does_not(
    goal: ServiceGoal, offered: float, aht_s: float, patience_s: float | None
) -> None:
    agents = int(least_agents(goal, offered, aht_s, HALF_HOUR, patience_seconds=patience_s))
    assert holds(goal, agents, offered, aht_s, patience_s)
    assert agents == 1 or not holds(goal, agents - 1, offered, aht_s, patience_s)


@given(st.lists(st.floats(0.0, 500.0), min_size=2, max_size=8), goals)
@settings(max_examples=50, deadline=None)
def test_more_contacts_never_need_fewer_agents(offered: list[float], goal: ServiceGoal) -> None:
    agents = least_agents(goal, sorted(offered), 200.0, HALF_HOUR)
    assert (np.diff(agents) >= 0).all()


@pytest.mark.parametrize(
    ("goal", "pointer"),
    [
        (ServiceGoal(1.0, 20), "/goal/target_share"),
        (ServiceGoal(0.0, 20), "/goal/target_share"),
        (ServiceGoal(0.8, -1), "/goal/within_seconds"),
        (ServiceGoal(0.8, None), "/goal"),
        (ServiceGoal(mean_answer_seconds=0.0), "/goal/mean_answer_seconds"),
        (ServiceGoal(max_abandonment=0.0), "/goal/max_abandonment"),
        (ServiceGoal(max_occupancy=0.0), "/goal/max_occupancy"),
        (ServiceGoal(max_occupancy=1.1), "/goal/max_occupancy"),
        (ServiceGoal(float("nan"), 20), "/goal/target_share"),
    ],
)
def test_a_goal_that_no_number_of_agents_reaches_is_named(goal: ServiceGoal, pointer: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        least_agents(goal, 100, 180, HALF_HOUR, patience_seconds=60)
    assert [issue.pointer for issue in caught.value.issues] == [pointer]


def test_every_absurd_number_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        least_agents(
            ServiceGoal(2.0, 20), [np.nan, 5], [180, -1], 0, patience_seconds=0, concurrency=0
        )
    assert {issue.pointer for issue in caught.value.issues} == {
        "/goal/target_share",
        "/interval_s",
        "/concurrency",
        "/offered/0",
        "/aht_s/1",
        "/patience_seconds",
    }


def test_a_centre_of_more_than_a_million_agents_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        least_agents(ServiceGoal(max_occupancy=1e-6), [1, 100], 180, HALF_HOUR)
    assert [issue.pointer for issue in caught.value.issues] == ["/offered/1"]
