"""The agents of a snapshot, indexed by what tickets ask of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import ChannelRules, RoutingWeights, Tier
from optimizer.routing.columns import TIERS, AgentColumns
from optimizer.routing.score import agent_points

__all__ = ["Staff"]

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

UNLIMITED = 2**40
"""Room where nothing limits it: beyond every count that a snapshot may hold."""


class Staff:
    """Agents in a fixed order, with one mask for each thing that a ticket may ask.

    Building it takes time in proportion to the skills held; a mask, to the agents.

    Parameters
    ----------
    columns
        The agents in the order that every mask and array refers to.
    rules
        What contacts of each channel are like; one that is not named takes one unit.
    weights
        Those of idle time and time worked count here.

    Attributes
    ----------
    agents
        The agents themselves.
    opened
        Contacts open now, [agents].
    held
        Skills held, [agents].
    authority
        Greatest amount that may be granted, [agents].
    available
        Who accepts work now: at work, accepting offers, and done with after-call work, [agents].
    free_units
        Units of capacity that open work leaves, 0 for agents who are not available, [agents].
    units
        Units that a contact takes, per channel with rules of its own; 1 on all others.
    idle_points
        What it is worth to give the agent a first contact, [agents].
    worked_points
        What it is worth to give the agent any contact, at most 0, [agents].
    alone
        Who is named by a ticket and so like nobody else, [agents]; nobody, before the tickets
        are read.
    """

    def __init__(
        self,
        columns: AgentColumns,
        rules: Mapping[str, ChannelRules],
        weights: RoutingWeights,
    ) -> None:
        count = len(columns)
        self.columns = columns
        self.agents = columns.agents
        self.units = {channel: rule.units for channel, rule in rules.items()}
        self.held = columns.held
        self.authority = columns.authority
        # A comparison with what is not there is false: those have no after-call work.
        self.available = columns.at_work & ~(columns.after_call > 0.0)
        self.opened, self._taken = _open_contacts(columns.open_work, self.units, count)
        self._spare = columns.capacity - self._taken
        self.free_units = np.where(self.available, np.maximum(self._spare, 0), 0)
        idle = np.where((self.opened > 0) | np.isnan(columns.idle), 0.0, columns.idle)
        with np.errstate(over="ignore"):  # too many points are refused when all are known
            self.idle_points = agent_points(weights, idle, 0.0)
        self.worked_points = agent_points(weights, 0.0, columns.worked)
        self.alone = np.zeros(count, dtype=np.bool_)
        self._everybody = np.ones(count, dtype=np.bool_)
        self._rules = rules
        self._numbers: dict[str, int] = {}
        numbers = self._numbers
        self._skill = np.array(
            [numbers.setdefault(skill, len(numbers)) for skill in columns.skill_names],
            dtype=np.int64,
        )
        self._holder = np.repeat(np.arange(count), columns.held)
        self._channels = _groups(columns.channels)
        self._languages = _groups(columns.languages)
        self._sites = _groups(None if columns.sites is None else [(s,) for s in columns.sites])

    def __len__(self) -> int:
        return len(self.agents)

    def positions(self) -> dict[str, int]:
        """Return the position of each agent by identifier."""
        return dict(zip(self.columns.ids, range(len(self)), strict=True))

    def levels(self, skills: Sequence[str]) -> NDArray[np.int8]:
        """Return the levels of some skills, 0 where they are not held, [skills, agents]."""
        place = dict(zip(skills, range(len(skills)), strict=True))
        row = np.array([place.get(skill, -1) for skill in self._numbers], dtype=np.int64)
        levels = np.zeros((len(skills), len(self)), dtype=np.int8)
        _spread(levels, row, self._skill, self._holder, self.columns.skill_levels)
        return levels

    def dearest(self, prices: Mapping[str, float]) -> Floats:
        """Return the price of the scarcest skill that each agent holds, 0 for none, [agents]."""
        found = np.zeros(len(self))
        if prices:
            price = np.array([prices.get(skill, 0.0) for skill in self._numbers])
            np.maximum.at(found, self._holder, price[self._skill])
        return found

    def serving(self, channel: str) -> Mask:
        """Return who serves a channel, [agents]."""
        return self._with(self._channels, (None, channel))

    def of_tiers(self, tiers: Collection[Tier]) -> Mask:
        """Return whose tier is one of some, [agents]."""
        among = np.array([tier in tiers for tier in TIERS], dtype=np.bool_)
        return among[self.columns.tier]

    def at_sites(self, sites: Collection[str] | None) -> Mask:
        """Return who works at one of some sites, everybody where that is None, [agents]."""
        return self._everybody if sites is None else self._with(self._sites, sites, others=False)

    def speaking(self, language: str | None) -> Mask:
        """Return who speaks a language, everybody where it is None, [agents]."""
        if language is None:
            return self._everybody
        return self._with(self._languages, (None, language))

    def human_if(self, required: bool) -> Mask:
        """Return who is no machine, everybody unless a human is required, [agents]."""
        return ~self.columns.automated if required else self._everybody

    def granting(self, amount: float) -> Mask:
        """Return who may grant an amount, [agents]."""
        return self.authority >= amount

    def with_units_for(self, channel: str, given: Ints | None = None) -> Mask:
        """Return whose work leaves room for a contact of a channel, [agents].

        To an agent without a free unit, one contact of a channel that interrupts others may
        still go as if the work that it interrupts were not there.

        Parameters
        ----------
        given
            Units of work that is added to what is open, [agents].
        """
        units = self.units.get(channel, 1)
        fits: Mask = (self._spare if given is None else self._spare - given) >= units
        rule = self._rules.get(channel)
        if rule is not None and rule.interrupts and self.columns.open_work is not None:
            laid_aside = self._units_open(rule.interrupts)
            alone = (self._spare <= 0) & (self._spare + laid_aside >= units)
            fits |= alone if given is None else alone & (given == 0)
        return fits

    def below_limit_of(self, channel: str, given: Ints | None = None) -> Mask:
        """Return who has fewer contacts of a channel open than that channel allows, [agents].

        Parameters
        ----------
        given
            Contacts of the channel that are added to those open, [agents].
        """
        return self._left_by_limit(channel) > (0 if given is None else given)

    def room_on(self, channel: str) -> Ints:
        """Return how many contacts of a channel may be added now, all limits counted, [agents].

        Contacts of other channels that are added at the same time are not taken off.
        """
        by_units = np.where(
            self.with_units_for(channel),
            np.maximum(self.free_units // self.units.get(channel, 1), 1),
            0,
        )
        return np.where(self.available, np.minimum(by_units, self._left_by_limit(channel)), 0)

    def ready(self, channel: str, units_given: Ints, contacts_given: Ints) -> Floats:
        """Return the seconds until each agent may take a contact of a channel, [agents].

        Infinite where nothing is known. An agent who has room takes it after the after-call work;
        one who has none, when the next contact in hand is expected to end.

        Parameters
        ----------
        units_given, contacts_given
            Units of work, and contacts of the channel, that are added to what is open, [agents].
        """
        columns = self.columns
        room = self.with_units_for(channel, units_given)
        room &= self.below_limit_of(channel, contacts_given)
        ever = columns.capacity >= self.units.get(channel, 1)
        expected: Floats = _expected(
            columns.at_work, room, ever, columns.after_call, columns.free_from
        )
        return expected

    def _units_open(self, channels: Sequence[str]) -> Ints:
        """Return the units that open work of some channels takes, [agents]."""
        return np.array(
            [
                sum(work.get(name, 0) * self.units.get(name, 1) for name in channels)
                for work in self.columns.open_work or ()
            ],
            dtype=np.int64,
        )

    def _left_by_limit(self, channel: str) -> Ints:
        limits, work = self.columns.limits, self.columns.open_work
        if limits is None:
            return np.full(len(self), UNLIMITED)
        opened: Sequence[Mapping[str, int]] = [{}] * len(self) if work is None else work
        return np.array(
            [
                max(0, limit[channel] - now.get(channel, 0)) if channel in limit else UNLIMITED
                for limit, now in zip(limits, opened, strict=True)
            ],
            dtype=np.int64,
        )

    def _with(
        self,
        groups: Mapping[str | None, list[int]] | None,
        names: Iterable[str | None],
        *,
        others: bool = True,
    ) -> Mask:
        """Return who belongs to one of some groups; `others` if nobody belongs to any."""
        if groups is None:
            return self._everybody if others else ~self._everybody
        mask = np.zeros(len(self), dtype=np.bool_)
        for name in names:
            mask[groups.get(name, [])] = True
        return mask


@njit(cache=True)
def _spread(levels: NDArray[np.int8], row: Ints, skill: Ints, holder: Ints, held: Ints) -> None:
    """Write the levels held into their rows; skills whose row is below 0 are not asked for."""
    for place in range(len(skill)):
        if row[skill[place]] >= 0:
            levels[row[skill[place]], holder[place]] = held[place]


@njit(cache=True)
def _expected(at_work: Mask, room: Mask, ever: Mask, after_call: Floats, ends: Floats) -> Floats:
    """Return when agents are ready, infinite where nothing is known, [agents]; see `ready`."""
    found = np.full(len(room), np.inf)
    for agent in range(len(room)):
        # A comparison with what is not there is false.
        after = after_call[agent] if after_call[agent] > 0.0 else 0.0
        if not at_work[agent]:
            continue
        if room[agent]:
            found[agent] = after
        elif ever[agent] and not np.isnan(ends[agent]):
            found[agent] = max(ends[agent], after)
    return found


def _open_contacts(
    work: list[dict[str, int]] | None, units: Mapping[str, int], agents: int
) -> tuple[Ints, Ints]:
    """Return the contacts open and the units that they take, [agents] both."""
    if work is None:
        return np.zeros(agents, dtype=np.int64), np.zeros(agents, dtype=np.int64)
    opened = np.array([sum(w.values()) if w else 0 for w in work], dtype=np.int64)
    if all(unit == 1 for unit in units.values()):
        return opened, opened
    taken = [sum(n * units.get(channel, 1) for channel, n in w.items()) for w in work]
    return opened, np.array(taken, dtype=np.int64)


def _groups(
    column: Sequence[Sequence[str | None] | None] | None,
) -> dict[str | None, list[int]] | None:
    """Return the positions of those who name each thing; those who name nothing under None."""
    if column is None:
        return None
    groups: dict[str | None, list[int]] = {}
    for position, names in enumerate(column):
        for name in (None,) if names is None else names:
            groups.setdefault(name, []).append(position)
    return groups
