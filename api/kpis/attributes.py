"""What figures are told by, and how a contact, an agent or a group has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from optimizer.model import Agent, ChannelKind, Organisation, PlanningGroup
from optimizer.model.record import Record

__all__ = ["By", "Centre", "Slice"]


class By(StrEnum):
    """What figures are told by."""

    GROUP = "group"
    CHANNEL = "channel"
    TIER = "tier"
    SITE = "site"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Slice(Record):
    """What contacts or hours have in common; None where it is not told, or not one."""

    group: str | None = None
    channel: str | None = None
    tier: str | None = None
    site: str | None = None
    vendor: str | None = None

    def named(self, by: By) -> str | None:
        """Return the name by which figures of it are told."""
        name: str | None = getattr(self, by.value)
        return name


@dataclass(frozen=True, slots=True)
class Centre:
    """What an organisation says of those that stand in a log: empty without one."""

    groups: Mapping[str, PlanningGroup]
    kinds: Mapping[str, ChannelKind]
    agents: Mapping[str, Agent]
    vendors: Mapping[str, str | None]
    concurrency: Mapping[str, int]

    @classmethod
    def of(cls, organisation: Organisation | None) -> Centre:
        """Return the view of an organisation."""
        if organisation is None:
            return cls({}, {}, {}, {}, {})
        return cls(
            groups={group.id: group for group in organisation.groups},
            kinds={channel.id: channel.kind for channel in organisation.channels},
            agents={agent.id: agent for agent in organisation.agents},
            vendors={contract.id: contract.vendor for contract in organisation.contracts},
            concurrency={channel.id: channel.concurrency for channel in organisation.channels},
        )

    def of_group(self, name: str) -> Slice:
        """Return what is known of everything in a planning group."""
        group = self.groups.get(name)
        if group is None:
            return Slice(name)
        return Slice(name, group.channel, group.tier.value, group.site)

    def of_agent(self, name: str) -> Slice:
        """Return what is known of everything that an agent does."""
        agent = self.agents.get(name)
        if agent is None:
            return Slice()
        vendor = self.vendors.get(agent.contract)
        return Slice(None, None, agent.tier.value, agent.site, vendor)

    def immediate(self, group: str) -> bool:
        """Tell whether contacts of a group are answered at once."""
        known = self.groups.get(group)
        return known is not None and self.kinds.get(known.channel) in _IMMEDIATE

    def deferred(self, group: str) -> bool:
        """Tell whether contacts of a group are known to wait until somebody has time."""
        return group in self.groups and not self.immediate(group)


_IMMEDIATE = (ChannelKind.VOICE, ChannelKind.CHAT)
