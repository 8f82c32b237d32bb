"""A forecast becomes a requirement: each kind of group, floors, hours, and every issue at once."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import (
    Channel,
    ChannelKind,
    Organisation,
    PlanningGroup,
    ServiceGoal,
    TimeGrid,
)
from optimizer.staffing import (
    Method,
    least_agents,
    least_chat_agents,
    offered_load,
    required_agents,
    transient_performance,
)
from tests.optimizer.builders import MONDAY, organisation

GRID = TimeGrid.of_days(MONDAY, 1, 30, "Europe/Paris")
VOICE, CHAT, EMAIL = "voice:orders", "chat:orders", "email:orders"


def centre(*, floor: int = 0) -> Organisation:
    """Return voice with patience, chat with three at a time, and email within four hours."""
    base = organisation()
    goal = ServiceGoal(0.8, 20.0, max_occupancy=0.9)
    return replace(
        base,
        channels=(
            Channel("voice", ChannelKind.VOICE),
            Channel("chat", ChannelKind.CHAT, concurrency=3),
            Channel("email", ChannelKind.EMAIL),
        ),
        groups=(
            PlanningGroup(VOICE, "voice", "orders", goal=goal, patience_seconds=120, floor=floor),
            PlanningGroup(CHAT, "chat", "orders", goal=goal),
            PlanningGroup(
                EMAIL,
                "email",
                "orders",
                goal=ServiceGoal(first_response_seconds=4 * 3600.0, max_occupancy=0.8),
            ),
        ),
    )


def as_if_steady(group: PlanningGroup, offered: np.ndarray, aht_s: float) -> np.ndarray:
    """Return the contacts of a day, open from 8 on, with which a steady queue has its load."""
    load = offered_load(offered, aht_s, 1800.0, law=group.handling_law)
    staffed = load.mean.copy()
    staffed[16] = load.edges[17]
    return np.where(offered > 0.0, staffed * 1800.0 / aht_s, 0.0)


def day_volume(peak: float) -> np.ndarray:
    """Return contacts per half-hour, open from 8 to 18."""
    volume = np.zeros(48)
    volume[16:36] = peak * np.sin(np.linspace(0.2, np.pi - 0.2, 20))
    return volume


def test_by_interval_each_gets_the_least_agents_for_its_own_contacts() -> None:
    offered = np.array([day_volume(90), day_volume(60)])
    requirement = required_agents(
        centre(), GRID, [VOICE, CHAT], offered, [[240.0], [500.0]], method=Method.BY_INTERVAL
    )
    voice, chat, _ = centre().groups
    assert requirement.agents[0] == pytest.approx(
        least_agents(voice.goal, offered[0], 240.0, 1800.0, patience_seconds=120)
    )
    assert requirement.agents[1] == pytest.approx(
        least_agents(chat.goal, offered[1], 500.0, 1800.0, concurrency=3)
    )
    assert not requirement.agents[:, :16].any()
    assert (requirement.grid, requirement.groups) == (GRID, (VOICE, CHAT))


def test_by_default_each_interval_is_staffed_for_the_load_that_is_in_hand_in_it() -> None:
    offered = np.array([day_volume(90), day_volume(60)])
    aht_s = np.array([[240.0], [2500.0]])
    requirement = required_agents(centre(), GRID, [VOICE, CHAT], offered, aht_s)
    voice, chat, _ = centre().groups
    calls = as_if_steady(voice, offered[0], 240.0)
    chats = as_if_steady(chat, offered[1], 2500.0)
    expected = [
        least_agents(voice.goal, calls, 240.0, 1800.0, patience_seconds=120),
        least_agents(chat.goal, chats, 2500.0, 1800.0, concurrency=3),
    ]
    assert requirement.agents.tolist() == np.array(expected).tolist()


def test_long_contacts_are_staffed_when_their_work_is_there() -> None:
    """Chats of 40 minutes that all come between ten and eleven."""
    offered = np.full((1, 48), 1e-6)
    offered[0, 20:22] = 60.0
    late, early = (
        required_agents(centre(), GRID, [CHAT], offered, 2400.0, method=method).agents[0]
        for method in Method
    )
    assert early[20] == early[21] > 10
    assert late[20] < early[20]
    assert late[22] > late[20] > late[23] > early[23]
    assert early[22] <= 1


def test_in_a_lasting_flow_both_methods_agree() -> None:
    grid = TimeGrid.of_days(MONDAY, 4, 30, "Europe/Paris")
    steady = np.full((2, grid.count), 83.0)
    first, second = (
        required_agents(centre(), grid, [VOICE, CHAT], steady, 600.0, method=method).agents
        for method in Method
    )
    assert (first[:, -48:] == second[:, -48:]).all()
    assert (first <= second).all()


def test_an_opening_interval_is_staffed_for_the_load_at_its_end() -> None:
    """Exactly followed, the first half-hour of 50 agents' calls keeps its goal only so."""
    offered = np.zeros((1, 48))
    offered[0, 16:20] = 360.0
    agents = required_agents(centre(), GRID, [VOICE], offered, 240.0).agents[0]
    voice = centre().groups[0]

    def level(staff: np.ndarray) -> np.ndarray:
        moving = transient_performance(
            staff, offered[0], 240.0, 1800.0, patience_s=120.0, within_s=20.0
        )
        return moving.figures.service_level(voice.goal.denominator)[16:20]

    load = offered_load(offered[0], 240.0, 1800.0, law=voice.handling_law)
    contacts = load.mean * 1800.0 / 240.0 * (offered[0] > 0.0)
    by_mean = least_agents(voice.goal, contacts, 240.0, 1800.0, patience_seconds=120)
    assert level(agents).min() > 0.8
    assert level(by_mean)[0] < 0.8


def test_nobody_is_asked_for_contacts_that_are_in_hand_at_closing_time() -> None:
    offered = np.array([day_volume(90)])
    agents = required_agents(centre(), GRID, [VOICE], offered, 3600.0).agents[0]
    assert offered_load(offered[0], 3600.0, 1800.0).mean[36] > 20
    assert agents[35] > 20
    assert not agents[36:].any()


def test_chats_whose_time_depends_on_their_number_are_staffed_by_level() -> None:
    base = centre()
    voice, chat, email = base.channels
    factors = (1.0, 1.3, 1.6)
    base = replace(base, channels=(voice, replace(chat, aht_factors=factors), email))
    offered = np.array([day_volume(60)])
    by_interval = required_agents(
        base, GRID, [CHAT], offered, 500.0, method=Method.BY_INTERVAL
    ).agents[0]
    levels = 500.0 * np.array(factors)
    goal = base.groups[1].goal
    assert (by_interval == least_chat_agents(goal, offered[0], levels, 1800.0)).all()
    in_hand = required_agents(base, GRID, [CHAT], offered, 500.0).agents[0]
    chats = as_if_steady(base.groups[1], offered[0], 800.0)
    assert (in_hand == least_chat_agents(goal, chats, levels, 1800.0)).all()


def test_a_limit_of_chats_that_slows_agents_down_is_named_at_its_channel() -> None:
    base = centre()
    voice, chat, email = base.channels
    slow = replace(chat, aht_factors=(1.0, 1.5, 4.0))
    base = replace(base, channels=(voice, slow, email))
    with pytest.raises(InvalidInput) as caught:
        required_agents(base, GRID, [CHAT], np.full((1, 48), 20.0), 500.0)
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("concurrency_slows_down", "/organisation/channels/1/aht_factors/2")
    ]


def test_rows_follow_the_groups_named_and_not_the_organisation() -> None:
    offered = np.array([day_volume(60), day_volume(90)])
    turned = required_agents(centre(), GRID, [CHAT, VOICE], offered, 300.0)
    straight = required_agents(centre(), GRID, [VOICE, CHAT], offered[::-1], 300.0)
    assert (turned.agents == straight.agents[::-1]).all()


def test_deferred_work_is_staffed_in_full_within_the_hours_of_the_others() -> None:
    offered = np.array([day_volume(90), np.full(48, 12.0)])
    offered[1, 36:] = 0.0
    requirement = required_agents(centre(), GRID, [VOICE, EMAIL], offered, 300.0)
    email = requirement.agents[1]
    assert not email[:16].any()
    assert not email[36:].any()
    workload = offered[1].sum() * 300.0 / 1800.0
    assert email.sum() * 0.8 == pytest.approx(workload)
    # What came in the night is spread over the first four open hours: 16 + 1 slots of work.
    assert email[16] * 0.8 == pytest.approx(2.0 * (16 + 1) / 8)


def test_opening_hours_can_be_given() -> None:
    opened = np.zeros(48, dtype=bool)
    opened[20:30] = True
    offered = np.zeros((1, 48))
    offered[0, 20] = 30.0
    requirement = required_agents(centre(), GRID, [EMAIL], offered, 300.0, open_slots=opened)
    assert requirement.agents[0, 20:28] == pytest.approx(np.full(8, 30.0 / 6 / 0.8 / 8))
    assert requirement.agents.sum() * 0.8 == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("seconds", "slots"), [(None, 1), (60.0, 1), (3600.0, 2), (5399.0, 2), (1e300, 10)]
)
def test_the_window_is_the_whole_slots_that_fit_into_it(seconds: float | None, slots: int) -> None:
    base = centre()
    voice, chat, email = base.groups
    goal = ServiceGoal(first_response_seconds=seconds, max_occupancy=1.0)
    base = replace(base, groups=(voice, chat, replace(email, goal=goal)))
    offered = np.zeros((1, 48))
    offered[0, 20] = 60.0
    opened = np.arange(48) // 10 == 2
    agents = required_agents(base, GRID, [EMAIL], offered, 300.0, open_slots=opened).agents[0]
    assert agents[20 : 20 + slots] == pytest.approx(np.full(slots, 10.0 / slots))
    assert agents.sum() == pytest.approx(10.0)


def test_work_left_over_after_closing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    offered = np.array([day_volume(90), np.zeros(48)])
    offered[1, 40] = 24.0
    with caplog.at_level(logging.WARNING):
        required_agents(centre(), GRID, [VOICE, EMAIL], offered, 300.0)
    assert "2.0 agent-hours" in caplog.text


def test_a_floor_holds_wherever_contacts_are_expected_and_nowhere_else() -> None:
    offered = np.zeros((1, 48))
    offered[0, 20:22] = [0.01, 90.0]
    agents = required_agents(centre(floor=4), GRID, [VOICE], offered, 240.0).agents[0]
    assert agents[20] == 4
    assert agents[21] > 4
    assert not np.delete(agents, [20, 21]).any()


def test_a_floor_holds_in_every_open_slot_contacts_or_not() -> None:
    offered = np.zeros((1, 48))
    offered[0, 20] = 0.01
    opened = (np.arange(48) >= 16) & (np.arange(48) < 36)
    agents = required_agents(
        centre(floor=4), GRID, [VOICE], offered, 240.0, open_slots=opened
    ).agents[0]
    assert (agents == np.where(opened, 4, 0)).all()


def test_experts_for_deferred_work_are_kept_while_the_centre_is_open() -> None:
    base = centre()
    voice, chat, email = base.groups
    base = replace(base, groups=(voice, chat, replace(email, floor=1)))
    offered = np.array([day_volume(90), np.zeros(48)])
    offered[1, [3, 20]] = 6.0
    agents = required_agents(base, GRID, [VOICE, EMAIL], offered, 240.0).agents[1]
    assert (agents == np.where(offered[0] > 0.0, 1, 0)).all()


def test_opening_hours_may_differ_from_group_to_group() -> None:
    opened = np.zeros((2, 48), dtype=bool)
    opened[0, 16:20] = opened[1, 30:32] = True
    base = centre(floor=2)
    voice, chat, email = base.groups
    base = replace(base, groups=(voice, chat, replace(email, floor=1)))
    agents = required_agents(
        base, GRID, [VOICE, EMAIL], np.zeros((2, 48)), 240.0, open_slots=opened
    ).agents
    assert (agents == opened * np.array([[2], [1]])).all()


def test_without_contacts_nobody_is_required() -> None:
    agents = required_agents(centre(), GRID, [VOICE, EMAIL], np.zeros((2, 48)), np.nan).agents
    assert not agents.any()


def test_every_problem_of_the_input_is_listed() -> None:
    offered = np.full((3, 48), 10.0)
    offered[0, 5] = -1.0
    offered[2, 7] = np.inf
    aht = np.full((3, 48), 300.0)
    aht[1, 9] = 0.0
    with pytest.raises(InvalidInput) as caught:
        required_agents(centre(), GRID, [VOICE, CHAT, EMAIL], offered, aht)
    assert [issue.pointer for issue in caught.value.issues] == ["/offered/0/5", "/aht_s/1/9"]
    assert "1 more" in caught.value.issues[0].detail


def test_unknown_and_repeated_groups_and_a_wrong_shape_are_listed() -> None:
    with pytest.raises(InvalidInput) as caught:
        required_agents(centre(), GRID, [VOICE, "fax", VOICE], np.ones((2, 48)), 300.0)
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("unknown_group", "/groups/1"),
        ("duplicate_id", "/groups/2"),
        ("bad_shape", "/offered"),
    ]


def test_goals_out_of_reach_are_named_at_their_group() -> None:
    base = centre()
    voice, chat, email = base.groups
    broken = replace(
        base,
        groups=(
            replace(voice, patience_seconds=1e12),
            replace(chat, goal=ServiceGoal(mean_answer_seconds=1e-12)),
            email,
        ),
    )
    with pytest.raises(InvalidInput) as caught:
        required_agents(broken, GRID, [EMAIL, CHAT, VOICE], np.ones((3, 48)), 300.0)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/organisation/groups/1/goal/mean_answer_seconds",
        "/organisation/groups/0/patience_seconds",
    ]


def test_a_volume_that_needs_more_than_a_million_agents_is_refused() -> None:
    offered = np.full((1, 48), 1e9)
    with pytest.raises(InvalidInput) as caught:
        required_agents(centre(), GRID, [EMAIL], offered, 300.0)
    assert [issue.pointer for issue in caught.value.issues] == ["/offered/0/0"]
