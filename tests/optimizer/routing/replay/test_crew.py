"""Agents are those whom the log shows, or those who are given."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import AgentState, AgentStatus, Channel, ChannelKind, Snapshot, Tier
from optimizer.routing.replay import (
    crew_of_log,
    crew_of_organisation,
    crew_of_snapshot,
    with_presence,
)
from tests.optimizer.builders import organisation
from tests.optimizer.routing.replay.builders import START, at, contact, log_of

HOUR = 3600


def test_an_agent_is_there_from_the_first_to_the_last_contact_of_a_working_day() -> None:
    log = log_of(
        contact(0, 60, waited=30, agent="a"),
        contact(2 * HOUR, 60, agent="a"),
        contact(9 * HOUR, 60, waited=5, agent="a"),
        contact(9 * HOUR + 1, None, 40),
    )
    (worker,) = crew_of_log(log)
    assert worker.present == ((at(30), at(2 * HOUR + 60)), (at(9 * HOUR + 5), at(9 * HOUR + 65)))
    (worker,) = crew_of_log(log, away_after=timedelta(hours=1))
    assert worker.present is not None
    assert len(worker.present) == 3


def test_skills_are_those_served_and_levels_grow_with_their_share() -> None:
    kinds = [("a", 1)] * 7 + [("b", 1)] * 2 + [("c", 4)]
    log = log_of(
        *(
            contact(i, 1, agent="x", skills={skill: level}, amount=i, channel="chat")
            for i, (skill, level) in enumerate(kinds)
        )
    )
    (worker,) = crew_of_log(log)
    # 70 %, 20 % and 10 % of the contacts; a contact of level 4 was served.
    assert worker.state.skills == {"a": 4, "b": 1, "c": 4}
    assert (worker.state.channels, worker.state.authority) == (("chat",), 9)
    (worker,) = crew_of_log(log, least_share=0.15)
    assert worker.state.skills == {"a": 4, "b": 1}


def test_who_served_experts_work_is_an_expert() -> None:
    log = log_of(
        contact(0, 1, agent="x"),
        contact(1, 1, agent="x"),
        contact(2, 1, agent="x", tier=Tier.RISK),
    )
    assert crew_of_log(log)[0].state.tier is Tier.RISK


def test_a_log_that_names_nobody_needs_agents() -> None:
    with pytest.raises(InvalidInput, match="no agents"):
        crew_of_log(log_of(contact(0, 1)))


def test_agents_of_a_snapshot_lay_down_what_they_have_in_hand() -> None:
    busy = AgentState(
        "a", {"s": 2}, open_work={"voice": 1}, status=AgentStatus.AWAY, worked_seconds=9
    )
    snapshot = Snapshot(START, (), (busy, AgentState("b", {})))
    known, unknown = crew_of_snapshot(snapshot, log_of(contact(0, 60, agent="a")))
    assert known.state == AgentState("a", {"s": 2})
    assert known.present == ((at(0), at(60)),)
    assert unknown.present is None


def test_capacity_of_an_organisation_leaves_room_for_every_concurrency() -> None:
    centre = organisation(2)
    channels = (
        Channel("voice", ChannelKind.VOICE),
        Channel("chat", ChannelKind.CHAT, 3),
        Channel("email", ChannelKind.EMAIL, 2),
    )
    crew, rules = crew_of_organisation(
        replace(centre, channels=channels), log_of(contact(0, 60, agent=centre.agents[0].id))
    )
    assert {worker.state.capacity for worker in crew} == {6}
    assert {name: rule.units for name, rule in rules.items()} == {"voice": 6, "chat": 2, "email": 3}
    assert rules["email"].deferred
    assert [worker.state.id for worker in crew] == [agent.id for agent in centre.agents]
    assert [worker.present is None for worker in crew] == [False, True]


def test_presence_that_is_given_counts_and_touching_stretches_are_one() -> None:
    log = log_of(contact(0, 60, agent="a"), contact(0, 60, agent="b"))
    crew = with_presence(
        crew_of_log(log), {"a": [(at(50), at(90)), (at(10), at(50)), (at(95), at(95))]}
    )
    assert [worker.present for worker in crew] == [((at(10), at(90)),), ()]
