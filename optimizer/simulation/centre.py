"""From the domain model to what the engine plays: pools, lines, presence and pay."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Agent, Organisation, Roster, RoutingWeights, can_serve
from optimizer.routing.score import skill_fit, wait_target
from optimizer.simulation.system import Floats, Ints, Staff, System

__all__ = ["Pools", "Stretches", "make_pools", "make_stretches", "make_system", "pay", "shrinkage"]


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """Agents who are alike for every planning group.

    Parameters
    ----------
    fit
        Points for the fit, NaN where the pool may not serve the group, [groups, pools].
    of_agent
        Pool of each agent, [agents].
    """

    fit: Floats
    of_agent: Ints

    @property
    def may_serve(self) -> NDArray[np.bool_]:
        """Return whether each pool may serve each group, [groups, pools]."""
        return ~np.isnan(self.fit)


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Runs of slots in which scheduled agents take contacts, [stretches] each.

    Parameters
    ----------
    shift
        Index of the shift in the roster.
    agent
        Index of the agent in the organisation.
    begin, end
        Slots of the grid, the end excluded.
    """

    shift: Ints
    agent: Ints
    begin: Ints
    end: Ints

    def staff(self, pools: Pools, present: NDArray[np.bool_], first: int, slot_s: float) -> Staff:
        """Return the staff of the shifts that are `present`, in seconds from slot `first`."""
        here = present[self.shift]
        begin = (self.begin[here] - first).astype(np.float64) * slot_s
        end = (self.end[here] - first).astype(np.float64) * slot_s
        return Staff(pools.of_agent, self.agent[here], begin, end)


def make_pools(organisation: Organisation, fit_weight: float) -> Pools:
    """Group agents by what they may serve and how well they fit.

    Cost is groups times distinct profiles of agents, not times agents.
    """
    columns: dict[tuple[float | None, ...], int] = {}
    profiles: dict[object, int] = {}
    of_agent = np.zeros(len(organisation.agents), np.int64)
    for i, agent in enumerate(organisation.agents):
        profile = (frozenset(agent.skills.items()), agent.channels, agent.tier, agent.site)
        if profile not in profiles:
            fits = _fits(organisation, agent, fit_weight)
            profiles[profile] = columns.setdefault(fits, len(columns))
        of_agent[i] = profiles[profile]
    fit = np.array(list(columns), dtype=np.float64).reshape(-1, len(organisation.groups)).T
    return Pools(np.ascontiguousarray(fit), of_agent)


def _fits(organisation: Organisation, agent: Agent, weight: float) -> tuple[float | None, ...]:
    """Return the points of an agent for every group; None where there is no right to serve."""
    return tuple(
        skill_fit({group.skill: group.min_level}, agent.skills, weight)
        if can_serve(agent, group)
        else None
        for group in organisation.groups
    )


def make_system(organisation: Organisation, pools: Pools, weights: RoutingWeights) -> System:
    """Return the system in which every planning group is a line.

    An agent has as many units as the least common multiple of the concurrencies, so that a
    contact of a channel with concurrency c takes exactly one c-th of an agent. Deferred work
    takes an agent wholly.
    """
    channels = {channel.id: channel for channel in organisation.channels}
    kinds = [channels[group.channel] for group in organisation.groups]
    at_once = [1 if channel.deferred else channel.concurrency for channel in kinds]
    capacity = math.lcm(*at_once)
    return System(
        fit=pools.fit,
        rank=np.array([group.priority.rank for group in organisation.groups], np.int64),
        value=np.array([group.customer_value for group in organisation.groups]),
        target=np.array(
            [
                wait_target(weights, group.priority.rank, group.goal.first_response_seconds)
                for group in organisation.groups
            ]
        ),
        deferred=np.array([channel.deferred for channel in kinds], np.bool_),
        units=np.array([capacity // contacts for contacts in at_once], np.int64),
        capacity=capacity,
        weights=weights,
    )


def make_stretches(organisation: Organisation, roster: Roster, slots: range) -> Stretches:
    """Return the stretches of the roster within a range of slots: shifts minus activities."""
    index = {agent.id: i for i, agent in enumerate(organisation.agents)}
    rows: list[list[int]] = []
    for number, shift in enumerate(roster.shifts):
        end = -1
        for slot in shift.working_slots():
            if slot not in slots:
                continue
            if slot != end:
                rows.append([number, index[shift.agent], slot, slot])
            end = rows[-1][3] = slot + 1
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return Stretches(*columns)


def shrinkage(organisation: Organisation, pools: Pools) -> Floats:
    """Return the mean shrinkage of the groups that each agent may serve, [agents]."""
    shares = np.array([group.shrinkage for group in organisation.groups])
    may = pools.may_serve
    mean = np.zeros(may.shape[1])
    np.divide(shares @ may, may.sum(axis=0), out=mean, where=may.any(axis=0))
    return mean[pools.of_agent]


def pay(organisation: Organisation, roster: Roster, slots: range) -> tuple[Floats, Floats]:
    """Return paid hours and cost of the roster within a range of slots, [agents] each.

    All paid time counts at the contract's hourly cost, time within a guarantee too; hours on
    Saturdays and Sundays bear the premium, and a shift that begins in the range its call cost.
    """
    index = {agent.id: i for i, agent in enumerate(organisation.agents)}
    contracts = {contract.id: contract for contract in organisation.contracts}
    days = roster.grid.wall_times()[slots.start : slots.stop].astype("datetime64[D]")
    weekend = np.isin((days.astype(np.int64) + 3) % 7, (5, 6))  # 1970-01-01 was a Thursday
    hours, cost = np.zeros(len(index)), np.zeros(len(index))
    for shift in roster.shifts:
        paid = np.zeros(len(slots), np.bool_)
        paid[_clipped(shift.start, shift.end, slots)] = True
        for activity in shift.activities:
            if not activity.paid:
                paid[_clipped(activity.start, activity.end, slots)] = False
        who = index[shift.agent]
        contract = contracts[organisation.agents[who].contract]
        worked = roster.grid.hours_per_slot * paid.sum()
        premium = contract.weekend_premium * roster.grid.hours_per_slot * (paid & weekend).sum()
        hours[who] += worked
        cost[who] += contract.hourly_cost * (worked + premium)
        if shift.start in slots:
            cost[who] += contract.call_cost
    return hours, cost


def _clipped(begin: int, end: int, slots: range) -> slice:
    return slice(max(begin - slots.start, 0), max(end - slots.start, 0))
