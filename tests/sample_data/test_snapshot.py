"""The live snapshot: sound, plausible, and never hopeless."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from optimizer.model import (
    Agent,
    AgentStatus,
    ChannelRules,
    Priority,
    Ticket,
    Tier,
    check_snapshot,
)
from sample_data import Sample, generate


def could_take(agent: Agent, ticket: Ticket) -> bool:
    return (
        all(agent.skills.get(skill, 0) >= level for skill, level in ticket.skills.items())
        and (agent.channels is None or ticket.channel in agent.channels)
        and (ticket.tier is Tier.FRONT_LINE or agent.tier is ticket.tier)
        and ticket.site in (None, agent.site)
        and agent.authority >= ticket.amount
    )


@pytest.fixture(scope="module")
def busy() -> Sample:
    return generate(agents=200, skills=5, seed=4, weeks=4, tickets=2000)


def test_it_is_sound_and_has_the_tickets_asked_for(busy: Sample) -> None:
    assert check_snapshot(busy.snapshot) == []
    assert len(busy.snapshot.tickets) == 2000


def test_every_ticket_could_be_taken_by_somebody(busy: Sample) -> None:
    for ticket in busy.snapshot.tickets:
        assert any(could_take(agent, ticket) for agent in busy.organisation.agents)


def test_nearly_every_ticket_could_be_taken_by_somebody_at_work(busy: Sample) -> None:
    at_work = {state.id for state in busy.snapshot.agents}
    present = [agent for agent in busy.organisation.agents if agent.id in at_work]
    possible = [any(could_take(a, t) for a in present) for t in busy.snapshot.tickets]
    assert sum(possible) > 0.95 * len(possible)


def test_all_channels_tiers_and_priorities_wait(busy: Sample) -> None:
    tickets = busy.snapshot.tickets
    assert {ticket.channel for ticket in tickets} == {"voice", "chat", "email", "social", "ticket"}
    assert {ticket.tier for ticket in tickets} == set(Tier)
    assert {ticket.priority for ticket in tickets} == set(Priority)
    assert {t.tier for t in tickets if t.priority is Priority.P0} == {Tier.TECHNICAL}


def test_tickets_wait_since_the_past_and_some_are_overdue(busy: Sample) -> None:
    now = busy.snapshot.now
    promised = [
        (now - ticket.created).total_seconds() > ticket.first_response_seconds
        for ticket in busy.snapshot.tickets
        if ticket.first_response_seconds is not None
    ]
    assert all(ticket.created < now for ticket in busy.snapshot.tickets)
    assert 0 < sum(promised) < len(promised) / 2


def test_work_of_the_backlog_keeps_to_opening_hours_and_waits_for_calls(busy: Sample) -> None:
    snapshot = busy.snapshot
    for ticket in snapshot.tickets:
        deferred = ticket.channel in ("email", "social", "ticket")
        assert snapshot.channels.get(ticket.channel, ChannelRules()).deferred == deferred
        assert (ticket.calendar in snapshot.calendars) == deferred
    assert set(snapshot.channels["voice"].interrupts) == {"email", "social", "ticket"}


def test_harder_contacts_ask_for_less_in_the_end(busy: Sample) -> None:
    relaxed = [ticket for ticket in busy.snapshot.tickets if ticket.relaxation]
    assert 0 < len(relaxed) < len(busy.snapshot.tickets) / 4
    for ticket in relaxed:
        (step,) = ticket.relaxation
        assert all(level < ticket.skills[skill] for skill, level in step.levels.items())


def test_tags_risks_and_declined_offers_occur(busy: Sample) -> None:
    tickets = busy.snapshot.tickets
    assert {tag for ticket in tickets for tag in ticket.tags} == set(busy.snapshot.weights.tags)
    assert len({ticket.risk for ticket in tickets}) > 10
    assert 0 < sum(bool(ticket.rejected_by) for ticket in tickets) < len(tickets) / 10


def test_cases_continue_and_refunds_need_authority(busy: Sample) -> None:
    agents = {agent.id: agent for agent in busy.organisation.agents}
    continued = [t for t in busy.snapshot.tickets if t.prior_agent is not None]
    assert continued
    for ticket in continued:
        assert set(ticket.skills) <= set(agents[str(ticket.prior_agent)].skills)
    refunds = Counter(next(iter(t.skills)) for t in busy.snapshot.tickets if t.amount > 0)
    assert set(refunds) == {"after_sales", "billing"}


def test_agents_at_work_are_people_of_the_organisation_within_their_limits(busy: Sample) -> None:
    agents = {agent.id: agent for agent in busy.organisation.agents}
    states = busy.snapshot.agents
    assert 0.3 * len(agents) < len(states) < 0.6 * len(agents)
    for state in states:
        agent = agents[state.id]
        assert (state.skills, state.tier, state.site) == (agent.skills, agent.tier, agent.site)
        taken = (
            number * busy.snapshot.channels.get(channel, ChannelRules()).units
            for channel, number in state.open_work.items()
        )
        assert sum(taken) <= state.capacity
        for channel, number in state.open_work.items():
            assert number <= state.channel_limits[channel]
            assert agent.channels is None or channel in agent.channels


def test_only_agents_with_nothing_to_do_are_idle_and_work_in_hand_ends(busy: Sample) -> None:
    now = busy.snapshot.now
    for state in busy.snapshot.agents:
        at_rest = state.status is AgentStatus.AVAILABLE and state.after_call_until is None
        assert (state.idle_since is not None) == (at_rest and not state.open_work)
        assert (state.free_from is not None) == bool(state.open_work)
        assert state.free_from is None or state.free_from > now
        assert state.after_call_until is None or state.after_call_until > now
        assert 0 < state.worked_seconds < 8 * 3600
    assert {state.status for state in busy.snapshot.agents} >= {
        AgentStatus.AVAILABLE,
        AgentStatus.AWAY,
    }
    assert any(state.after_call_until for state in busy.snapshot.agents)


def test_it_is_taken_on_the_first_day_that_is_no_holiday() -> None:
    easter_monday = date(2026, 4, 6)
    sample = generate(agents=30, skills=2, weeks=4, start=easter_monday)
    assert sample.snapshot.now.date() == date(2026, 4, 7)


def test_there_can_be_no_tickets() -> None:
    assert generate(agents=30, skills=2, weeks=4, tickets=0).snapshot.tickets == ()
