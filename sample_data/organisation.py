"""The organisation: staff first, then as much work as that staff can nearly carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model import Organisation
from sample_data.arguments import ZONE, Arguments
from sample_data.calibration import scale_to_capacity
from sample_data.experts import expert_streams, expert_teams
from sample_data.front_line import front_line_skills, front_line_streams
from sample_data.people import SITES, expert_agents, front_line_agents
from sample_data.staff import CONTRACTS, TEMPLATES, headcount, vendors
from sample_data.streams import CHANNELS, Stream
from sample_data.wishes import with_own_wishes

__all__ = ["Centre", "build_centre"]


@dataclass(frozen=True, slots=True)
class Centre:
    """An organisation, and the contacts that it is asked to handle.

    Parameters
    ----------
    streams
        One per planning group, in the same order.
    """

    organisation: Organisation
    streams: tuple[Stream, ...]


def build_centre(arguments: Arguments, rng: np.random.Generator) -> Centre:
    """Return a centre of the size asked for."""
    skills = front_line_skills(arguments.skills)
    teams = expert_teams(arguments.agents, arguments.skills)
    count = headcount(arguments.agents - sum(team.size for team in teams))
    front_line = scale_to_capacity(
        front_line_streams(skills, arguments.agents), count.useful_hours()
    )
    streams = (*front_line, *(stream for team in teams for stream in expert_streams(team)))

    work = dict.fromkeys((skill.id for skill in skills), 0.0)
    for stream in front_line:
        work[stream.group.skill] += stream.weekly_hours
    agents = (
        *front_line_agents(count, skills, list(work.values()), rng),
        *expert_agents(teams, skills, rng),
    )
    if arguments.distinct:
        agents = with_own_wishes(agents, arguments, rng)
    organisation = Organisation(
        name=f"Sample centre of {arguments.agents} agents",
        zone=ZONE,
        channels=tuple(CHANNELS.values()),
        skills=(*skills, *(team.skill for team in teams)),
        groups=tuple(stream.group for stream in streams),
        sites=SITES,
        templates=TEMPLATES,
        contracts=tuple(CONTRACTS.values()),
        agents=agents,
        vendors=vendors(count),
    )
    return Centre(organisation, streams)
