"""Reference rows on arrivals that follow a sine: the offered load, and staffing to it or not."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from optimizer.staffing import OfferedLoad

__all__ = ["offered_load_of_a_sine", "staffing_of_a_sine"]

Inputs = Mapping[str, str]
Array = NDArray[np.float64]

_STEP = 0.002
"""Step in which the rows on staffing were solved, in handling times."""

_CYCLES = 6
"""After five of 2 pi handling times nothing is left of the start in double precision."""


@dataclass(frozen=True, slots=True)
class Sine:
    """Arrivals at rate ``mean + swing sin(t)``, cut into intervals of one length.

    Parameters
    ----------
    steps
        Intervals of one cycle, a multiple of 8 so that peaks and crossings are edges.
    """

    mean: float
    swing: float
    steps: int

    @classmethod
    def of(cls, given: Inputs, steps: int) -> Sine:
        """Read ``100+20sin(t)``.

        Raises
        ------
        ValueError
            If it reads otherwise, or the service rate is not 1.
        """
        match = re.fullmatch(r"([\d.]+)\+([\d.]+)sin\(t\)", given["lam"])
        if match is None or float(given["mu"]) != 1.0:
            raise ValueError(f"{given['lam']!r} is no sine, or mu is not 1")
        return cls(float(match[1]), float(match[2]), steps)

    @property
    def interval(self) -> float:
        """Return the length of an interval in handling times."""
        return 2.0 * math.pi / self.steps

    def edges(self, cycles: int) -> Array:
        """Return the times at which intervals begin and end."""
        return self.interval * np.arange(cycles * self.steps + 1, dtype=np.float64)

    def offered(self, cycles: int) -> Array:
        """Return the arrivals of every interval, the integral of the rate."""
        t = self.edges(cycles)
        return np.diff(self.mean * t - self.swing * np.cos(t))


@cache
def _load(sine: Sine) -> OfferedLoad:
    """Return the offered load of `_CYCLES` cycles; nothing is left of the start in the last."""
    from optimizer.staffing import offered_load

    return offered_load(sine.offered(_CYCLES), 1.0, sine.interval)


def offered_load_of_a_sine(given: Inputs) -> dict[str, float]:
    """Return the offered load at time t and its maximum."""
    sine = Sine.of(given, steps=8192)
    load = _load(sine).edges[-sine.steps - 1 :]
    found = {"max_m": float(load.max())}
    if "t" in given:
        found["m(t)"] = float(np.interp(float(given["t"]), sine.edges(1), load))
    return found


def staffing_of_a_sine(given: Inputs) -> dict[str, float | tuple[float, float]]:
    """Return who waits in the fourth cycle, staffed by the square-root rule.

    The rule ``MOL`` looks at the offered load and ``PSA`` at the rate of arrivals, both at the
    begin of each step in which the reference was solved.
    """
    rule = given["rule"].partition(":")[0]
    sine = Sine.of(given, steps=8)
    return _staffed(sine, float(given["theta"]), _quantile(float(given["beta"])), rule)


def _quantile(beta: float) -> float:
    """Return the normal quantile of 0.1 or 0.9 where `beta` is that, rounded to four digits."""
    from scipy.special import ndtri

    exact = math.copysign(float(ndtri(0.9)), beta)
    return exact if round(exact, 4) == beta else beta


@cache
def _staffed(
    sine: Sine, theta: float, beta: float, rule: str
) -> dict[str, float | tuple[float, float]]:
    from optimizer.staffing.transient import transient_performance

    if rule not in ("MOL", "PSA"):
        raise ValueError(f"there is no rule {rule!r}")
    t = _STEP * np.arange(round(4 * 2 * math.pi / _STEP) + 1)
    rate = sine.mean + sine.swing * np.sin(t)
    # Eick, Massey and Whitt (1993) for exponential times of mean 1.
    load = sine.mean + sine.swing / 2 * (np.sin(t) - np.cos(t)) if rule == "MOL" else rate
    # Rounded up without any slack, as the rows have it.
    agents = np.ceil(load + beta * np.sqrt(load))
    found = transient_performance(agents, rate * _STEP, 1.0, _STEP, patience_s=1.0 / theta)
    last = slice(round(3 * 2 * math.pi / _STEP) - 1, None)
    waiting = found.waiting_at_end[last]
    return {
        "mean_P_delay_over_cycle": float(waiting.mean()),
        "min_P_delay": float(waiting.min()),
        "max_P_delay": float(waiting.max()),
        "staff_min_max": (float(agents[last].min()), float(agents[last].max())),
    }
