"""Queues whose waits are known: two classes with priority, and overload with impatience.

Waits of the non-preemptive M/M/n queue with priorities are those of Kella and Yechiali (1985):
with C the Erlang C probability of waiting and ``s_k`` the load per agent of classes 1 to k, class
k waits ``C / (n mu (1 - s_{k-1}) (1 - s_k))``; first come, first served, all wait
``C / (n mu (1 - s))``.

In overload (Atar, Giat and Shimkin 2010) agents are always busy, and a fluid model says who is
turned down: first come, first served, all wait the same w with
``sum lambda_k exp(-theta_k w) = n mu``, and ``lambda_k (1 - exp(-theta_k w)) / theta_k`` of each
class are in line; with an order of classes the last gives up what is too much. That is the limit of
larger and larger systems. What 100 agents with an order of classes come to is solved exactly
(`benchmarks.simulation.markov`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from benchmarks.simulation.markov import mean_in_line
from optimizer.simulation.engine import Run
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.scenario import Scenario
from optimizer.simulation.system import PLAIN, Floats
from optimizer.simulation.traffic import Draws
from optimizer.staffing import performance

__all__ = ["Exact", "fluid_costs", "priority_waits", "table"]

STRICT = replace(PLAIN, priority=1e9)
"""Points so far apart that no wait makes up for a priority."""

_AGENTS, _MU = 10, 0.2
_ARRIVALS = np.array([0.6, 1.2])

_OVERLOAD = np.array([0.6, 0.8])
"""Arrivals per agent and service time."""

_THETA = np.array([0.5, 2.0])
"""Rates of giving up, by class."""

_MOST_SOLVED = 100
"""Agents of the largest chain that is solved."""

_PERIOD = 10.0

_PERIODS, _WARM_UP = 20, 2
"""Of equal length, and those at the beginning that are not counted."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A figure that is known beside ours.

    Parameters
    ----------
    expected
        The exact value; None where only its limit is known.
    limit
        Of larger and larger systems; None where there is no need of one.
    """

    name: str
    expected: float | None
    limit: float | None
    ours: Estimate

    def as_dict(self) -> dict[str, Any]:
        """Return the figures by name, and whether our interval holds the exact value."""
        inside = None
        if self.expected is not None and self.ours.low is not None and self.ours.high is not None:
            inside = self.ours.low <= self.expected <= self.ours.high
        return asdict(self) | {"inside": inside}


def table(replications: int, seed: int) -> list[Exact]:
    """Simulate every case."""
    return [*priority_waits(replications, seed), *fluid_costs(replications, seed)]


def priority_waits(replications: int, seed: int) -> Iterator[Exact]:
    """Yield mean waits of M/M/10 with two classes, first come first served and with priority."""
    load = _ARRIVALS / (_AGENTS * _MU)
    waiting = float(performance(_AGENTS, float(load.sum()) * _AGENTS, 1.0, 1.0).waiting)
    up_to = np.cumsum(load)
    before = up_to - load
    fifo = waiting / (_AGENTS * _MU * (1 - float(up_to[-1])))
    by_class = waiting / (_AGENTS * _MU * (1 - before) * (1 - up_to))

    queue = Scenario(
        period_s=2000.0,
        offered=np.tile(2000.0 * _ARRIVALS[:, None], _PERIODS),
        handling_s=np.full((2, _PERIODS), 1 / _MU),
        patience_s=np.full((2, _PERIODS), math.inf),
        agents=np.full((1, _PERIODS), _AGENTS),
        choice=np.zeros((2, 1)),
    )
    runs = _runs(queue, replications, seed)
    yield Exact("M/M/10, first come first served: wait", fifo, None, _wait(runs, [0, 1]))
    strict = replace(queue, rank=np.array([0, 1]), weights=STRICT)
    runs = _runs(strict, replications, seed)
    for row, name in enumerate(("first", "second")):
        text = f"M/M/10, two classes: wait of the {name}"
        yield Exact(text, float(by_class[row]), None, _wait(runs, [row]))


def fluid_costs(
    replications: int, seed: int, sizes: Sequence[int] = (100, 1000)
) -> Iterator[Exact]:
    """Yield contacts in line per 100 agents, of three rules in overload, for numbers of agents."""
    for agents in sizes:
        centre = Scenario(
            period_s=_PERIOD,
            offered=np.tile(_PERIOD * agents * _OVERLOAD[:, None], _PERIODS),
            handling_s=np.ones((2, _PERIODS)),
            patience_s=np.tile(1 / _THETA[:, None], _PERIODS),
            agents=np.full((1, _PERIODS), agents),
            choice=np.zeros((2, 1)),
        )
        for name, order in {"c-mu/theta": [0, 1], "reversed": [1, 0]}.items():
            strict = replace(centre, rank=np.argsort(order), weights=STRICT)
            yield Exact(
                f"overload, {agents} agents, {name}: in line per 100 agents",
                _in_line_exactly(agents, order) if agents <= _MOST_SOLVED else None,
                100 * float((_OVERLOAD.sum() - 1.0) / _THETA[order[-1]]),
                _in_line(_runs(strict, replications, seed), agents),
            )
        yield Exact(
            f"overload, {agents} agents, first come first served: in line per 100 agents",
            None,
            100 * _fluid_of_fifo(),
            _in_line(_runs(centre, replications, seed), agents),
        )


def _runs(scenario: Scenario, replications: int, seed: int) -> list[Run]:
    return [scenario.run(Draws(seed, number)) for number in range(replications)]


def _wait(runs: list[Run], lines: list[int]) -> Estimate:
    """Return the mean wait of the answered of some lines."""
    waited, answered = (
        np.array([run.counts[name][lines, _WARM_UP:].sum() for run in runs])
        for name in ("waited", "answered")
    )
    return Estimate.of_ratio(waited, answered)


def _in_line(runs: list[Run], agents: int) -> Estimate:
    """Return the mean number in line per 100 agents.

    Those in line give up at rate theta each, so that there are abandonments / theta of them: less
    noisy than their waits.
    """
    lost = np.array([run.counts["abandoned"][:, _WARM_UP:].sum(axis=1) for run in runs])
    seconds = _PERIOD * (_PERIODS - _WARM_UP)
    in_line: Floats = 100 / agents * (lost / _THETA).sum(axis=1) / seconds
    return Estimate.of_mean(in_line)


def _in_line_exactly(agents: int, order: list[int]) -> float:
    """Return the mean number in line per 100 agents with an order of classes."""
    arrivals, theta = agents * _OVERLOAD[order], _THETA[order]
    # Twice the fluid of the last class, and far more of the first one than ever wait.
    most = (agents, round(2 * agents * (_OVERLOAD.sum() - 1.0) / theta[-1] + agents))
    return 100 / agents * float(mean_in_line(agents, arrivals, theta, most).sum())


def _fluid_of_fifo() -> float:
    """Return the fluid in line per agent if all wait the same."""
    from scipy.optimize import brentq

    def too_much(wait: float) -> float:
        return float((_OVERLOAD * np.exp(-_THETA * wait)).sum()) - 1.0

    wait = float(brentq(too_much, 0.0, 100.0))
    return float((_OVERLOAD * -np.expm1(-_THETA * wait) / _THETA).sum())
