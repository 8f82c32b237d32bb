"""The people: contracts, chains of skills, and what makes everybody different."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from optimizer.model import Agent, Organisation, RequestKind, StaffClass, Tier, can_serve
from sample_data import Sample, generate


def front_line(sample: Sample) -> list[Agent]:
    return [agent for agent in sample.organisation.agents if agent.tier is Tier.FRONT_LINE]


def kinds(organisation: Organisation) -> set[object]:
    """Return what tells agents apart: contract, site, groups served and own hours."""
    return {
        (
            agent.contract,
            agent.site,
            tuple(can_serve(agent, group) for group in organisation.groups),
            agent.availability,
        )
        for agent in organisation.agents
    }


@pytest.fixture(scope="module")
def distinct() -> Sample:
    return generate(agents=300, skills=4, days=14, seed=11, distinct=True, weeks=4)


def test_about_half_hold_two_skills_and_few_hold_all(centre: Sample) -> None:
    own = [agent for agent in front_line(centre) if not agent.contract.startswith("vendor")]
    held = Counter(len(agent.skills) for agent in own)
    assert 0.4 < held[2] / len(own) < 0.6
    assert 0 < held[4] / len(own) < 0.12
    assert set(held) == {1, 2, 4}


def test_second_skills_form_one_ring(centre: Sample) -> None:
    names = [skill.id for skill in centre.organisation.skills[:4]]
    pairs = {tuple(agent.skills) for agent in front_line(centre) if len(agent.skills) == 2}
    assert pairs == {(names[i], names[(i + 1) % 4]) for i in range(4)}


def test_skills_are_staffed_in_proportion_to_their_work(centre: Sample) -> None:
    work: dict[str, float] = defaultdict(float)
    for stream in centre.streams:
        work[stream.group.skill] += stream.weekly_hours
    people = front_line(centre)
    hired = Counter(next(iter(agent.skills)) for agent in people)
    total = sum(work[skill] for skill in hired)
    for skill, number in hired.items():
        assert number == pytest.approx(len(people) * work[skill] / total, abs=1)


def test_core_staff_is_most_and_elastic_staff_less_than_a_quarter(centre: Sample) -> None:
    contracts = {contract.id: contract for contract in centre.organisation.contracts}
    classes = Counter(contracts[agent.contract].staff_class for agent in centre.organisation.agents)
    assert 0.1 < classes[StaffClass.ELASTIC] / classes.total() < 0.25
    by_contract = Counter(agent.contract for agent in centre.organisation.agents)
    assert by_contract.most_common(1)[0][0] == "core"
    assert set(by_contract) == set(contracts)


def test_elastic_staff_costs_a_call_and_core_staff_has_a_guarantee(centre: Sample) -> None:
    for contract in centre.organisation.contracts:
        elastic = contract.staff_class is StaffClass.ELASTIC
        assert (contract.call_cost > 0) == elastic
        assert (contract.guaranteed_minutes_per_week == 0) == elastic
        assert contract.weekend_premium > 0


def test_vendors_have_a_cap_below_their_headcount(centre: Sample) -> None:
    sent = Counter(agent.contract for agent in centre.organisation.agents)
    assert {vendor.id for vendor in centre.organisation.vendors} == {"north", "south"}
    for vendor in centre.organisation.vendors:
        assert vendor.max_shifts_per_day is not None
        assert 0 < vendor.max_shifts_per_day < sent[f"vendor_{vendor.id}"]


def test_vendors_serve_only_the_immediate_channels(centre: Sample) -> None:
    for agent in front_line(centre):
        assert (agent.channels == ("voice", "chat")) == agent.contract.startswith("vendor")


def test_every_kind_of_expert_is_there_at_the_level_asked_for(centre: Sample) -> None:
    experts = [agent for agent in centre.organisation.agents if agent.tier is not Tier.FRONT_LINE]
    assert {agent.tier for agent in experts} == {Tier.TECHNICAL, Tier.BUSINESS, Tier.RISK}
    assert {agent.contract for agent in experts} == {"expert"}
    for group in centre.organisation.groups:
        if group.tier is not Tier.FRONT_LINE:
            assert group.min_level == 3
            assert sum(can_serve(agent, group) for agent in experts) >= 3


def test_agents_are_of_few_kinds_unless_everybody_is_distinct(
    centre: Sample, distinct: Sample
) -> None:
    assert len(kinds(centre.organisation)) < 100
    assert len(kinds(distinct.organisation)) > 0.9 * len(distinct.organisation.agents)


def test_agents_have_no_wishes_unless_everybody_is_distinct(centre: Sample) -> None:
    for agent in centre.organisation.agents:
        assert agent.availability == agent.days_off == agent.requests == ()


def test_every_distinct_agent_has_a_free_weekday_and_room_for_every_shift_on_the_others(
    distinct: Sample,
) -> None:
    templates = {template.id: template for template in distinct.organisation.templates}
    contracts = {contract.id: contract for contract in distinct.organisation.contracts}
    for agent in distinct.organisation.agents:
        available = [day for window in agent.availability for day in window.weekdays]
        assert len(available) == len(set(available)) == 6
        allowed = [templates[name] for name in contracts[agent.contract].templates]
        for window in agent.availability:
            starts = {
                start
                for template in allowed
                for start in template.starts()
                if window.start_minute <= start
                and start + min(template.lengths) <= window.end_minute
            }
            assert len(starts) >= 2


def test_distinct_wishes_lie_in_the_horizon_on_days_that_can_be_worked(distinct: Sample) -> None:
    asked = set()
    for agent in distinct.organisation.agents:
        available = {day for window in agent.availability for day in window.weekdays}
        days = [request.day for request in agent.requests]
        assert len(days) == len(set(days)) > 0
        assert not set(days) & set(agent.days_off)
        for day in [*days, *agent.days_off]:
            assert distinct.arguments.start <= day < distinct.arguments.end
            assert day.weekday() in available
        asked |= {request.kind for request in agent.requests}
    assert asked == {RequestKind.ON, RequestKind.OFF}


def test_the_days_before_the_horizon_agree_with_each_other(distinct: Sample) -> None:
    contracts = {contract.id: contract for contract in distinct.organisation.contracts}
    start = distinct.arguments.start
    for agent in distinct.organisation.agents:
        past = agent.history
        assert (past.days_worked == 0) != (past.days_off == 0)
        assert past.days_worked < contracts[agent.contract].max_consecutive_days
        assert past.last_shift_end is not None
        assert (start - past.last_shift_end.date()).days == past.days_off + 1
        assert past.minutes_this_week == past.shifts_this_week == 0


def test_distinct_agents_can_be_made_for_a_single_day() -> None:
    sample = generate(agents=40, skills=2, days=1, distinct=True, weeks=4)
    assert all(len(agent.requests) <= 1 for agent in sample.organisation.agents)
