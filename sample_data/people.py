"""The agents: contracts, sites, skills and levels.

About half of the front line holds a second skill, the next one in a ring, so that spare time
can flow between all skills: with such chains, two skills are almost as good as all (Jordan &
Graves 1995; Wallace & Whitt 2005). A few hold many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL, Agent, Site, Skill, Tier
from sample_data.experts import EXPERT_LEVEL, ExpertTeam
from sample_data.front_line import gives_refunds
from sample_data.staff import Headcount

__all__ = ["SITES", "expert_agents", "front_line_agents"]

SITES = (
    Site("dublin", "Dublin", "Europe/Dublin"),
    Site("cork", "Cork", "Europe/Dublin"),
    Site("galway", "Galway", "Europe/Dublin"),
    Site("lisbon", "Lisbon", "Europe/Lisbon"),
    Site("krakow", "Kraków", "Europe/Warsaw"),
)

_OWN_SITES = {"dublin": 0.5, "cork": 0.3, "galway": 0.2}
_VENDOR_SITES = {"vendor_north": "krakow", "vendor_south": "lisbon"}
_VENDOR_CHANNELS = ("voice", "chat")
_EXPERT_AUTHORITY = 2000.0
_MOST_SKILLS_HELD = 6


@dataclass(frozen=True, slots=True)
class _Seniority:
    """How long somebody has been there: share of the staff, levels, and what they may grant."""

    share: float
    levels: tuple[int, int]
    authority: float


_SENIORITIES = (
    _Seniority(0.25, (1, 2), 50.0),
    _Seniority(0.5, (2, 4), 100.0),
    _Seniority(0.25, (4, HIGHEST_LEVEL), 250.0),
)

_GIVEN_NAMES = (
    "Ana", "Aoife", "Bruno", "Ciara", "Diego", "Eleni", "Ewa", "Finn", "Georgios", "Ines",
    "Jan", "Joao", "Katarzyna", "Liam", "Lucia", "Marek", "Maria", "Niamh", "Nikos", "Oisin",
    "Pablo", "Piotr", "Rita", "Sofia", "Tiago",
)  # fmt: skip
_FAMILY_NAMES = (
    "Alves", "Byrne", "Costa", "Doyle", "Dimou", "Ferrer", "Garcia", "Ioannou", "Kelly",
    "Kowalska", "Lopes", "Lynch", "Martin", "Mazur", "Murphy", "Nowak", "Nunes", "Papas",
    "Ramos", "Ruiz", "Santos", "Walsh", "Wrona",
)  # fmt: skip


def front_line_agents(
    count: Headcount, skills: Sequence[Skill], work: Sequence[float], rng: np.random.Generator
) -> list[Agent]:
    """Return the front line, core staff first.

    Parameters
    ----------
    work
        Share of the work that each skill brings; staff is hired in proportion.
    """
    contracts = [name for name, number in count.by_contract.items() for _ in range(number)]
    places = _in_proportion(len(contracts), work)
    # One core agent for each skill first: vendors do not serve every channel.
    others = np.repeat(np.arange(len(skills)), places - 1)
    hired_for = [*range(len(skills)), *rng.permutation(others).tolist()]
    return [
        _front_line_agent(f"A{number:05d}", contract, [*skills[skill:], *skills[:skill]], rng)
        for number, (contract, skill) in enumerate(zip(contracts, hired_for, strict=True), start=1)
    ]


def _front_line_agent(
    name: str, contract: str, ring: Sequence[Skill], rng: np.random.Generator
) -> Agent:
    """Return an agent hired for the first skill of the ring, at which it is best."""
    vendor = contract in _VENDOR_SITES
    held = 1 if vendor else min(_skills_held(rng), len(ring))
    seniority = _SENIORITIES[rng.choice(len(_SENIORITIES), p=[s.share for s in _SENIORITIES])]
    levels = sorted(rng.integers(*seniority.levels, held, endpoint=True).tolist(), reverse=True)
    return Agent(
        id=name,
        name=_name(rng),
        contract=contract,
        site=_VENDOR_SITES.get(contract) or _site(rng),
        skills={skill.id: level for skill, level in zip(ring, levels, strict=False)},
        channels=_VENDOR_CHANNELS if vendor else None,
        authority=0.0 if vendor else seniority.authority,
    )


def expert_agents(
    teams: Sequence[ExpertTeam], skills: Sequence[Skill], rng: np.random.Generator
) -> list[Agent]:
    """Return the experts; they also know what the front line is asked in their field."""
    seats = [team for team in teams for _ in range(team.size)]
    return [_expert(f"X{n:05d}", team, skills, rng) for n, team in enumerate(seats, start=1)]


def _expert(
    name: str, team: ExpertTeam, skills: Sequence[Skill], rng: np.random.Generator
) -> Agent:
    known = [team.skill, *_front_line_skills_of(team.tier, skills)]
    levels = rng.integers(EXPERT_LEVEL, HIGHEST_LEVEL, len(known), endpoint=True).tolist()
    return Agent(
        id=name,
        name=_name(rng),
        contract="expert",
        site=team.site or _site(rng),
        skills={skill.id: level for skill, level in zip(known, levels, strict=True)},
        tier=team.tier,
        authority=_EXPERT_AUTHORITY,
    )


def _front_line_skills_of(tier: Tier, skills: Sequence[Skill]) -> list[Skill]:
    """Return the front line's skills that experts hold: those near to their own work."""
    if tier is Tier.BUSINESS:
        return [skill for skill in skills if gives_refunds(skill)][:_MOST_SKILLS_HELD]
    if tier is Tier.TECHNICAL:
        return [skill for skill in skills if skill.id.startswith("technical")][:1]
    return []


def _in_proportion(people: int, shares: Sequence[float]) -> NDArray[np.int64]:
    """Return how many of `people` each share gets: at least one, then by largest remainders."""
    wanted = np.asarray(shares) / sum(shares) * people
    places = np.maximum(np.floor(wanted), 1).astype(np.int64)
    while places.sum() < people:
        places[np.argmax(wanted - places)] += 1
    while places.sum() > people:
        places[np.argmax(np.where(places > 1, places - wanted, -np.inf))] -= 1
    return places


def _skills_held(rng: np.random.Generator) -> int:
    """Return 1 skill for nearly half of the people, 2 for half, many for one in twenty."""
    return int(rng.choice([1, 2, _MOST_SKILLS_HELD], p=[0.45, 0.5, 0.05]))


def _site(rng: np.random.Generator) -> str:
    return str(rng.choice(list(_OWN_SITES), p=list(_OWN_SITES.values())))


def _name(rng: np.random.Generator) -> str:
    return f"{rng.choice(_GIVEN_NAMES)} {rng.choice(_FAMILY_NAMES)}"
