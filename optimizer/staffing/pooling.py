"""A requirement in which agents with several skills are counted once.

Groups that are staffed by themselves need more than they would in one common queue, because
each keeps its own reserve for chance. Flexible agents bring a part of that difference back, and
how large a part depends on who can do what. For every set of groups that share agents and every
slot: ``total = separate - benefit * (separate - common)``, with the benefit from the skills of
the staff (`optimizer.staffing.sharing`).

The reserve of groups grows with the root of their load, and so do the agents that can be spared
(square-root safety: Wallace and Whitt 2005, *A staffing algorithm for call centers with
skill-based routing*); a few flexible agents bring most of the gain (Bassamboo, Randhawa and Van
Mieghem 2012, *A little flexibility is all you need*).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Agent, Organisation, PlanningGroup, Requirement, can_serve
from optimizer.model.findings import Findings
from optimizer.staffing.inputs import aligned
from optimizer.staffing.profiles import groups_named, profiles_of
from optimizer.staffing.search import least_agents
from optimizer.staffing.sharing import exchange_all, links_of

__all__ = ["pooled_requirement"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SAFETY = 0.5
"""Greatest reserve, in standard deviations of the load, at which help is measured: with much more
there is hardly any lack to compare, and help comes more easily still."""

_ROUNDING = 1e-6
"""Parts of an agent that are rounding."""


def pooled_requirement(
    requirement: Requirement,
    organisation: Organisation,
    offered: ArrayLike,
    aht_s: ArrayLike,
    *,
    draws: int = 128,
    seed: int = 0,
) -> Requirement:
    """Return the requirement with the flexibility of the organisation's agents counted once.

    What flexible agents save is taken off the groups that they help, in proportion to the help.
    No row grows, none falls below its floor or its load, and rows of whole numbers stay whole:
    their total is rounded up. A group whose agents serve nothing else, and deferred work, which
    needs no reserve, stay as they are.

    Agents of an expert tier count for expert groups alone, if there are any that they serve:
    help for the front line comes on top and is not staffed for. Agents of a floor lend no help.

    The shares of the profiles are those of the whole staff; who is there in a slot is for the
    roster to decide. It is a start that leans to caution, not an exact figure: a simulation
    tells, and corrects, what is left.

    Parameters
    ----------
    requirement
        Agents on contacts, before shrinkage, every group by itself (`required_agents`).
    offered, aht_s
        What it was computed from, [groups, slots] in its order.
    draws
        Draws of the work in progress, at least 2; in pairs of opposite sign.

    Raises
    ------
    InvalidInput
        If groups or shapes do not fit together, or a number is out of range.
    """
    found = Findings()
    found.within("draws", draws, 2, 1_000_000)
    rows = groups_named(organisation, requirement.groups)
    names = ("offered", "aht_s", "agents")
    volume, aht, agents = aligned(found, names, (offered, aht_s, requirement.agents))
    if volume.shape != requirement.agents.shape:
        found.at("offered").error("bad_shape", "offered and agents differ in groups or slots.")
    raise_errors("The requirement cannot be pooled.", found.issues)

    channels = {channel.id: channel for channel in organisation.channels}
    deferred = np.array([channels[row.channel].deferred for row in rows], dtype=np.bool_)
    concurrency = np.array([channels[row.channel].concurrency for row in rows], dtype=np.int64)
    # Where the handling time depends on the contacts in hand, that of an agent at the limit counts.
    aht *= np.array([[channels[row.channel].aht_factor_at_limit] for row in rows])
    served = (_shared_rows(agent, rows, deferred) for agent in organisation.agents)
    profiles = profiles_of(requirement.groups, Counter(served))
    half = np.random.default_rng(seed).standard_normal((draws // 2, len(rows)))
    normal = np.concatenate([half, -half])
    pooled = agents.copy()
    for members in _components(profiles.serves):
        queue = _Queue(
            tuple(rows[g] for g in members),
            concurrency[members],
            volume[members],
            aht[members],
            60.0 * requirement.grid.interval_minutes,
        )
        of_these = profiles.serves[:, members].any(axis=1)
        staff = profiles.agents[of_these].astype(np.float64)
        serves = profiles.serves[np.ix_(of_these, members)]
        spared, helped = _helped(queue, staff, serves, normal[:, members])
        alone = agents[members]
        exact = _less(alone, spared, helped, np.maximum(queue.floors, queue.load))
        fractions = (alone != np.floor(alone)).any()
        pooled[members] = exact if fractions else _whole(exact, alone)
    return Requirement(requirement.grid, requirement.groups, pooled)


@dataclass(frozen=True, slots=True, eq=False)
class _Queue:
    """Groups that share agents, [groups], with what they expect, [groups, slots]."""

    groups: tuple[PlanningGroup, ...]
    concurrency: NDArray[np.int64]
    offered: Array
    aht_s: Array
    interval_s: float

    @property
    def load(self) -> Array:
        """Return the work in agents, [groups, slots]."""
        return self.offered * self.aht_s / (self.interval_s * self.concurrency[:, np.newaxis])

    @property
    def floors(self) -> Array:
        """Return the agents that each group keeps, [groups, 1]."""
        return np.array([[group.floor] for group in self.groups], dtype=np.float64)

    def separate(self) -> Array:
        """Return the least agents of each group by itself, [groups, slots]."""
        return np.stack(
            [
                least_agents(
                    group.goal,
                    volume,
                    aht_s,
                    self.interval_s,
                    patience_seconds=group.patience_seconds,
                    concurrency=int(concurrency),
                )
                for group, volume, aht_s, concurrency in zip(
                    self.groups, self.offered, self.aht_s, self.concurrency, strict=True
                )
            ]
        ).astype(np.float64)

    def common(self) -> Array:
        """Return the least agents of one queue for all that meets every group's goal, [slots]."""
        concurrency = self.concurrency[0] if len(set(self.concurrency.tolist())) == 1 else 1
        volume = self.offered.sum(axis=0)
        work = (self.load * self.interval_s).sum(axis=0) * concurrency
        aht_s = np.divide(work, volume, out=np.ones_like(work), where=volume > 0.0)
        goals = {(group.goal, group.patience_seconds) for group in self.groups}
        agents = [
            least_agents(
                goal,
                volume,
                aht_s,
                self.interval_s,
                patience_seconds=patience,
                concurrency=int(concurrency),
            )
            for goal, patience in goals
        ]
        most: Array = np.stack(agents).max(axis=0).astype(np.float64)
        return most


def _helped(queue: _Queue, staff: Array, serves: Mask, normal: Array) -> tuple[Array, Array]:
    """Return what flexibility spares, [slots], and whom it helps, in shares, [groups, slots]."""
    separate, load = queue.separate(), queue.load
    # Contacts in hand, not agents, vary with the root of their number.
    spread = np.sqrt(load / queue.concurrency[:, np.newaxis])
    measured = np.ascontiguousarray(np.minimum(separate, load + _SAFETY * spread).T)
    benefit, helped = np.empty(len(measured)), np.empty_like(measured)
    exchange_all(
        np.ascontiguousarray(load.T),
        np.ascontiguousarray(spread.T),
        measured,
        np.ascontiguousarray(np.broadcast_to(queue.floors, load.shape).T),
        staff,
        links_of(serves),
        np.ascontiguousarray(normal),
        benefit,
        helped,
    )
    gain = np.maximum(separate.sum(axis=0) - queue.common(), 0.0)
    return benefit * gain, helped.T


def _less(agents: Array, spared: Array, helped: Array, least: Array) -> Array:
    """Return agents less what is spared, in the proportion of `helped` and down to `least`."""
    taken = np.zeros_like(agents)
    for _ in range(len(agents)):
        shares = np.where(taken < agents - least, helped, 0.0)
        total = shares.sum(axis=0)
        np.divide(shares, total, out=shares, where=total > 0.0)
        left = spared - taken.sum(axis=0)
        taken = np.minimum(taken + shares * left, np.maximum(agents - least, 0.0))
    return agents - taken


def _whole(exact: Array, most: Array) -> Array:
    """Return whole numbers whose sum in each slot is that of `exact`, rounded up."""
    whole = np.floor(exact + _ROUNDING)
    rest = exact - whole
    more = np.ceil(rest.sum(axis=0) - _ROUNDING)
    # The largest fractions are rounded up until the total is reached.
    rank = np.argsort(np.argsort(-rest, axis=0, kind="stable"), axis=0, kind="stable")
    rounded: Array = np.minimum(whole + (rank < more), most)
    return rounded


def _shared_rows(agent: Agent, rows: Iterable[PlanningGroup], deferred: Mask) -> tuple[bool, ...]:
    """Tell for which rows an agent counts: experts count for expert work if they do any."""
    serves = [
        can_serve(agent, row) and not late
        for row, late in zip(rows, deferred.tolist(), strict=True)
    ]
    levels = [row.tier.level if does else 0 for row, does in zip(rows, serves, strict=True)]
    highest = max(levels, default=0)
    return tuple(level == highest > 0 for level in levels)


def _components(serves: Mask) -> Iterator[NDArray[np.int64]]:
    """Yield the groups of each set of two or more that are linked by shared agents."""
    left = np.ones(serves.shape[1], dtype=np.bool_)
    for first in range(serves.shape[1]):
        if not left[first]:
            continue
        members = np.zeros_like(left)
        members[first] = True
        while True:
            wider = members | serves[serves[:, members].any(axis=1)].any(axis=0)
            if (wider == members).all():
                break
            members = wider
        left &= ~members
        if members.sum() > 1:
            yield np.flatnonzero(members)
