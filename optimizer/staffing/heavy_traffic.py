"""The square-root rule: agents = load + beta sqrt(load), and what beta stands for.

In a large centre the chance to wait depends on the load only through beta. Halfin and Whitt
(1981), *Heavy-traffic limits for queues with many exponential servers*, gave it for customers who
never give up, Garnett, Mandelbaum and Reiman (2002), *Designing a call center with impatient
customers*, for exponential patience. The limits serve where the load is that of a moment
(staffing to a time-varying load) and as a rule of thumb: Erlang C and A are exact at any size.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model.findings import Findings
from optimizer.staffing.goals import SLACK
from optimizer.staffing.inputs import MOST_AGENTS, aligned, check_numbers

__all__ = ["delay_probability", "safety_factor", "square_root_agents"]

Array = NDArray[np.float64]

_WIDEST = 30.0
"""So many square roots of the load above it nobody waits, in double precision; as many below it,
times the root of the impatience if that is above 1, everybody does."""


def delay_probability(beta: ArrayLike, impatience: ArrayLike = 0.0) -> Array:
    """Return the share of contacts that wait when agents = load + beta sqrt(load), in the limit.

    Parameters
    ----------
    beta
        Agents above the load, in square roots of the load; below 0 for fewer than the load.
    impatience
        Mean handling time over mean patience, in [0, 1e12], 0 if nobody gives up; broadcasts
        with `beta`.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    factor, ratio = aligned(found, ("beta", "impatience"), (beta, impatience))
    check_numbers(found.at("beta"), factor, -MOST_AGENTS, MOST_AGENTS)
    _check_impatience(found, ratio)
    raise_errors("The chance to wait cannot be computed.", found.issues)
    return _delay(factor, ratio)


def safety_factor(waiting: ArrayLike, impatience: ArrayLike = 0.0) -> Array:
    """Return the beta with which a share `waiting` of the contacts waits, in the limit.

    Parameters
    ----------
    waiting
        Share that may wait, in [1e-12, 1 - 1e-12].
    impatience
        As for `delay_probability`, whose inverse this is.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    share, ratio = aligned(found, ("waiting", "impatience"), (waiting, impatience))
    check_numbers(found.at("waiting"), share, 1e-12, 1.0 - 1e-12)
    _check_impatience(found, ratio)
    raise_errors("The safety factor cannot be computed.", found.issues)
    low, high = -_WIDEST * (1.0 + np.sqrt(ratio)), np.full_like(share, _WIDEST)
    for _ in range(60):
        middle = 0.5 * (low + high)
        enough = _delay(middle, ratio) <= share
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    return high


def square_root_agents(load: ArrayLike, beta: ArrayLike) -> NDArray[np.int64]:
    """Return ``ceil(load + beta sqrt(load))``, at least 0, safe from rounding of the sum.

    Parameters
    ----------
    load
        Offered load in erlang, 0 or more.
    beta
        As `safety_factor` gives it; broadcasts with `load`.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    erlangs, factor = aligned(found, ("load", "beta"), (load, beta))
    check_numbers(found.at("load"), erlangs, 0.0, MOST_AGENTS)
    check_numbers(found.at("beta"), factor, -MOST_AGENTS, MOST_AGENTS)
    raise_errors("The agents cannot be computed.", found.issues)
    exact = np.maximum(erlangs + factor * np.sqrt(erlangs), 0.0)
    return np.ceil(exact * (1.0 - SLACK)).astype(np.int64)


def _check_impatience(found: Findings, ratio: Array) -> None:
    check_numbers(found.at("impatience"), ratio, 0.0, 1e12)


def _delay(beta: Array, impatience: Array) -> Array:
    """Return P(wait): the hazard below over the hazards below and above, both of the normal law.

    ``h(-b) / (h(-b) + r h(b / r))`` with ``r = sqrt(impatience)`` is the published
    ``1 / (1 + r h(b / r) / h(-b))``, whose second term tends to ``b / h(-b)`` without impatience.
    """
    root = np.sqrt(impatience)
    patient = root == 0.0
    below = _hazard(-beta)
    above = np.where(
        patient, np.maximum(beta, 0.0), root * _hazard(beta / np.where(patient, 1.0, root))
    )
    return below / (below + above)


def _hazard(x: Array) -> Array:
    """Return the hazard rate of the standard normal law, phi(x) / (1 - Phi(x))."""
    from scipy.special import erfcx

    return math.sqrt(2.0 / math.pi) / np.asarray(erfcx(x / math.sqrt(2.0)))
