"""From the domain model to lines and pools: who waits together, and which agents are alike.

Contacts of a planning group form a line for each customer class and each authority that their
amounts ask for; agents form a pool if no rule tells them apart.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import (
    HIGHEST_LEVEL,
    Agent,
    CustomerClass,
    FlowKind,
    Organisation,
    PlanningGroup,
    Ring,
    RoutingRule,
    RoutingWeights,
    RuleKind,
    Tier,
    can_serve,
)
from optimizer.routing.score import skill_fit
from optimizer.simulation.rules import Terms, terms_of, weights_of
from optimizer.simulation.system import Floats, Flows, Ints, System

__all__ = ["Line", "Pools", "make_lines", "make_pools", "make_system"]

_EVERYBODY = CustomerClass("all", 1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """Contacts that are treated alike.

    Parameters
    ----------
    group
        Index of the planning group.
    authority
        Least authority of an agent that suffices for their amounts; infinite if nobody's does.
    share
        Of the group's contacts.
    """

    name: str
    group: int
    customer_class: CustomerClass
    authority: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """Agents who are alike for every line, of one tier and one site.

    Parameters
    ----------
    fit
        Points for the fit, NaN where the pool may not serve the line, [lines, pools].
    after_s
        Wait from which the pool may do so, [lines, pools].
    of_agent
        Pool of each agent, [agents].
    tiers, sites
        Of each pool.
    """

    fit: Floats
    after_s: Floats
    of_agent: Ints
    tiers: tuple[Tier, ...]
    sites: tuple[str, ...]

    @property
    def may_serve(self) -> NDArray[np.bool_]:
        """Return whether each pool may serve each line, [lines, pools]."""
        return ~np.isnan(self.fit)


def make_lines(organisation: Organisation) -> list[Line]:
    """Return the lines, group by group."""
    steps = sorted({agent.authority for agent in organisation.agents} | {0.0})
    lines = []
    for index, group in enumerate(organisation.groups):
        for one in organisation.customer_classes or (_EVERYBODY,):
            for authority, share in _authorities(group, steps):
                name = "/".join([group.id, one.id, f"{authority:g}"])
                lines.append(Line(name, index, one, authority, one.share * share))
    return lines


def _authorities(group: PlanningGroup, steps: list[float]) -> list[tuple[float, float]]:
    """Return the authorities that the amounts of a group ask for, with their shares."""
    if not group.amounts:
        return [(0.0, 1.0)]
    needed = Counter(
        steps[place] if (place := bisect_left(steps, amount)) < len(steps) else math.inf
        for amount in group.amounts
    )
    return [(authority, needed[authority] / len(group.amounts)) for authority in sorted(needed)]


def make_pools(organisation: Organisation, lines: list[Line], rule: RoutingRule) -> Pools:
    """Group agents by what they may serve, from which wait on, and how well they fit.

    Cost is lines times distinct profiles of agents, not times agents.
    """
    weights = weights_of(rule)
    columns: dict[object, int] = {}
    options: list[list[tuple[float, float]]] = []
    profiles: dict[object, int] = {}
    of_agent = np.zeros(len(organisation.agents), np.int64)
    for i, agent in enumerate(organisation.agents):
        skills = frozenset(agent.skills.items())
        profile = (skills, agent.channels, agent.tier, agent.site, agent.authority)
        if profile not in profiles:
            option = [_option(organisation, agent, line, rule.rings, weights) for line in lines]
            # NaN is not equal to itself, so what may not be served is told by None.
            key = (tuple(None if o[0] != o[0] else o for o in option), agent.tier, agent.site)
            if key not in columns:
                columns[key] = len(columns)
                options.append(option)
            profiles[profile] = columns[key]
        of_agent[i] = profiles[profile]
    table = np.array(options, dtype=np.float64).reshape(-1, len(lines), 2)
    fit, after = (np.ascontiguousarray(table[:, :, part].T) for part in (0, 1))
    who = [organisation.agents[one] for one in np.unique(of_agent, return_index=True)[1]]
    return Pools(fit, after, of_agent, tuple(a.tier for a in who), tuple(a.site for a in who))


def _option(
    organisation: Organisation,
    agent: Agent,
    line: Line,
    rings: tuple[Ring, ...],
    weights: RoutingWeights,
) -> tuple[float, float]:
    """Return the points of an agent for a line, NaN without a right to serve, and from when."""
    group = organisation.groups[line.group]
    waits = [
        ring.after_seconds
        for ring in rings or (Ring(0.0),)
        if _in_ring(agent, group, ring) and agent.authority >= line.authority
    ]
    if not waits:
        return math.nan, 0.0
    fit = skill_fit({group.skill: group.min_level}, agent.skills, weights.skill_fit)
    return fit - weights.reserve * _scarcer(agent, group, weights.skill_prices), min(waits)


def _scarcer(agent: Agent, group: PlanningGroup, prices: Mapping[str, float]) -> float:
    """Return the price of the agent's scarcest skill beyond that of the skill needed."""
    held = max((prices.get(skill, 0.0) for skill in agent.skills), default=0.0)
    return max(0.0, held - prices.get(group.skill, 0.0))


def _in_ring(agent: Agent, group: PlanningGroup, ring: Ring) -> bool:
    """Tell whether an agent may take the contacts of a group within a ring."""
    level = min(max(group.min_level + ring.level_change, 1), HIGHEST_LEVEL)
    asked = PlanningGroup(
        group.id,
        group.channel,
        group.skill,
        level,
        group.tier,
        None if ring.other_sites else group.site,
    )
    return can_serve(agent, asked)


def make_system(
    organisation: Organisation, lines: list[Line], pools: Pools, rule: RoutingRule, aht_s: Floats
) -> System:
    """Return the system of an organisation.

    An agent has as many units as the least common multiple of the concurrencies, so that a
    contact of a channel with concurrency c takes exactly one c-th of an agent. Deferred work
    takes an agent wholly.

    Parameters
    ----------
    aht_s
        Mean handling time of each planning group, above 0, [groups].
    """
    channels = {channel.id: channel for channel in organisation.channels}
    groups = [organisation.groups[line.group] for line in lines]
    kinds = [channels[group.channel] for group in groups]
    at_once = [1 if channel.deferred else channel.concurrency for channel in kinds]
    capacity = math.lcm(*at_once)
    terms = terms_of(rule, organisation, aht_s)
    of_line = np.array([line.group for line in lines], np.int64)
    return System(
        fit=pools.fit,
        rank=np.array([group.priority.rank for group in groups], np.int64),
        value=np.array(
            [
                group.customer_value * line.customer_class.value
                for group, line in zip(groups, lines, strict=True)
            ]
        ),
        target=terms.target[of_line],
        idle_until_s=terms.idle_until_s[of_line],
        units=np.array([capacity // contacts for contacts in at_once], np.int64),
        capacity=capacity,
        weights=terms.weights,
        in_turn=rule.kind is RuleKind.ROUND_ROBIN,
        speed=terms.speed[of_line],
        bonus=terms.bonus[of_line],
        queue_weight=terms.queue_weight,
        ratio=_ratios(terms, lines),
        after_s=pools.after_s,
        escalate_s=np.array([_or(group.escalate_after_seconds, math.inf) for group in groups]),
        escalate_to=_escalations(organisation, lines),
        pace=_pace(organisation, lines, capacity),
        flows=_flows(organisation, lines),
    )


def _ratios(terms: Terms, lines: list[Line]) -> Floats:
    return np.array([terms.ratio[line.group] * line.share for line in lines])


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _by_group(
    organisation: Organisation, lines: list[Line]
) -> dict[str, dict[CustomerClass, list[int]]]:
    """Return the lines of every group, by customer class."""
    found: dict[str, dict[CustomerClass, list[int]]] = {}
    for index, line in enumerate(lines):
        classes = found.setdefault(organisation.groups[line.group].id, {})
        classes.setdefault(line.customer_class, []).append(index)
    return found


def _escalations(organisation: Organisation, lines: list[Line]) -> Ints:
    """Return the line that each escalates to: of those that need no more authority, the last."""
    result = np.full(len(lines), -1)
    by_group = _by_group(organisation, lines)
    for index, line in enumerate(lines):
        target = organisation.groups[line.group].escalate_to
        if target is not None:
            there = by_group[target][line.customer_class]
            enough = [i for i in there if lines[i].authority >= line.authority]
            result[index] = enough[0] if enough else there[-1]
    return result


def _pace(organisation: Organisation, lines: list[Line], capacity: int) -> Floats | None:
    """Return the handling time by contacts in hand; None if it depends on them nowhere."""
    channels = {channel.id: channel for channel in organisation.channels}
    if not any(channel.aht_factors for channel in organisation.channels):
        return None
    pace = np.ones((len(lines), capacity + 1))
    for row, line in zip(pace, lines, strict=True):
        factors = channels[organisation.groups[line.group].channel].aht_factors
        if factors:
            # Whoever has more in hand than the channel allows has contacts of others, too.
            last = np.minimum(np.arange(1, capacity + 1), len(factors)) - 1
            row[1:] = np.array(factors)[last]
    return pace


def _flows(organisation: Organisation, lines: list[Line]) -> Flows:
    """Return the flows between lines; customers stay in their class."""
    rows = []
    by_group = _by_group(organisation, lines)
    for flow in organisation.flows:
        for customer_class, sources in by_group[flow.source].items():
            there = by_group[flow.target][customer_class]
            total = sum(lines[i].share for i in there)
            rows += [
                (
                    source,
                    target,
                    flow.share * lines[target].share / total,
                    flow.delay_seconds,
                    flow.kind is FlowKind.REPEAT,
                    flow.kind is FlowKind.RETRY,
                    flow.pauses_clock,
                )
                for source in sources
                for target in there
            ]
    columns = list(zip(*rows, strict=True)) or [()] * 7
    source_, target_ = (np.array(column, np.int64) for column in columns[:2])
    share, delay = (np.array(column, np.float64) for column in columns[2:4])
    repeat, retry, pauses = (np.array(column, np.bool_) for column in columns[4:])
    return Flows(source_, target_, share, delay, repeat, retry, pauses)
