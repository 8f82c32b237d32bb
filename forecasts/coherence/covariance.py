"""How errors of many series hang together, learnt from few samples.

**Correlations** are shrunk to none by the intensity that minimises the expected squared error
(Schaefer & Strimmer 2005, Stat. Appl. Genet. Mol. Biol. 4(1)):

    shrinkage = sum var(r_ij) / sum r_ij^2    over i != j

**Variances** are shrunk to Taylor's power law, log variance = a + b log volume, which holds them
together: b = 1 for Poisson counts, 2 for errors that are a share of the volume. How far is told by
credibility: the variance of a logarithm from n samples is 2 / n, whatever scatters beyond it is
real. The law also carries a variance from usual volumes to those of a quiet day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.weekly import FloatArray

__all__ = ["ErrorCovariance", "learn_covariance"]

LEAST_SHRINKAGE = 0.01
"""Keeps the matrix invertible where errors are exact sums of each other."""

LEAST_SAMPLES = 2


@dataclass(frozen=True, slots=True, eq=False)
class ErrorCovariance:
    """Covariance of the errors of N series.

    Parameters
    ----------
    correlation
        Shrunken correlations, ``[N, N]``, positive definite.
    variance
        Shrunken variances of the errors at `volume`, ``[N]``.
    volume
        Usual expected contacts, ``[N]``; zero for series that never have any.
    slope
        Power of the volume with which variances grow, from 1 to 2.
    """

    correlation: FloatArray
    variance: FloatArray
    volume: FloatArray
    slope: float

    def deviations(self, expected: FloatArray) -> FloatArray:
        """Return standard deviations of errors around `expected` contacts, same shape ``[N]``."""
        there = (self.volume > 0) & (expected > 0)
        relative = np.divide(expected, self.volume, out=np.zeros(len(expected)), where=there)
        return np.asarray(np.sqrt(self.variance * relative**self.slope))


def learn_covariance(errors: FloatArray, volume: FloatArray) -> ErrorCovariance:
    """Estimate the covariance of errors with mean zero; a bias counts as error.

    Parameters
    ----------
    errors
        Past errors in contacts, ``[samples, N]``; NaN where there is none. With fewer than two
        of a series its variance follows the law alone; with fewer than two of any, variances are
        taken proportional to volumes.
    volume
        Expected contacts that the errors belong to, ``[N]``, zero or more.
    """
    known = np.isfinite(errors)
    samples = known.sum(axis=0)
    squares = np.where(known, errors, 0.0) ** 2
    observed = squares.sum(axis=0) / np.maximum(samples, 1)
    measured = (samples >= LEAST_SAMPLES) & (observed > 0) & (volume > 0)

    law, slope = _power_law(observed, samples, volume, measured)
    variance = law.copy()
    if measured.any():
        chance = 2.0 / samples[measured]
        distance = np.log(observed[measured] / law[measured])
        real = max(0.0, float((distance**2 - chance).mean()))
        variance[measured] *= np.exp(distance * real / (real + chance))

    scale = np.sqrt(np.where(measured, observed, 1.0))
    standard = np.where(known & measured, errors, 0.0) / scale
    return ErrorCovariance(_shrunken_correlation(standard), variance, volume, slope)


def _power_law(
    observed: FloatArray, samples: FloatArray, volume: FloatArray, measured: FloatArray
) -> tuple[FloatArray, float]:
    """Return the variances on the line through log variances over log volumes, and its slope."""
    log_volume = np.log(np.where(volume > 0, volume, 1.0))
    if not measured.any():
        return np.where(volume > 0, volume, 0.0), 1.0
    x, y, weight = log_volume[measured], np.log(observed[measured]), samples[measured]
    x_mean, y_mean = np.average(x, weights=weight), np.average(y, weights=weight)
    spread = float(weight @ (x - x_mean) ** 2)
    slope = float(weight @ ((x - x_mean) * (y - y_mean))) / spread if spread > 0 else 1.0
    slope = min(max(slope, 1.0), 2.0)
    law = np.exp(y_mean + slope * (log_volume - x_mean))
    return np.where(volume > 0, law, 0.0), slope


def _shrunken_correlation(standard: FloatArray) -> FloatArray:
    """Return the correlations of columns of mean square 1, shrunk to none.

    Absent samples are zeros, which pull a correlation to zero but keep the matrix sound.
    """
    samples, count = standard.shape
    if samples < LEAST_SAMPLES:
        return np.eye(count)
    products = standard.T @ standard
    raw = products / samples
    chance = ((standard**2).T @ standard**2 - products**2 / samples) / (samples * (samples - 1))
    apart = ~np.eye(count, dtype=bool)
    strength = float((raw[apart] ** 2).sum())
    shrinkage = float(chance[apart].sum()) / strength if strength > 0 else 1.0
    shrunken = (1.0 - min(max(shrinkage, LEAST_SHRINKAGE), 1.0)) * raw
    np.fill_diagonal(shrunken, 1.0)
    return np.asarray(shrunken)
