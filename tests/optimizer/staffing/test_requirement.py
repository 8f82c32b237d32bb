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
from optimizer.staffing import least_agents, required_agents
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


def day_volume(peak: float) -> np.ndarray:
    """Return contacts per half-hour, open from 8 to 18."""
    volume = np.zeros(48)
    volume[16:36] = peak * np.sin(np.linspace(0.2, np.pi - 0.2, 20))
    return volume


def test_groups_answered_at_once_get_the_least_agents_for_their_goal() -> None:
    offered = np.array([day_volume(90), day_volume(60)])
    requirement = required_agents(centre(), GRID, [VOICE, CHAT], offered, [[240.0], [500.0]])
    voice, chat, _ = centre().groups
    assert requirement.agents[0] == pytest.approx(
        least_agents(voice.goal, offered[0], 240.0, 1800.0, patience_seconds=120)
    )
    assert requirement.agents[1] == pytest.approx(
        least_agents(chat.goal, offered[1], 500.0, 1800.0, concurrency=3)
    )
    assert not requirement.agents[:, :16].any()
    assert (requirement.grid, requirement.groups) == (GRID, (VOICE, CHAT))


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
