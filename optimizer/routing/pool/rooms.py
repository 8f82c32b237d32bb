"""How many contacts an agent may still be given, in all and per channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from optimizer.model import AgentState, AgentStatus, ChannelRules

__all__ = ["are_plain", "room_of", "room_on", "units_of"]

_USUAL = ChannelRules()


def are_plain(rules: Mapping[str, ChannelRules]) -> bool:
    """Tell whether every contact takes one unit and none interrupts another."""
    return all(rule.units == 1 and not rule.interrupts for rule in rules.values())


def units_of(channel: str, rules: Mapping[str, ChannelRules]) -> int:
    """Return the units of an agent that a contact of a channel takes."""
    return rules.get(channel, _USUAL).units


def room_on(agent: AgentState, channel: str, rules: Mapping[str, ChannelRules]) -> int:
    """Return how many contacts of a channel an agent's units and limits leave room for.

    To an agent without a free unit, one contact of a channel that interrupts others may still go
    as if the work that it interrupts were not there. Whether the agent is there does not matter.
    """
    rule = rules.get(channel, _USUAL)
    spare = agent.capacity - _units(agent, agent.open_work, rules)
    if spare >= rule.units:
        room = spare // rule.units
    else:
        aside = _units(agent, rule.interrupts, rules)
        room = int(spare <= 0 and spare + aside >= rule.units)
    limit = agent.channel_limits.get(channel)
    if limit is not None:
        room = min(room, max(0, limit - agent.open_work.get(channel, 0)))
    return room


def room_of(
    agent: AgentState, now: datetime, doors: Sequence[str], rules: Mapping[str, ChannelRules]
) -> tuple[int, list[int]]:
    """Return the contacts that an agent may be given in all, and through each door.

    Contacts are counted one by one: where those of different channels take different units, not
    all of them need fit together.

    Parameters
    ----------
    now
        Before the end of after-call work there is no room.
    doors
        The channels that are counted apart: those with limits, or all that the agent serves where
        rules are not plain.
    """
    busy = agent.after_call_until is not None and agent.after_call_until > now
    if busy or not agent.accepts_offers or agent.status is not AgentStatus.AVAILABLE:
        return 0, [0] * len(doors)
    rooms = [room_on(agent, channel, rules) for channel in doors]
    total = max(0, agent.capacity - _units(agent, agent.open_work, rules))
    if not are_plain(rules):
        sizes = [
            units_of(channel, rules) for channel, room in zip(doors, rooms, strict=True) if room
        ]
        total = max(1, total // min(sizes)) if sizes else 0
    return total, [min(room, total) for room in rooms]


def _units(agent: AgentState, channels: Collection[str], rules: Mapping[str, ChannelRules]) -> int:
    """Return the units that an agent's open work of some channels takes."""
    work = agent.open_work
    return sum(work.get(c, 0) * units_of(c, rules) for c in channels)
