"""Who may ever take what, and how well it fits: agents and needs as rows that stay.

A row holds codes and numbers only, so that one need against all agents, or one agent against all
needs, is a loop of a few comparisons per pair. What an agent is doing now (at work, room left) is
not looked at, and neither are people whom a need names: the caller sees to both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import AgentState, RoutingWeights, Tier
from optimizer.routing.pool.needs import Need
from optimizer.routing.score import fit_share

__all__ = ["Arcs"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_NAMED = ("serves", "speaks", "at_site", "levels")
"""The fields of agents that have a column for each channel, language, site and skill."""

_TYPES = {"i": np.int64, "f": np.float64, "b": np.bool_, "t": np.int8}
_BIT = {tier: 1 << place for place, tier in enumerate(Tier)}


class _AgentRows(NamedTuple):
    """Agents by number; a row that is not used has no tier, and so passes nowhere.

    Parameters
    ----------
    tier
        As a bit, [agents].
    serves_all, speaks_all
        Whether all channels, or languages, are the agent's, [agents].
    serves, speaks, at_site, levels
        By code of the channel, language, site or skill, [agents, codes].
    dearest
        Price of the scarcest skill held, [agents].
    """

    tier: Ints
    automated: Mask
    authority: Floats
    held: Ints
    dearest: Floats
    serves_all: Mask
    speaks_all: Mask
    serves: Mask
    speaks: Mask
    at_site: Mask
    levels: NDArray[np.int8]


class _NeedRows(NamedTuple):
    """Needs by number; a row that is not used takes no tier.

    Parameters
    ----------
    tiers
        Those whose agents may take it, as bits, [needs].
    language
        Code, or -1 for any, [needs].
    anywhere, at_site
        Whether any site will do, [needs], or else which, [needs, codes].
    asked, skill, level
        How many skills are needed, [needs], which, and the level asked for now, [needs, most].
    dearest
        Price of the scarcest skill needed, [needs].
    """

    tiers: Ints
    channel: Ints
    language: Ints
    amount: Floats
    human: Mask
    anywhere: Mask
    at_site: Mask
    asked: Ints
    skill: Ints
    level: Ints
    dearest: Floats


Table = TypeVar("Table", _AgentRows, _NeedRows)


class Arcs:
    """Agents and needs in rows, and the fit of each pair.

    Numbers of rows are the caller's choice; small ones keep the rows short.

    Parameters
    ----------
    weights
        Those of the fit and of the reserve count here; prices are given apart.
    """

    def __init__(self, weights: RoutingWeights, prices: Mapping[str, float]) -> None:
        self._weight = float(weights.skill_fit)
        self._reserve = float(weights.reserve)
        self._prices = prices
        self._codes: dict[str, dict[str, int]] = {kind: {} for kind in _NAMED}
        self._agents = _AgentRows(*_nothing("ibfifbb"), *_nothing("bbbt", 2))
        self._needs = _NeedRows(
            *_nothing("iiifbb"),
            *_nothing("b", 2),
            *_nothing("i"),
            *_nothing("ii", 2),
            *_nothing("f"),
        )

    def put_agent(self, number: int, agent: AgentState) -> None:
        """Let a row stand for an agent as he or she is now."""
        serves = self._numbers("serves", agent.channels or ())
        speaks = self._numbers("speaks", agent.languages or ())
        site = self._numbers("at_site", () if agent.site is None else (agent.site,))
        skills = self._numbers("levels", agent.skills)
        self._widen_agents(number + 1)
        rows = self._agents
        for name in _NAMED:
            getattr(rows, name)[number] = 0
        rows.tier[number] = _BIT[agent.tier]
        rows.automated[number] = agent.automated
        rows.authority[number] = agent.authority
        rows.held[number] = len(agent.skills)
        rows.dearest[number] = self._dearest(agent.skills)
        rows.serves_all[number] = agent.channels is None
        rows.speaks_all[number] = agent.languages is None
        rows.serves[number, serves] = True
        rows.speaks[number, speaks] = True
        rows.at_site[number, site] = True
        rows.levels[number, skills] = list(agent.skills.values())

    def drop_agent(self, number: int) -> None:
        """Let a row stand for nobody."""
        self._agents.tier[number] = 0

    def put_need(self, number: int, need: Need) -> None:
        """Let a row stand for a need."""
        channel = self._numbers("serves", (need.channel,))
        language = self._numbers("speaks", () if need.language is None else (need.language,))
        sites = self._numbers("at_site", need.sites or ())
        skills = self._numbers("levels", [skill for skill, _ in need.skills])
        widths = {
            "at_site": len(self._codes["at_site"]),
            "skill": len(skills),
            "level": len(skills),
        }
        rows = self._needs = _grown_table(self._needs, number + 1, widths)
        self._widen_agents(0)
        rows.tiers[number] = sum(_BIT[tier] for tier in need.tiers)
        rows.channel[number] = channel[0]
        rows.language[number] = language[0] if language else -1
        rows.amount[number] = need.amount
        rows.human[number] = need.human
        rows.anywhere[number] = need.sites is None
        rows.at_site[number] = False
        rows.at_site[number, sites] = True
        rows.asked[number] = len(skills)
        rows.skill[number, : len(skills)] = skills
        rows.level[number, : len(skills)] = [level for _, level in need.skills]
        rows.dearest[number] = self._dearest(skill for skill, _ in need.skills)

    def drop_need(self, number: int) -> None:
        """Let a row stand for no need."""
        self._needs.tiers[number] = 0

    def agents_for(self, need: int) -> tuple[Ints, Floats]:
        """Return who may take a need, and the points for the fit of each."""
        return _agents_for(self._agents, self._needs, need, self._weight, self._reserve)

    def needs_for(self, agent: int) -> tuple[Ints, Floats]:
        """Return the needs that an agent may take, and the points for the fit of each."""
        return _needs_for(self._agents, self._needs, agent, self._weight, self._reserve)

    def _numbers(self, kind: str, names: Iterable[str]) -> list[int]:
        """Return the codes of names, new ones if need be."""
        codes = self._codes[kind]
        return [codes.setdefault(name, len(codes)) for name in names]

    def _dearest(self, skills: Iterable[str]) -> float:
        return max((self._prices.get(skill, 0.0) for skill in skills), default=0.0)

    def _widen_agents(self, size: int) -> None:
        """Give agents so many rows, and a column for each name that there is."""
        widths = {kind: len(codes) for kind, codes in self._codes.items()}
        self._agents = _grown_table(self._agents, size, widths)


def _nothing(types: str, dimensions: int = 1) -> list[Any]:
    """Return an empty array for each letter: whole number, real number, flag or small number."""
    return [np.zeros((0,) * dimensions, dtype=_TYPES[letter]) for letter in types]


def _grown_table(table: Table, size: int, widths: Mapping[str, int]) -> Table:
    """Return a table with at least so many rows, and columns where it has any; new ones are 0."""
    columns: dict[str, Any] = table._asdict()
    return table._replace(
        **{name: _grown(old, (size, widths.get(name, 0))) for name, old in columns.items()}
    )


def _grown(array: NDArray[Any], wanted: tuple[int, int]) -> NDArray[Any]:
    """Return an array of at least the size wanted; it doubles where it is too small."""
    sizes = list(zip(array.shape, wanted, strict=False))
    if all(size >= want for size, want in sizes):
        return array
    larger = np.zeros(
        [size if size >= want else max(want, 2 * size) for size, want in sizes], array.dtype
    )
    larger[tuple(slice(size) for size in array.shape)] = array
    return larger


@njit(cache=True)
def _may(agents: _AgentRows, needs: _NeedRows, agent: int, need: int) -> bool:
    """Tell whether an agent may take a need."""
    if not agents.tier[agent] & needs.tiers[need]:
        return False
    if not (agents.serves_all[agent] or agents.serves[agent, needs.channel[need]]):
        return False
    if needs.human[need] and agents.automated[agent]:
        return False
    if agents.authority[agent] < needs.amount[need]:
        return False
    language = needs.language[need]
    if not (language < 0 or agents.speaks_all[agent] or agents.speaks[agent, language]):
        return False
    for i in range(needs.asked[need]):
        if agents.levels[agent, needs.skill[need, i]] < needs.level[need, i]:
            return False
    if needs.anywhere[need]:
        return True
    for site in range(needs.at_site.shape[1]):
        if needs.at_site[need, site] and agents.at_site[agent, site]:
            return True
    return False


@njit(cache=True)
def _fit(
    agents: _AgentRows, needs: _NeedRows, agent: int, need: int, weight: float, reserve: float
) -> float:
    """Return the points for how well an agent fits a need, prices of scarce skills counted."""
    total, both = 0, 0
    for i in range(needs.asked[need]):
        level = agents.levels[agent, needs.skill[need, i]]
        total += level
        both += level > 0
    share = fit_share(total, both, needs.asked[need], agents.held[agent])
    return float(weight * share - reserve * max(0.0, agents.dearest[agent] - needs.dearest[need]))


@njit(cache=True)
def _agents_for(
    agents: _AgentRows, needs: _NeedRows, need: int, weight: float, reserve: float
) -> tuple[Ints, Floats]:
    """Return who may take a need, and their fits."""
    size = len(agents.tier)
    found, fit, count = np.empty(size, dtype=np.int64), np.empty(size), 0
    for agent in range(size):
        if _may(agents, needs, agent, need):
            found[count] = agent
            fit[count] = _fit(agents, needs, agent, need, weight, reserve)
            count += 1
    return found[:count], fit[:count]


@njit(cache=True)
def _needs_for(
    agents: _AgentRows, needs: _NeedRows, agent: int, weight: float, reserve: float
) -> tuple[Ints, Floats]:
    """Return what an agent may take, and the fits."""
    size = len(needs.tiers)
    found, fit, count = np.empty(size, dtype=np.int64), np.empty(size), 0
    for need in range(size):
        if _may(agents, needs, agent, need):
            found[count] = need
            fit[count] = _fit(agents, needs, agent, need, weight, reserve)
            count += 1
    return found[:count], fit[:count]
