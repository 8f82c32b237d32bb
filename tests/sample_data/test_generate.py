"""One seed, one sample; every sample is sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import ChannelKind, can_serve, check_organisation, check_snapshot
from sample_data import Sample, generate, write_sample
from sample_data.arguments import MOST_SKILLS, least_agents


@st.composite
def sizes(draw: st.DrawFn) -> tuple[int, int]:
    skills = draw(st.integers(1, MOST_SKILLS))
    least = least_agents(skills)
    return draw(st.integers(least, least + 200)), skills


@settings(max_examples=25, deadline=None)
@given(sizes(), st.integers(1, 40), st.integers(0, 2**32), st.booleans())
def test_any_sample_is_sound_without_a_warning_and_every_group_can_be_served(
    size: tuple[int, int], days: int, seed: int, distinct: bool
) -> None:
    agents, skills = size
    sample = generate(agents, skills, days, seed, distinct=distinct, weeks=4, tickets=30)
    organisation = sample.organisation
    assert check_organisation(organisation) == []
    assert check_snapshot(sample.snapshot) == []
    assert len(organisation.agents) == agents
    assert tuple(stream.group for stream in sample.streams) == organisation.groups
    for group in organisation.groups:
        assert any(can_serve(agent, group) for agent in organisation.agents)
    assert (sample.history["offered"] >= 0).all()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        made = generate(agents=60, skills=3, seed=5, distinct=True, weeks=5)
        write_sample(made, tmp_path / folder)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_another_seed_gives_other_people_volumes_and_tickets() -> None:
    one, two = (generate(agents=60, skills=3, seed=seed, weeks=4) for seed in (1, 2))
    assert one.organisation.agents != two.organisation.agents
    assert not one.history["offered"].equals(two.history["offered"])
    assert one.snapshot.tickets != two.snapshot.tickets


def test_more_history_changes_neither_the_people_nor_the_moment() -> None:
    short, long = (generate(agents=60, skills=3, weeks=weeks) for weeks in (4, 8))
    assert short.organisation == long.organisation
    assert short.snapshot == long.snapshot


def test_own_wishes_change_nothing_else_about_the_people() -> None:
    alike, distinct = (generate(agents=60, skills=3, distinct=d, weeks=4) for d in (False, True))
    for plain, own in zip(alike.organisation.agents, distinct.organisation.agents, strict=True):
        assert plain == replace(
            own, availability=(), days_off=(), requests=(), history=plain.history
        )
    assert alike.history.equals(distinct.history)


def test_the_history_ends_on_the_day_before_the_horizon(centre: Sample) -> None:
    arguments = centre.arguments
    first, last = centre.history["start"].min(), centre.history["start"].max()
    assert first.date() == arguments.history_start == date(2025, 5, 26)
    assert last.date() == arguments.start - timedelta(days=1)
    assert arguments.start.weekday() == 0


def test_closures_and_promotions_reach_from_the_history_to_the_horizon() -> None:
    sample = generate(agents=30, skills=2, days=30, weeks=16, start=date(2025, 12, 1))
    days = [closure.day for closure in sample.closures]
    assert days == [date(2025, 10, 27), date(2025, 12, 25), date(2025, 12, 26)]
    names = [promotion.name for promotion in sample.promotions]
    assert names == ["Double 11", "Black Friday"]


def test_all_five_channels_and_five_sites_are_used(centre: Sample) -> None:
    organisation = centre.organisation
    assert {channel.kind for channel in organisation.channels} == set(ChannelKind)
    assert {group.channel for group in organisation.groups} == {c.id for c in organisation.channels}
    assert len(organisation.sites) == 5
    assert {agent.site for agent in organisation.agents} == {site.id for site in organisation.sites}


def test_the_number_of_skills_is_the_number_of_front_line_skills() -> None:
    for skills in (1, 4, MOST_SKILLS):
        sample = generate(agents=400, skills=skills, weeks=4, tickets=0)
        names = [skill.id for skill in sample.organisation.skills]
        experts = [n for n in names if n.startswith(("faults", "disputes", "fraud"))]
        assert len(names) - len(experts) == skills
        assert len(experts) == 3 * -(-skills // 4)


def test_history_is_sorted_and_has_no_interval_twice(centre: Sample) -> None:
    keys = pd.MultiIndex.from_frame(centre.history[["group", "start"]])
    assert keys.is_monotonic_increasing
    assert keys.is_unique


@pytest.mark.parametrize("agents", [60, 600])
def test_twice_the_staff_gets_more_than_twice_the_volume(agents: int) -> None:
    """Large groups lose less to chance."""
    one, two = (generate(size, 3, weeks=4, tickets=0) for size in (agents, 2 * agents))
    assert two.history["offered"].sum() > 2 * one.history["offered"].sum()
