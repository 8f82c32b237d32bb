"""An organisation around a history that somebody else brings: groups first, then the staff.

A real history says how many contacts came, not who answered them. For a demonstration its
groups get the goals, contracts and skills of the sample centre, and as many people as the work
needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from optimizer.model import Organisation, Skill
from sample_data.front_line import FRONT_LINE_CHANNELS, front_line_group
from sample_data.people import SITES, front_line_agents
from sample_data.staff import CONTRACTS, TEMPLATES, headcount, vendors
from sample_data.streams import CHANNELS

__all__ = ["centre_around", "staffed"]


def centre_around(groups: Sequence[str], zone: str = "UTC") -> Organisation:
    """Return an organisation with the given planning groups and nobody to serve them.

    Parameters
    ----------
    groups
        Names such as ``chat:orders``; one without a known channel in front is taken as voice.
        Groups that share what stands behind the channel share a skill.
    """
    split = {name: _channel_and_skill(name) for name in groups}
    skills = {skill: Skill(skill) for _, skill in split.values()}
    return Organisation(
        name="A centre around a given history",
        zone=zone,
        channels=tuple(CHANNELS.values()),
        skills=tuple(skills.values()),
        groups=tuple(
            front_line_group(name, channel, skills[skill])
            for name, (channel, skill) in split.items()
        ),
        sites=SITES,
        templates=TEMPLATES,
        contracts=(),
        agents=(),
    )


def staffed(
    organisation: Organisation, weekly_hours: Mapping[str, float], seed: int = 0
) -> Organisation:
    """Return the organisation with as many agents as a week's work needs.

    Parameters
    ----------
    weekly_hours
        Agent-hours to schedule in a week, by planning group; together above 0.
    """
    work = dict.fromkeys((skill.id for skill in organisation.skills), 0.0)
    for group in organisation.groups:
        work[group.skill] += weekly_hours[group.id]
    total = sum(work.values())
    people = len(work)
    while headcount(people).useful_hours() < total:
        people += 1
    count = headcount(people)
    rng = np.random.default_rng(seed)
    agents = front_line_agents(count, organisation.skills, list(work.values()), rng)
    return replace(
        organisation,
        contracts=tuple(CONTRACTS[name] for name in count.by_contract),
        agents=tuple(agents),
        vendors=vendors(count),
    )


def _channel_and_skill(name: str) -> tuple[str, str]:
    channel, colon, skill = name.partition(":")
    if colon and channel in FRONT_LINE_CHANNELS and skill:
        return channel, skill
    return "voice", name
