"""The organisation: everything that stays the same from one plan to the next."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.model.flows import CustomerClass, Flow
from optimizer.model.people import Agent, Contract, Site, Vendor
from optimizer.model.record import Record
from optimizer.model.services import Channel, PlanningGroup, Skill
from optimizer.model.shifts import ShiftTemplate

__all__ = ["Organisation", "can_serve"]


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
