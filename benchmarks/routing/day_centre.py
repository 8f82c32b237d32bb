"""A generated centre on a busy day: four skills, three channels, a promotion, outages, experts.

It is staffed for an ordinary day; from eleven to two a promotion brings more orders than that, and
outages, of severity P0, are reported all day, by telephone and by email. They belong to the front
line until they have waited for half an hour; then they are the technical experts'. Customers
differ in what they are worth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    CustomerClass,
    Organisation,
    PlanningGroup,
    Priority,
    RoutingRule,
    ServiceGoal,
    Site,
    Skill,
    Tier,
)
from optimizer.simulation.centre import Line, make_lines, make_pools, make_system
from optimizer.simulation.system import Contacts, Floats, Ints, Staff, System

__all__ = ["HORIZON_S", "P0_LIMIT_S", "Centre"]

P0_LIMIT_S = 1800.0
"""When a P0 that still waits is the experts'."""

_SLOT_S = 1800.0
_OPEN_SLOTS = 24
_SHIFT, _WORK = 17, 8
"""Half-hours of a shift, and of each of its two stretches; the break is in between."""

_STARTS = range(_OPEN_SLOTS + 2 - _SHIFT + 1)
HORIZON_S = _SLOT_S * (_OPEN_SLOTS + 2)
"""From eight in the morning; contacts come until eight in the evening, people stay until nine."""

_DAY_SHAPE = np.array(
    [5, 7, 9, 10, 11, 11, 10, 9, 8, 8, 9, 9, 9, 9, 8, 8, 8, 7, 7, 6, 5, 5, 4, 3], np.float64
)
_PROMOTION = slice(6, 12)
_PROMOTED = 1.6
"""Contacts about orders during the promotion, over those of an ordinary day."""

_VOICE, _CHAT, _EMAIL = "voice", "chat", "email"
_SHARES = {
    ("orders", _VOICE): 0.19, ("orders", _CHAT): 0.12, ("orders", _EMAIL): 0.05,
    ("billing", _VOICE): 0.14, ("billing", _CHAT): 0.08, ("billing", _EMAIL): 0.05,
    ("technical", _VOICE): 0.13, ("technical", _CHAT): 0.06, ("technical", _EMAIL): 0.04,
    ("retention", _VOICE): 0.06, ("retention", _CHAT): 0.03,
    ("outage", _VOICE): 0.02, ("outage", _EMAIL): 0.01, ("experts", _VOICE): 0.02,
}  # fmt: skip
"""Of all contacts, on an ordinary day."""

_AHT_S = {
    "orders": 240.0, "billing": 300.0, "technical": 420.0, "retention": 480.0, "outage": 540.0,
    "experts": 900.0,
}  # fmt: skip
_CHAT_FACTOR, _AT_ONCE = 1.6, (1.0, 1.15, 1.35)
_PRIORITY = {
    "orders": Priority.P2, "billing": Priority.P2, "technical": Priority.P2,
    "retention": Priority.P1, "outage": Priority.P0, "experts": Priority.P1,
}  # fmt: skip
_VALUE = {"retention": 2.0, "outage": 2.0}
_LEVEL = {"technical": 2, "outage": 2, "retention": 3, "experts": 5}
_PATIENCE_S = {_VOICE: 240.0, _CHAT: 420.0}
_FIRST_RESPONSE_S = (14_400.0, 900.0)
"""Of email, ordinary and about outages."""

_CLASSES = (
    CustomerClass("gold", 0.1, 5.0),
    CustomerClass("silver", 0.3, 2.0),
    CustomerClass("basic", 0.6, 0.5),
)

_PROFILES: tuple[tuple[dict[str, int], Tier, float], ...] = (
    ({"orders": 4}, Tier.FRONT_LINE, 0.18),
    ({"orders": 3, "billing": 4}, Tier.FRONT_LINE, 0.20),
    ({"billing": 5}, Tier.FRONT_LINE, 0.11),
    ({"technical": 4}, Tier.FRONT_LINE, 0.18),
    ({"technical": 3, "billing": 2}, Tier.FRONT_LINE, 0.09),
    ({"retention": 4, "orders": 2}, Tier.FRONT_LINE, 0.10),
    ({"orders": 3, "billing": 3, "technical": 3, "retention": 3}, Tier.FRONT_LINE, 0.07),
    ({"technical": 5}, Tier.TECHNICAL, 0.07),
)
"""Skills, tier, and share of all agents."""


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """The centre of a day.

    Parameters
    ----------
    lines
        Groups by customer class.
    offered
        Contacts expected, [lines, half-hours].
    aht_s, patience_s
        Means in seconds; patience is infinite for email, [lines].
    begin, end
        Stretches of work in seconds, two for each agent, [2 x agents].
    shift
        Who has the same profile and the same shift has the same number, [agents].
    """

    organisation: Organisation
    lines: list[Line]
    offered: Floats
    aht_s: Floats
    patience_s: Floats
    begin: Floats
    end: Floats
    shift: Ints

    @classmethod
    def of(cls, contacts: int, load: float) -> Centre:
        """Generate it.

        Parameters
        ----------
        contacts
            That are expected on the day, the promotion's included.
        load
            Work of an ordinary day over the time that people are there.
        """
        groups = tuple(_group(skill, channel) for skill, channel in _SHARES)
        ordinary = np.outer(list(_SHARES.values()), _DAY_SHAPE / _DAY_SHAPE.sum())
        busy = ordinary.copy()
        promoted = [g for g, group in enumerate(groups) if group.id.endswith(":orders")]
        busy[promoted, _PROMOTION] *= _PROMOTED
        scale = contacts / busy.sum()
        hours = float(scale * ordinary.sum(axis=1) @ _work_s(groups)) / 3600.0
        agents, start, profile = _agents(round(hours / load / (2 * _WORK * _SLOT_S / 3600.0)))
        organisation = Organisation(
            "A busy day", "UTC",
            channels=(
                Channel(_VOICE, ChannelKind.VOICE),
                Channel(_CHAT, ChannelKind.CHAT, len(_AT_ONCE), aht_factors=_AT_ONCE),
                Channel(_EMAIL, ChannelKind.EMAIL),
            ),
            skills=tuple(Skill(name) for name in ("orders", "billing", "technical", "retention")),
            groups=groups, sites=(Site("here"),), templates=(), contracts=(), agents=agents,
            customer_classes=_CLASSES,
        )  # fmt: skip
        lines = make_lines(organisation)
        of_line = np.array([line.group for line in lines])
        share = np.array([line.share for line in lines])[:, np.newaxis]
        patience = [_or_endless(group.patience_seconds) for group in groups]
        first = start * _SLOT_S
        return cls(
            organisation,
            lines,
            scale * busy[of_line] * share,
            np.array([_aht_s(group) for group in groups])[of_line],
            np.array(patience)[of_line],
            np.concatenate([first, first + (_SHIFT - _WORK) * _SLOT_S]),
            np.concatenate([first + _WORK * _SLOT_S, first + _SHIFT * _SLOT_S]),
            np.unique(np.stack([profile, start]), axis=1, return_inverse=True)[1].ravel(),
        )

    def setting(self, rule: RoutingRule) -> tuple[System, Staff]:
        """Return who may take what by a rule, and who is there."""
        groups = self.organisation.groups
        pools = make_pools(self.organisation, self.lines, rule)
        aht = np.array([_aht_s(group) for group in groups])
        who = np.tile(np.arange(len(pools.of_agent)), 2)
        system = make_system(self.organisation, self.lines, pools, rule, aht)
        return system, Staff(pools.of_agent, who, self.begin, self.end)

    def draw(self, seed: int, replication: int) -> Contacts:
        """Draw the contacts of a day: the same for every rule."""
        random = np.random.default_rng((seed, replication))
        count = random.poisson(self.offered)
        line, slot = (
            np.repeat(index.ravel(), count.ravel()) for index in np.indices(self.offered.shape)
        )
        arrival = (slot + random.uniform(size=len(slot))) * _SLOT_S
        deviation = math.sqrt(math.log(2.0))
        noise = random.normal(-(deviation**2) / 2, deviation, len(slot))
        patience = self.patience_s[line] * random.exponential(size=len(slot))
        order = np.argsort(arrival, kind="stable")
        service = self.aht_s[line] * np.exp(noise)
        return Contacts(
            arrival[order], line[order].astype(np.int32), patience[order], service[order]
        )


def _group(skill: str, channel: str) -> PlanningGroup:
    outage = skill == "outage"
    deferred = channel == _EMAIL
    within = None if deferred else 20.0 if channel == _VOICE and not outage else 60.0
    return PlanningGroup(
        f"{channel}:{skill}",
        channel,
        "technical" if skill in ("outage", "experts") else skill,
        _LEVEL.get(skill, 1),
        tier=Tier.TECHNICAL if skill == "experts" else Tier.FRONT_LINE,
        goal=ServiceGoal(
            None if deferred else 0.8,
            within,
            first_response_seconds=_FIRST_RESPONSE_S[outage] if deferred else None,
        ),
        # Whoever cannot work at all does not hang up so soon.
        patience_seconds=3600.0 if outage and not deferred else _PATIENCE_S.get(channel),
        priority=Priority.P3 if deferred and not outage else _PRIORITY[skill],
        customer_value=_VALUE.get(skill, 1.0),
        escalate_after_seconds=P0_LIMIT_S if outage else None,
        escalate_to="voice:experts" if outage else None,
    )


def _aht_s(group: PlanningGroup) -> float:
    skill = group.id.partition(":")[2]
    return _AHT_S[skill] * (_CHAT_FACTOR if group.channel == _CHAT else 1.0)


def _work_s(groups: tuple[PlanningGroup, ...]) -> Floats:
    """Return the agent time that a contact takes, chats three at a time, [groups]."""
    share = _AT_ONCE[-1] / len(_AT_ONCE)
    return np.array([_aht_s(g) * (share if g.channel == _CHAT else 1.0) for g in groups])


def _or_endless(patience: float | None) -> float:
    return math.inf if patience is None else patience


def _agents(count: int) -> tuple[tuple[Agent, ...], Ints, Ints]:
    """Return the agents, the half-hour at which each begins, and the profile of each."""
    agents: list[Agent] = []
    start: list[int] = []
    profile: list[int] = []
    for number, (skills, tier, share) in enumerate(_PROFILES):
        for begin in _starts(round(share * count)).tolist():
            agents.append(Agent(f"{number}-{len(agents)}", "all", "here", dict(skills), tier=tier))
            start.append(begin)
            profile.append(number)
    return tuple(agents), np.array(start), np.array(profile)


def _starts(count: int) -> Ints:
    """Return when so many shifts begin: each where the shape of the day lacks most."""
    there = np.array([[begin <= slot < begin + _SHIFT for slot in range(26)] for begin in _STARTS])
    for row, begin in zip(there, _STARTS, strict=True):
        row[begin + _WORK] = False
    wanted = np.append(_DAY_SHAPE, [1.0, 0.5])
    lacking = wanted * (2 * _WORK * count / wanted.sum())
    starts: list[int] = []
    for _ in range(count):
        gain: NDArray[np.float64] = there @ np.maximum(lacking, 0.0)
        starts.append(int(gain.argmax()))
        lacking = lacking - there[starts[-1]]
    return np.array(starts, np.int64)
