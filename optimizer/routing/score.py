"""The score of giving a ticket to an agent: one kernel for the live router and the simulator.

``score = base(ticket) + fit(needs, agent)``, in points, with::

    base = w_priority * (3 - rank) + w_value * value + w_wait * wait / target
    fit  = w_fit * (proficiency + specialisation) / 2

The *target* is the time that was promised for the first response, or else the priority's: an
hour of waiting is nothing for an email that is due tomorrow. *Proficiency* is the mean of
level / 5 over the skills needed, *specialisation* the number of skills needed over the number
held: the better somebody is at the work and the fewer other skills the work keeps busy, the
better the fit. The base knows no agent and the fit no wait: tickets with equal needs are therefore
interchangeable but for their base, which exact matching and the simulator both build on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL, RoutingWeights

__all__ = [
    "base_parts",
    "base_score",
    "base_scores",
    "fit_share",
    "skill_fit",
    "wait_target",
    "weight_vector",
]

PRIORITY, VALUE, WAIT = 0, 1, 2


def weight_vector(weights: RoutingWeights) -> NDArray[np.float64]:
    """Return the weights of the base as the kernel takes them, [3]."""
    return np.array([weights.priority, weights.customer_value, weights.wait])


def wait_target(weights: RoutingWeights, rank: int, promised: float | None) -> float:
    """Return the target wait of a contact, in seconds.

    Parameters
    ----------
    rank
        0 for P0 to 3 for P3.
    promised
        Seconds from creation to the first-response deadline; None where there is none.
    """
    if promised is not None and weights.own_deadlines:
        return promised
    return weights.wait_target_seconds[rank]


@njit(cache=True)
def base_score(
    rank: int,
    value: float,
    wait: float,
    target: float,
    weights: NDArray[np.float64] | tuple[float, float, float],
) -> float:
    """Return the points that a ticket brings whoever takes it.

    Parameters
    ----------
    rank
        0 for P0 to 3 for P3.
    value
        Customer value, 0 or more.
    wait
        Seconds since the customer asked; time before that counts as 0.
    target
        From `wait_target`, above 0.
    weights
        From `weight_vector`.
    """
    priority, customer_value, waited = _terms(rank, value, wait, target, weights)
    return float(priority + customer_value + waited)


@njit(cache=True)
def base_scores(
    ranks: NDArray[np.int64],
    values: NDArray[np.float64],
    waits: NDArray[np.float64],
    targets: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return `base_score` of every ticket, [tickets]."""
    scores = np.empty(len(ranks))
    for i in range(len(ranks)):
        scores[i] = base_score(ranks[i], values[i], waits[i], targets[i], weights)
    return scores


@njit(cache=True)
def base_parts(
    ranks: NDArray[np.int64],
    values: NDArray[np.float64],
    waits: NDArray[np.float64],
    targets: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what priority, customer value and wait add to every `base_score`, [tickets, 3]."""
    parts = np.empty((len(ranks), 3))
    for i in range(len(ranks)):
        terms = _terms(ranks[i], values[i], waits[i], targets[i], weights)
        parts[i, 0], parts[i, 1], parts[i, 2] = terms
    return parts


@njit(cache=True)
def _terms(
    rank: int,
    value: float,
    wait: float,
    target: float,
    weights: NDArray[np.float64] | tuple[float, float, float],
) -> tuple[float, float, float]:
    return (
        weights[PRIORITY] * (3 - rank),
        weights[VALUE] * value,
        weights[WAIT] * max(wait, 0.0) / target,
    )


def skill_fit(needs: Mapping[str, int], held: Mapping[str, int], weight: float) -> float:
    """Return the points for how well an eligible agent's skills fit what is needed.

    Parameters
    ----------
    needs
        Skill to least level; work that needs no skill fits everybody perfectly.
    held
        Skill to level, with every skill in `needs`.
    weight
        Points of a perfect fit.
    """
    levels = sum(held[skill] for skill in needs)
    return weight * float(fit_share(levels, len(needs), len(held)))


@njit(cache=True)
def fit_share(levels: int, needed: int, held: int) -> float:
    """Return how well skills fit, from 0 (exclusive) to 1, from the figures they boil down to.

    Parameters
    ----------
    levels
        Sum of the agent's levels over the skills needed.
    needed, held
        Numbers of skills needed and held; work that needs no skill fits perfectly.
    """
    if needed == 0:
        return 1.0
    return (levels / (HIGHEST_LEVEL * needed) + needed / held) / 2
