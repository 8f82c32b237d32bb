"""Deferred groups in a requirement: filled into the idle time of others, with what was open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Organisation,
    PlanningGroup,
    ServiceGoal,
    TimeGrid,
)
from optimizer.staffing import DeferredMethod, Method, required_agents
from tests.optimizer.builders import MONDAY, organisation

GRID = TimeGrid.of_days(MONDAY, 1, 30, "Europe/Paris")
VOICE, EMAIL = "voice:orders", "email:orders"


def centre(*, floor: int = 0, skills: tuple[str, ...] = ("orders",)) -> Organisation:
    """Return voice and email for orders; agents hold `skills`."""
    base = organisation()
    emails = ServiceGoal(first_response_seconds=4 * 3600.0, max_occupancy=0.8)
    return replace(
        base,
        channels=(Channel("voice", ChannelKind.VOICE), Channel("email", ChannelKind.EMAIL)),
        groups=(
            PlanningGroup(VOICE, "voice", "orders", goal=ServiceGoal(0.8, 20.0)),
            PlanningGroup(EMAIL, "email", "orders", goal=emails, floor=floor),
        ),
        agents=(Agent("a", "core", "paris", dict.fromkeys(skills, 3)),),
    )


def day(calls: float, emails: float) -> np.ndarray:
    """Return contacts per half-hour, open from 8 to 18, most of the calls at noon."""
    offered = np.zeros((2, 48))
    offered[0, 16:36] = calls * np.sin(np.linspace(0.2, np.pi - 0.2, 20))
    offered[1, 16:36] = emails
    return offered


def test_idle_time_of_voice_takes_the_emails_it_has_room_for() -> None:
    offered = day(90.0, 5.0)
    spread = required_agents(centre(), GRID, [VOICE, EMAIL], offered, 240.0)
    fill = required_agents(
        centre(), GRID, [VOICE, EMAIL], offered, 240.0, deferred=DeferredMethod.FILL
    )
    assert (fill.agents[0] == spread.agents[0]).all()
    assert spread.agents[1].sum() * 0.8 == pytest.approx(100 * 240 / 1800)
    assert not fill.agents[1].any()


def test_what_finds_no_room_needs_agents_of_its_own_at_the_maximum_occupancy() -> None:
    offered = day(90.0, 60.0)
    voice, email = required_agents(
        centre(),
        GRID,
        [VOICE, EMAIL],
        offered,
        240.0,
        deferred=DeferredMethod.FILL,
        method=Method.BY_INTERVAL,
    ).agents
    free = np.maximum(0.95 * voice - offered[0] * 240 / 1800, 0.0)[16:36]
    work = offered[1].sum() * 240 / 1800
    assert 0.0 < email.sum() * 0.8 < work
    # The window of four hours lets all idle time be used, for there is always work enough.
    assert email.sum() * 0.8 == pytest.approx(work - free.sum())


def test_agents_without_the_skill_have_no_time_for_it() -> None:
    offered = day(90.0, 5.0)
    base = centre(skills=("billing",))
    agents = required_agents(
        base, GRID, [VOICE, EMAIL], offered, 240.0, deferred=DeferredMethod.FILL
    ).agents[1]
    assert agents.sum() * 0.8 == pytest.approx(100 * 240 / 1800)


@pytest.mark.parametrize("deferred", DeferredMethod)
def test_a_floor_holds_while_the_group_is_open(deferred: DeferredMethod) -> None:
    agents = required_agents(
        centre(floor=2), GRID, [VOICE, EMAIL], day(90.0, 0.0), 240.0, deferred=deferred
    ).agents[1]
    assert (agents[16:36] == 2.0).all()
    assert not np.delete(agents, slice(16, 36)).any()


@pytest.mark.parametrize("deferred", DeferredMethod)
def test_contacts_that_are_open_at_the_start_are_staffed_within_their_window(
    deferred: DeferredMethod,
) -> None:
    base = centre(skills=("billing",))
    agents = required_agents(
        base, GRID, [VOICE, EMAIL], day(9.0, 0.0), 240.0, deferred=deferred, backlog=[0.0, 60.0]
    ).agents[1]
    assert agents[16:24] * 0.8 == pytest.approx(np.full(8, 1.0))
    assert not np.delete(agents, slice(16, 24)).any()


def test_a_backlog_that_cannot_be_is_refused() -> None:
    def pointers(backlog: object) -> list[tuple[str, str]]:
        with pytest.raises(InvalidInput) as caught:
            required_agents(centre(), GRID, [VOICE, EMAIL], day(9.0, 1.0), 240.0, backlog=backlog)
        return [(issue.code, issue.pointer) for issue in caught.value.issues]

    assert pointers([3.0, -1.0]) == [
        ("out_of_range", "/backlog/1"),
        ("backlog_at_once", "/backlog/0"),
    ]
    assert pointers([0.0, np.nan]) == [("out_of_range", "/backlog/1")]
    assert pointers(3.0) == [("bad_shape", "/backlog")]
