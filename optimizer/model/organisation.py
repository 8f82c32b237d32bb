"""The organisation: everything that stays the same from one plan to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.model.contracts import Contract, Site, Vendor
from optimizer.model.flows import CustomerClass, Flow
from optimizer.model.people import Agent
from optimizer.model.record import Record
from optimizer.model.services import Channel, PlanningGroup, Skill
from optimizer.model.shifts import ShiftTemplate

__all__ = ["Fairness", "Organisation", "can_serve"]


@dataclass(frozen=True, slots=True)
class Fairness(Record):
    """The price of unequal shares, over the period and what each agent carries in.

    Everybody is compared with the colleague under the same contract who carries in the least.
    Whoever carries ``c`` more than that one pays ``price x c`` for the next unit, ``price x
    (c + 1)`` for the one after it, and so on. A sum that grows with the square is least where
    the shares are equal, and it can be told person by person.

    Parameters
    ----------
    weekends, late_shifts, requests
        Price per weekend, per late shift and per wish not granted, 0 or more.
    late_end_minute
        A shift is late if it ends at this local minute of its day or after it.
    """

    weekends: float = 0.0
    late_shifts: float = 0.0
    late_end_minute: int = 20 * 60
    requests: float = 0.0


@dataclass(frozen=True, slots=True)
class Organisation(Record):
    """A contact centre's channels, skills, planning groups, sites, rules and people.

    Parameters
    ----------
    zone
        IANA name of the time zone in which forecasts and rosters are made.
    flows
        Contacts that bring further ones. Volumes of a forecast include what they bring.
    customer_classes
        None at all means that all customers of a group are alike.
    fairness
        What unequal shares of weekends, late shifts and denied wishes cost.
    max_elastic_share
        Greatest share of all paid hours that elastic staff works, in [0, 1]; None is no limit.
    """

    name: str
    zone: str
    channels: tuple[Channel, ...]
    skills: tuple[Skill, ...]
    groups: tuple[PlanningGroup, ...]
    sites: tuple[Site, ...]
    templates: tuple[ShiftTemplate, ...]
    contracts: tuple[Contract, ...]
    agents: tuple[Agent, ...]
    vendors: tuple[Vendor, ...] = ()
    flows: tuple[Flow, ...] = ()
    customer_classes: tuple[CustomerClass, ...] = ()
    fairness: Fairness = field(default_factory=Fairness)
    max_elastic_share: float | None = None


def can_serve(agent: Agent, group: PlanningGroup) -> bool:
    """Tell whether an agent may take the contacts of a planning group.

    The agent needs the group's skill at its level, its channel, a tier that may serve it and,
    where the group belongs to one site, to work there.
    """
    return (
        agent.skills.get(group.skill, 0) >= group.min_level
        and (agent.channels is None or group.channel in agent.channels)
        and agent.tier.may_serve(group.tier)
        and group.site in (None, agent.site)
    )
