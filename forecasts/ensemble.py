"""Which models to trust: weights of each group's models from their rehearsals.

The weights w (none negative, sum 1) are those of the least

    w' (A / min A_ii + B / min B_ii) w  +  SHRINKAGE / weeks  |w - prior|^2

where A and B are the mean products of the models' errors on intervals and on totals of days, each
error divided by the square root of what the models expect on average, as counts spread: the mean
squared error of the mixture (Bates & Granger 1969), pulled to a prior the harder the fewer weeks
were rehearsed. Weights fitted freely to a dozen weeks are known to lose to equal ones. The
programme is solved exactly by looking at every subset of models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from forecasts.choice import Choice
from forecasts.metrics import wape
from forecasts.weekly import FloatArray

__all__ = ["Rehearsed", "choose", "mix", "simplex_weights"]

SHRINKAGE = 25.0
"""After this many weeks the models' errors and the prior weigh about the same."""

NEGLIGIBLE = 0.02
"""Smaller weights are left out."""

LEAST_SCALE = 0.01
"""Intervals that expect a smaller share of the mean interval count as if they expected this."""


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsed:
    """Past forecasts of one group beside what came.

    Parameters
    ----------
    actual
        Contacts by origin, day of the horizon and slot, ``[O, H, S]``; NaN where not to be scored.
    expected
        By model what it said, ``[O, H, S]``; NaN at origins where its history was too short.
    """

    actual: FloatArray
    expected: Mapping[str, FloatArray]


def choose(group: str, rehearsed: Rehearsed, models: Sequence[str], empty: float) -> Choice:
    """Weigh the models of one group.

    Parameters
    ----------
    rehearsed
        Only origins of which all of `models` said something are compared; without any the weights
        are the usual ones.
    models
        Those that can forecast now, at least one.
    empty
        Share of recorded intervals without a contact: quiet groups are thought to need a model of
        their own as far as they are quiet.
    """
    scored = np.isfinite(rehearsed.actual)
    said = {model: rehearsed.expected[model] for model in models if model in rehearsed.expected}
    common = [
        origin
        for origin in range(len(scored))
        if scored[origin].any()
        and all(
            model in said and np.isfinite(said[model][origin][scored[origin]]).all()
            for model in models
        )
    ]
    weights = _prior(models, empty)
    weeks = float(scored[common].any(axis=2).sum()) / 7.0
    if weeks > 0:
        said = {model: said[model][common] for model in models}
        products = _error_products(np.stack([*said.values()]), rehearsed.actual[common])
        weights = simplex_weights(products, weights, SHRINKAGE / weeks)
    weights = np.where(weights < NEGLIGIBLE, 0.0, weights)
    weights /= weights.sum()
    chosen = {
        model: float(weight) for model, weight in zip(models, weights, strict=True) if weight > 0
    }
    actual = rehearsed.actual[common] if common else rehearsed.actual
    errors = {model: _wape(actual, expected) for model, expected in said.items()}
    known = {model: error for model, error in errors.items() if np.isfinite(error)}
    return Choice(group, chosen, known, _reason(chosen, known, weeks))


def mix(expected: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Return the weighted mean of what models said, over those that said anything.

    Parameters
    ----------
    expected
        By model, arrays of one shape; NaN where a model said nothing. At least one model that has
        a weight is among them.

    Returns
    -------
    FloatArray
        The same shape; NaN where no model with a weight said anything.
    """
    there = [(expected[model], weight) for model, weight in weights.items() if model in expected]
    first = there[0][0]
    total, share = np.zeros_like(first), np.zeros_like(first)
    for said, weight in there:
        total += np.where(np.isfinite(said), weight * said, 0.0)
        share += weight * np.isfinite(said)
    mixed = np.full_like(total, np.nan)
    np.divide(total, share, out=mixed, where=share > 0)
    return mixed


def simplex_weights(products: FloatArray, prior: FloatArray, penalty: float) -> FloatArray:
    """Return the w >= 0 with sum 1 and the least w'Qw + penalty |w - prior|^2, ``[M]``.

    Parameters
    ----------
    products
        Q, positive semidefinite, ``[M, M]``.
    penalty
        Above 0.
    """
    size = len(prior)
    quadratic = products + penalty * np.eye(size)
    best: FloatArray = prior
    least = np.inf
    for count in range(1, size + 1):
        for subset in combinations(range(size), count):
            inner = quadratic[np.ix_(subset, subset)]
            # Stationary on the plane sum w = 1: two solves and a multiplier.
            towards, along = np.linalg.solve(
                inner, np.column_stack([penalty * prior[list(subset)], np.ones(count)])
            ).T
            weights = np.zeros(size)
            weights[list(subset)] = towards + (1.0 - towards.sum()) / along.sum() * along
            value = float(weights @ (quadratic @ weights - 2.0 * penalty * prior))
            if weights.min() >= 0 and value < least:
                best, least = weights, value
    return best


def _prior(models: Sequence[str], empty: float) -> FloatArray:
    """Return the weights before any error is seen: what is trusted, and by how much."""
    trust = {
        "profile_level": 1.0,
        "boosted": 1.0,
        "gaussian_level": 1.0,
        "intermittent_tsb": empty,
    }
    weights = np.array([trust.get(model, 0.0) for model in models])
    if "profile_level" not in models:
        # Days to come are like those of the last weeks until there are enough of them.
        weights = np.array([float(model == "moving_average") for model in models]) + weights
    if not weights.any():
        weights = np.ones(len(models))
    return np.asarray(weights / weights.sum())


def _error_products(said: FloatArray, actual: FloatArray) -> FloatArray:
    """Return the scaled error products of intervals and days, ``[M, M]``."""
    scored = np.isfinite(actual)
    intervals = _products(said[:, scored], actual[scored])
    days = scored.any(axis=-1)
    totals = np.where(scored, said, 0.0).sum(axis=-1)[:, days]
    by_day = _products(totals, np.where(scored, actual, 0.0).sum(axis=-1)[days])
    return _scaled(intervals) + _scaled(by_day)


def _products(said: FloatArray, actual: FloatArray) -> FloatArray:
    """Return the mean products of errors over the square root of what is expected, ``[M, M]``."""
    scale = said.mean(axis=0)
    # A contact where hardly any is expected must not drown what else is known.
    scale = np.maximum(scale, LEAST_SCALE * scale.mean())
    known = scale > 0
    errors = (said[:, known] - actual[known]) / np.sqrt(scale[known])
    return np.asarray(errors @ errors.T / max(int(known.sum()), 1))


def _scaled(products: FloatArray) -> FloatArray:
    """Return products whose least diagonal is 1; zeros if no model erred."""
    squares = np.diag(products)
    # A model without any error is as good as one that errs a thousandth of the others.
    least = max(float(squares.min()), 1e-6 * float(squares.max()))
    return products / least if least > 0 else products


def _wape(actual: FloatArray, expected: FloatArray) -> float:
    return wape(np.where(np.isfinite(expected), actual, np.nan), expected)


def _reason(weights: Mapping[str, float], errors: Mapping[str, float], weeks: float) -> str:
    """Return one sentence that says why."""
    shares = ", ".join(
        f"{model} {weight:.0%}"
        for model, weight in sorted(weights.items(), key=lambda item: -item[1])
    )
    if weeks == 0:
        return f"No past day could be rehearsed by all models; the usual weights: {shares}."
    if not errors:
        return f"{shares}: nothing came on {7 * weeks:.0f} rehearsed days."
    best = min(errors, key=lambda model: errors[model])
    return (
        f"{shares}: over {7 * weeks:.0f} rehearsed days {best} erred least "
        f"({errors[best]:.1%} of contacts, interval by interval)."
    )
