"""Contacts per second on a busy centre: 4 types of contacts, 580 agents in 5 pools."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.model import RoutingWeights
from optimizer.routing import skill_fit
from optimizer.simulation.engine import Run, run
from optimizer.simulation.scenario import Scenario
from optimizer.simulation.system import PLAIN, Staff, System
from optimizer.simulation.traffic import Draws

__all__ = ["Centre", "measure"]

_RATES_PER_MINUTE = (40.0, 45.0, 50.0, 20.0)
_HANDLING_MINUTES = (4.0, 10 / 3, 5.0, 2.5)
_PATIENCE_MINUTES = (10 / 3, 2.5, 5.0, 10 / 3)
_AGENTS = (120, 140, 180, 100, 40)
_LEVELS = ((4, 0, 0, 2, 1), (0, 4, 0, 2, 1), (0, 0, 4, 0, 1), (0, 3, 0, 0, 1))
"""Level of each pool at each type, 0 where it has no right to serve: three pools of specialists
(the second with a side line), one for two types and one for all."""

_RANK = np.array([1, 2, 2, 3])
_VALUE = np.array([1.0, 2.0, 1.0, 3.0])


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """A centre loaded to about 95 %, of whose customers one in twenty gives up."""

    scenario: Scenario
    system: System
    staff: Staff

    @classmethod
    def of(cls, contacts: int, rule: str) -> Centre:
        """Return the centre.

        Parameters
        ----------
        contacts
            That are expected; the length of the day follows.
        rule
            ``plain`` for the longest waiting contact, or ``score`` for the whole score.
        """
        weights = PLAIN if rule == "plain" else RoutingWeights()
        rates = np.array([_RATES_PER_MINUTE]).T
        minutes = contacts / rates.sum()
        levels = np.array(_LEVELS)
        day = Scenario(
            period_s=60 * minutes,
            offered=rates * minutes,
            handling_s=60 * np.array([_HANDLING_MINUTES]).T,
            patience_s=60 * np.array([_PATIENCE_MINUTES]).T,
            agents=np.array([_AGENTS]).T,
            choice=np.where(levels > 0, 0.0, np.nan),
        )
        system = System(
            _fits(levels, weights.skill_fit),
            rank=_RANK,
            value=_VALUE,
            target=np.array(weights.wait_target_seconds)[_RANK],
            idle_until_s=np.zeros(len(levels)),
            units=np.ones(len(levels), np.int64),
            weights=weights,
        )
        return cls(day, system, day.staff())

    def run(self, seed: int, replication: int = 0, *, keep_records: bool = False) -> Run:
        """Draw, play and count a day."""
        draws = Draws(seed, replication)
        traffic = self.scenario.traffic(draws)
        return run(self.system, self.staff, traffic, draws, keep_records=keep_records)


def measure(contacts: int, rule: str, repeats: int, seed: int) -> dict[str, Any]:
    """Time whole runs: contacts are drawn, played and counted in one pass.

    One run warms up and is not counted: it loads the compiled loop, or compiles it.
    """
    centre = Centre.of(contacts, rule)
    rates = []
    for number in range(repeats + 1):
        began = time.perf_counter()
        played = centre.run(seed, number)
        seconds = time.perf_counter() - began
        offered = float(played.counts["offered"].sum())
        if number:
            rates.append(offered / seconds)
    answered = float(played.counts["answered"].sum())
    return {
        "contacts": int(offered),
        "rule": rule,
        "agents": len(centre.staff.pool),
        "pools": len(_AGENTS),
        "timed": "drawing, playing and counting, in one pass",
        "contacts_per_second": statistics.median(rates),
        "contacts_per_second_best": max(rates),
        "contacts_per_second_with_drawing": statistics.median(rates),
        "repeats": repeats,
        "warm_up": "one run, not counted",
        "occupancy": float(played.busy_s.sum() / played.staffed_s.sum()),
        "abandonment": float(played.counts["abandoned"].sum() / offered),
        "mean_answer_s": float(played.counts["waited"].sum() / answered),
        "seed": seed,
    }


def _fits(levels: np.ndarray[Any, np.dtype[np.int64]], weight: float) -> Any:
    """Return the points for the fit of each pool to each type, NaN where it may not serve."""
    held = [{f"s{k}": int(v) for k, v in enumerate(column) if v} for column in levels.T]
    return np.array(
        [
            [
                skill_fit({f"s{k}": 1}, held[pool], weight) if level else np.nan
                for pool, level in enumerate(row)
            ]
            for k, row in enumerate(levels)
        ]
    )
