"""A staffing followed through time, summed up per group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from api.in_time import shares_in_time
from api.volumes import Volumes
from optimizer.model import Channel, ChannelKind, Denominator, Requirement, ServiceGoal, TimeGrid
from optimizer.staffing import transient_performance
from tests.optimizer.builders import MONDAY, organisation

GRID = TimeGrid.of_days(MONDAY, 1, 30, "Europe/Paris")
CALLS, CHATS = "voice:orders", "voice:billing"


def test_groups_answered_at_once_are_followed_with_their_own_goal() -> None:
    centre = organisation()
    orders, billing = centre.groups
    goal = ServiceGoal(0.7, 45.0, Denominator.ANSWERED)
    chat = Channel("chat", ChannelKind.CHAT, 2, (1.0, 1.5))
    centre = replace(
        centre,
        channels=(*centre.channels, chat, Channel("email", ChannelKind.EMAIL)),
        groups=(
            replace(orders, goal=goal, patience_seconds=200.0),
            replace(billing, channel="chat", goal=ServiceGoal(mean_answer_seconds=60.0)),
            replace(billing, id="email", channel="email"),
            replace(orders, id="quiet"),
        ),
    )
    offered = np.zeros((4, 48))
    offered[:3, 16:20] = [20.0, 60.0, 10.0, 30.0]
    agents = np.where(offered > 0.0, 5.0, 0.0)
    volumes = Volumes(
        GRID,
        (CALLS, CHATS, "email", "quiet"),
        offered,
        np.full_like(offered, 300.0),
        offered > 0.0,
    )
    calls, chats = shares_in_time(centre, volumes, Requirement(GRID, volumes.groups, agents))

    share = transient_performance(
        agents[0], offered[0], 300.0, 1800.0, patience_s=200.0, within_s=45.0
    ).figures.service_level(Denominator.ANSWERED)[16:20]
    assert (calls.group, calls.within_seconds, calls.target) == (CALLS, 45.0, 0.7)
    assert calls.mean == pytest.approx(share @ [20.0, 60.0, 10.0, 30.0] / 120.0)
    assert (calls.worst, calls.worst_slot) == (pytest.approx(share.min()), 17)
    assert (calls.below, calls.intervals) == ((share < 0.7).sum(), 4)

    at_once = 1.0 - transient_performance(agents[1] * 2, offered[1], 450.0, 1800.0).figures.waiting
    assert (chats.group, chats.within_seconds, chats.target, chats.below) == (CHATS, 0.0, None, 0)
    assert chats.worst == pytest.approx(at_once[16:20].min())
