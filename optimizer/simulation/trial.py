"""One trial of a roster, prepared once and run any number of times."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Organisation, Roster, RoutingWeights
from optimizer.simulation.arrivals import HandlingTime, Traffic, draw_contacts
from optimizer.simulation.centre import (
    Pools,
    Stretches,
    make_pools,
    make_stretches,
    make_system,
    shrinkage,
)
from optimizer.simulation.engine import play
from optimizer.simulation.measure import Observation, Targets, observe
from optimizer.simulation.system import Floats, System

__all__ = ["Trial", "prepare"]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Everything that the replications share; plain data, so that any process can run one.

    Parameters
    ----------
    absence
        Probability that a shift is not worked, [shifts].
    member
        The sets of groups whose waits are looked at together, [sets, groups].
    first, count
        The range of slots.
    """

    system: System
    pools: Pools
    stretches: Stretches
    absence: Floats
    traffic: Traffic
    targets: Targets
    member: NDArray[np.bool_]
    first: int
    count: int

    def run(self, seed: int, replication: int) -> Observation:
        """Play and measure one replication."""
        slot_s = self.traffic.slot_s
        contacts = draw_contacts(self.traffic, seed, replication)
        random = np.random.default_rng([seed, replication])
        present = random.random(len(self.absence)) >= self.absence
        staff = self.stretches.staff(self.pools, present, self.first, slot_s)
        played = play(self.system, staff, contacts, horizon_s=self.count * slot_s)
        share = self.system.units / self.system.capacity
        return observe(contacts, played, self.targets, share, self.member, slot_s, self.count)


def prepare(
    organisation: Organisation,
    roster: Roster,
    slots: range,
    offered: Floats,
    aht_s: Floats,
    weights: RoutingWeights,
    handling: HandlingTime,
    absence: float | None,
    member: NDArray[np.bool_],
) -> Trial:
    """Prepare a trial from checked input; see `optimizer.simulation.simulate`."""
    pools = make_pools(organisation, weights.skill_fit)
    part = slice(slots.start, slots.stop)
    goals = [group.goal for group in organisation.groups]
    return Trial(
        system=make_system(organisation, pools, weights),
        pools=pools,
        stretches=make_stretches(organisation, roster, slots),
        absence=_absence(organisation, roster, pools, absence),
        traffic=Traffic(
            names=[group.id for group in organisation.groups],
            slot_s=roster.grid.interval_minutes * 60.0,
            offered=offered[:, part],
            handling_s=aht_s[:, part],
            patience_s=np.tile(_patience(organisation)[:, None], len(slots)),
            handling=handling,
        ),
        targets=Targets(
            np.array([goal.within_seconds for goal in goals], np.float64),
            np.array([goal.first_response_seconds for goal in goals], np.float64),
        ),
        member=member,
        first=slots.start,
        count=len(slots),
    )


def _absence(
    organisation: Organisation, roster: Roster, pools: Pools, absence: float | None
) -> Floats:
    """Return the probability that each shift is not worked, [shifts]."""
    if absence is not None:
        return np.full(len(roster.shifts), absence)
    index = {agent.id: i for i, agent in enumerate(organisation.agents)}
    agents = np.array([index[shift.agent] for shift in roster.shifts], np.int64)
    return shrinkage(organisation, pools)[agents]


def _patience(organisation: Organisation) -> Floats:
    """Return the mean patience of each group; who is not on the line waits without end."""
    deferred = {channel.id for channel in organisation.channels if channel.deferred}
    return np.array(
        [
            math.inf
            if group.patience_seconds is None or group.channel in deferred
            else group.patience_seconds
            for group in organisation.groups
        ]
    )
