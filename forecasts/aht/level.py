"""How handling times move: a new tool is followed within weeks, a bad day is not.

Let r be a day's handling seconds over those of the weekly table. Its level wanders and returns:

    r(t) = 1 + u(t) + noise,    u(t) = phi u(t-1) + step

with noise of variance v / contacts, and u of the variance spread^2 when nothing is known. That is
the Kalman filter (1960) of an autoregression: it discounts old days, pulls the level to 1 by as
many contacts as the noise asks for, and over h days of a horizon u fades to phi^h u.

The spread is not known. One filter runs for each of a few, and they are averaged by their
likelihoods: where the days differ as chance makes them differ, a spread of zero has nearly all of
the weight and the table stays as it is. The variance v comes from differences between
neighbouring days, which a trend hardly touches.
"""

from __future__ import annotations

import numpy as np

from forecasts.weekly import FloatArray

__all__ = ["DAMPING", "level_deviation"]

DAMPING = 0.99
"""phi: what is left of the deviation after a day. Tools stay, so it fades slowly."""

SPREADS = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Relative standard deviations of the level that are tried."""

CLIP = 3.0
"""Days further from the level expected than this many standard deviations are clipped."""

LEAST_DAYS = 7
"""With fewer recorded days there is no level."""

_LEAST_NOISE = 1e-9


def level_deviation(ratios: FloatArray, contacts: FloatArray) -> FloatArray:
    """Return u on the last day, ``[G]``, greater than -1; zero if a group has too few days.

    Linear in the days, all groups and spreads at once.

    Parameters
    ----------
    ratios
        Handling seconds of each day over the expected, ``[G, D]``; any value without contacts.
    contacts
        Contacts handled on each day, ``[G, D]``.
    """
    noise = np.array([_noise(*pair) for pair in zip(ratios, contacts, strict=True)])
    known = (contacts > 0) & np.isfinite(noise)[:, None]
    variances = np.where(known, noise[:, None] / np.where(known, contacts, 1.0), 1.0)

    prior = np.square(SPREADS)
    level = np.zeros((len(ratios), len(SPREADS)))
    doubt = np.tile(prior, (len(ratios), 1))
    likelihood = np.zeros_like(level)
    for ratio, variance, seen in zip(ratios.T, variances.T, known.T, strict=True):
        level *= DAMPING
        doubt = DAMPING**2 * doubt + (1 - DAMPING**2) * prior
        total = doubt + variance[:, None]
        bound = CLIP * np.sqrt(total)
        news = np.clip(ratio[:, None] - 1.0 - level, -bound, bound)
        gain = np.where(seen[:, None], doubt / total, 0.0)
        likelihood -= 0.5 * np.where(seen[:, None], np.log(total) + news**2 / total, 0.0)
        level = level + gain * news
        doubt = doubt * (1 - gain)
    weights = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    return np.asarray((weights * level).sum(axis=1) / weights.sum(axis=1))


def _noise(ratios: FloatArray, contacts: FloatArray) -> float:
    """Return the variance v of one group's ratios per contact; infinite with too few days."""
    known = contacts > 0
    if known.sum() < LEAST_DAYS:
        return np.inf
    n = contacts[known]
    squares = np.diff(ratios[known]) ** 2 / (1 / n[1:] + 1 / n[:-1])
    return max(float(squares.mean()), _LEAST_NOISE)
