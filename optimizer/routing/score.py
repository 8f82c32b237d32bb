"""The score of giving a ticket to an agent: one kernel for the live router and the simulator.

``score = base(ticket) + fit(needs, agent) + agent(agent) + continuity(ticket, agent)``, in points.
Apart, because each part is all that some step of the match has to look at:

* the *base* knows no agent::

      base = w_priority * (3 - rank) + w_value * value + w_wait * speed * (wait / target) ** p
             + extra

  with ``rank`` after promotions, ``speed`` the reference over the handling time (c-mu: work that
  is done sooner goes first), and ``extra`` the points for tags and risk. The *target* is the time
  that was promised, or else the priority's: an hour of waiting is nothing for an email that is
  due tomorrow. As a derivative of the cost of waiting this is the generalised c-mu rule of
  Mandelbaum and Stolyar (2004): cost convex in the wait to the power ``p + 1``.
* the *fit* knows no wait::

      fit = w_fit * (proficiency + specialisation) / 2 - w_reserve * (price held - price needed)+

  *Proficiency* is the mean of level / 5 over the skills needed, *specialisation* the number of
  skills needed and held over the number held: the better somebody is at the work and the fewer
  other skills the work keeps busy, the better the fit. The prices are those of the scarcest skill
  held and of the scarcest needed. Skills that a ticket stopped asking for still count here, at
  level 0 where they are not held, so that those who hold them go first.
* the *agent's points* know no ticket: ``w_idle * idle / idle target - w_worked * hours worked``.
* *continuity* is for the prior agent and for preferred ones, while the wait is short.

Tickets with equal needs are therefore interchangeable but for their base, which exact matching
and the simulator both build on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL, RoutingWeights

__all__ = [
    "BaseWeights",
    "agent_points",
    "base_parts",
    "base_score",
    "base_weights",
    "fit_share",
    "levels_of",
    "promoted",
    "skill_fit",
    "tag_points",
    "urgency",
    "wait_target",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

PARTS = ("priority", "customer_value", "wait", "extra")
"""The columns of `base_parts`."""


class BaseWeights(NamedTuple):
    """What the base is made of; `promote_after` is infinite where nothing is promoted."""

    priority: float
    customer_value: float
    wait: float
    exponent: float
    promote_after: float


def base_weights(weights: RoutingWeights) -> BaseWeights:
    """Return the weights of the base as the kernel takes them."""
    never = weights.promote_after is None
    return BaseWeights(
        float(weights.priority),
        float(weights.customer_value),
        float(weights.wait),
        float(weights.wait_exponent),
        math.inf if never else float(weights.promote_after or 0.0),
    )


def wait_target(weights: RoutingWeights, rank: int, promised: float | None) -> float:
    """Return the target wait of a contact, in seconds.

    Parameters
    ----------
    rank
        0 for P0 to 3 for P3.
    promised
        Seconds from creation to the first deadline that still runs; None where there is none.
    """
    if promised is not None and weights.own_deadlines:
        return promised
    return weights.wait_target_seconds[rank]


@njit(cache=True)
def promoted(rank: int, wait: float, target: float, weights: BaseWeights) -> int:
    """Return the rank of a ticket after the promotions that its wait has brought, 0 to 3."""
    if wait <= 0.0 or weights.promote_after == np.inf:
        return rank
    each = target * weights.promote_after
    # Compared before it is divided: with extreme weights a step may take no time at all.
    if wait >= rank * each:
        return 0
    return int(rank - math.floor(wait / each))


def levels_of(
    ranks: Ints, waits: Floats, targets: Floats, deferred: Mask, weights: RoutingWeights
) -> Ints:
    """Return what goes before all points, [tickets].

    0 for work that waits for all other work; else 1, or 1 to 4 under strict priority.

    Parameters
    ----------
    ranks
        0 for P0 to 3 for P3, before promotions, [tickets].
    deferred
        What does not compete with other work before its time, [tickets].
    """
    levels = np.ones(len(waits), dtype=np.int64)
    if weights.strict_priority:
        levels += 3 - _all_promoted(ranks, waits, targets, base_weights(weights))
    last = deferred
    if weights.compete_from is not None:
        with np.errstate(over="ignore"):  # an infinite wait is never reached
            last = deferred & (waits < weights.compete_from * targets)
    levels[last] = 0
    return levels


def tag_points(weights: RoutingWeights, tags: Collection[str]) -> float:
    """Return the points for the tags of a ticket, each counted once."""
    # An exact sum does not depend on the order in which tags are listed.
    return math.fsum(weights.tags.get(tag, 0.0) for tag in {*tags})


@njit(cache=True)
def _all_promoted(ranks: Ints, waits: Floats, targets: Floats, weights: BaseWeights) -> Ints:
    """Return `promoted` for every ticket, [tickets]."""
    after = np.empty(len(ranks), dtype=np.int64)
    for i in range(len(ranks)):
        after[i] = promoted(ranks[i], waits[i], targets[i], weights)
    return after


@njit(cache=True)
def urgency(wait: float, target: float, speed: float, weights: BaseWeights) -> float:
    """Return the points for the wait: convex in it for an exponent above 1."""
    if wait <= 0.0:
        return 0.0
    share = wait / target
    if weights.exponent != 1.0:
        share = share**weights.exponent
    return float(weights.wait * speed * share)


@njit(cache=True)
def base_score(
    rank: int,
    value: float,
    wait: float,
    target: float,
    weights: BaseWeights,
    speed: float = 1.0,
    extra: float = 0.0,
) -> float:
    """Return the points that a ticket brings whoever takes it.

    Parameters
    ----------
    rank
        0 for P0 to 3 for P3, before promotions.
    value
        Customer value, 0 or more.
    wait
        Seconds since the customer asked; time before that counts as 0.
    target
        From `wait_target`, in seconds, above 0.
    weights
        From `base_weights`.
    speed
        Reference handling time over that of the ticket, above 0.
    extra
        Points for tags and risk.
    """
    points = weights.priority * (3 - promoted(rank, wait, target, weights))
    points += weights.customer_value * value
    return float(points + urgency(wait, target, speed, weights) + extra)


@njit(cache=True)
def base_parts(
    ranks: Ints,
    values: Floats,
    waits: Floats,
    targets: Floats,
    speeds: Floats,
    extras: Floats,
    weights: BaseWeights,
) -> Floats:
    """Return what each of `PARTS` adds to every base, [tickets, 4]; a row adds up to the base."""
    parts = np.empty((len(ranks), 4))
    for i in range(len(ranks)):
        rank = promoted(ranks[i], waits[i], targets[i], weights)
        parts[i, 0] = weights.priority * (3 - rank)
        parts[i, 1] = weights.customer_value * values[i]
        parts[i, 2] = urgency(waits[i], targets[i], speeds[i], weights)
        parts[i, 3] = extras[i]
    return parts


def agent_points(
    weights: RoutingWeights, idle_s: Floats | float, worked_s: Floats | float
) -> Floats:
    """Return the points for taking each agent rather than another, [agents].

    Parameters
    ----------
    idle_s
        Seconds since the agent became free, 0 where that is unknown or work is open, [agents];
        or one number for all of them.
    worked_s
        Seconds worked today, in the same way.
    """
    points: Floats = (
        weights.idle * np.maximum(idle_s, 0.0) / weights.idle_target_seconds
        - weights.worked * worked_s / 3600.0
    )
    return points


def skill_fit(needs: Mapping[str, int], held: Mapping[str, int], weight: float) -> float:
    """Return the points for how well an agent's skills fit what is needed, prices apart.

    Parameters
    ----------
    needs
        Skill to least level; work that needs no skill fits everybody perfectly.
    held
        Skill to level.
    weight
        Points of a perfect fit.
    """
    both = [skill for skill in needs if skill in held]
    return weight * float(
        fit_share(sum(held[skill] for skill in both), len(both), len(needs), len(held))
    )


@njit(cache=True)
def fit_share(levels: int, both: int, needed: int, held: int) -> float:
    """Return how well skills fit, from 0 to 1, from the figures they boil down to.

    Parameters
    ----------
    levels
        Sum of the agent's levels over the skills needed, 0 where one is not held.
    both
        Number of skills needed that the agent holds.
    needed, held
        Numbers of skills needed and held; work that needs no skill fits perfectly.
    """
    if needed == 0:
        return 1.0
    if held == 0:
        return 0.0
    return (levels / (HIGHEST_LEVEL * needed) + both / held) / 2
