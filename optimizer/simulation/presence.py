"""Who is there when: stretches of shifts, absence, and people who are not on the minute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from optimizer.model import Organisation, Roster
from optimizer.model.grid import weekdays
from optimizer.simulation.centre import Line, Pools
from optimizer.simulation.keyed import Keys, moment_keys, name_keys, uniforms
from optimizer.simulation.system import Floats, Ints, Staff
from optimizer.simulation.traffic import Draws

__all__ = [
    "Stretches",
    "make_stretches",
    "pay",
    "shift_absence",
    "staffed_by_slot",
]


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
    begin_key, end_key
        Of the agent and the moment.
    day_key
        Of the agent and the day on which each shift begins, [shifts].
    """

    shift: Ints
    agent: Ints
    begin: Ints
    end: Ints
    begin_key: Keys
    end_key: Keys
    day_key: Keys

    def staff(
        self,
        pools: Pools,
        absence: Floats,
        adherence_s: float,
        first: int,
        slots: int,
        slot_s: float,
        draws: Draws,
    ) -> Staff:
        """Return who comes and goes in one replication, in seconds from slot `first`.

        Parameters
        ----------
        absence
            Probability that a shift is not worked at all, [shifts].
        adherence_s
            Standard deviation of how much too early or late people begin and end a stretch.
        first, slots, slot_s
            The first slot that is played, how many are, and their length in seconds.
        """
        here = (uniforms(draws, "absence", self.day_key) >= absence)[self.shift]
        agent = self.agent[here]
        begin = (self.begin[here] - first).astype(np.float64) * slot_s
        end = (self.end[here] - first).astype(np.float64) * slot_s
        if adherence_s > 0.0:
            early = adherence_s * ndtri(uniforms(draws, "begin", self.begin_key[here]))
            late = adherence_s * ndtri(uniforms(draws, "end", self.end_key[here]))
            # Who works on beyond an edge of the range is not late there.
            begin += np.where(begin > 0.0, early, 0.0)
            end += np.where(end < slots * slot_s, late, 0.0)
            agent, begin, end = _in_order(agent, begin, end)
        return Staff(pools.of_agent, agent, begin, end)


def _in_order(agent: Ints, begin: Floats, end: Floats) -> tuple[Ints, Floats, Floats]:
    """Return stretches that do not overlap: what noise made empty or negative is left out."""
    order = np.lexsort((begin, agent))
    agent, begin, end = agent[order], np.maximum(begin[order], 0.0), end[order]
    same = agent[1:] == agent[:-1]
    end[:-1] = np.where(same, np.minimum(end[:-1], begin[1:]), end[:-1])
    lasting = end > begin
    return agent[lasting], begin[lasting], end[lasting]


def make_stretches(organisation: Organisation, roster: Roster, slots: range) -> Stretches:
    """Return the stretches of the roster within a range of slots: shifts minus activities."""
    index = {agent.id: i for i, agent in enumerate(organisation.agents)}
    rows: list[list[int]] = []
    for place, shift in enumerate(roster.shifts):
        following = -1
        for slot in shift.working_slots():
            if slot not in slots:
                continue
            if slot != following:
                rows.append([place, index[shift.agent], slot, slot])
            following = rows[-1][3] = slot + 1
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    grid, (number, agent, begin, end) = roster.grid, columns
    minute = int(grid.start.timestamp()) // 60
    keys = name_keys([one.id for one in organisation.agents])
    of_shift = np.array([index[shift.agent] for shift in roster.shifts], np.int64)
    days = [grid.local(shift.start).date().toordinal() for shift in roster.shifts]
    return Stretches(
        number,
        agent,
        begin,
        end,
        begin_key=keys[agent] ^ moment_keys(minute + begin * grid.interval_minutes),
        end_key=keys[agent] ^ moment_keys(minute + end * grid.interval_minutes),
        day_key=keys[of_shift] ^ moment_keys(days),
    )


def shift_absence(
    organisation: Organisation,
    roster: Roster,
    lines: list[Line],
    pools: Pools,
    absence: float | Floats | None,
) -> Floats:
    """Return the probability that each shift is not worked, [shifts].

    Parameters
    ----------
    absence
        For everybody; or shares by planning group and slot, [groups, slots], of which an agent
        takes the mean over the groups served and the slots of the shift; None takes the
        shrinkage of the groups.
    """
    if isinstance(absence, float | int):
        return np.full(len(roster.shifts), float(absence))
    groups = len(organisation.groups)
    may = np.zeros((groups, pools.fit.shape[1]))
    np.maximum.at(may, [line.group for line in lines], pools.may_serve.astype(np.float64))
    shares = np.array([group.shrinkage for group in organisation.groups])[:, None]
    table = np.broadcast_to(shares if absence is None else absence, (groups, roster.grid.count))
    mean = np.zeros((may.shape[1], roster.grid.count))
    served = may.sum(axis=0)[:, None]
    np.divide(may.T @ table, served, out=mean, where=served > 0)
    before = np.pad(np.cumsum(mean, axis=1), ((0, 0), (1, 0)))
    index = {agent.id: i for i, agent in enumerate(organisation.agents)}
    pool = pools.of_agent[np.array([index[shift.agent] for shift in roster.shifts], np.int64)]
    begin = np.clip([shift.start for shift in roster.shifts], 0, roster.grid.count).astype(int)
    end = np.clip([shift.end for shift in roster.shifts], 0, roster.grid.count).astype(int)
    length = np.maximum(end - begin, 1)
    result: Floats = (before[pool, end] - before[pool, begin]) / length
    return result


def pay(organisation: Organisation, roster: Roster, slots: range) -> tuple[Floats, Floats]:
    """Return paid hours and cost of the roster within a range of slots, [agents] each.

    All paid time counts at the contract's hourly cost, time within a guarantee too; hours on
    Saturdays and Sundays bear the premium, and a shift that begins in the range its call cost.
    """
    index = {agent.id: i for i, agent in enumerate(organisation.agents)}
    contracts = {contract.id: contract for contract in organisation.contracts}
    walls = roster.grid.wall_times()[slots.start : slots.stop]
    weekend = weekdays(walls) >= 5
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


def staffed_by_slot(staff: Staff, pools: int, slot_s: float, slots: int) -> NDArray[np.float64]:
    """Return the seconds that each pool is scheduled in each slot, [pools, slots]."""
    edges = np.arange(slots + 1) * slot_s
    inside = np.clip(staff.end[:, None], edges[:-1], edges[1:])
    inside -= np.clip(staff.begin[:, None], edges[:-1], edges[1:])
    result = np.zeros((pools, slots))
    np.add.at(result, staff.pool[staff.agent], inside)
    return result
