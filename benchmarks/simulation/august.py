"""A month of a real call centre replayed: the calls that came, against the agents that worked.

The calls are those of a bank in August 1999 (`benchmarks.simulation.bank_log`); each keeps its
moment, its type and its service. Who served which types, who was there, and how long those would
have waited who were answered is derived from the same log, by the assumptions below. Priority
customers get a head start in line of a minute and a half (Brown et al. 2005, JASA 100): besides
that, and among all agents who may take a call, it is first come, first served.

The priority of callers who were answered at once is drawn from those of their type who had to
wait; figures by priority, the real ones too, count them by what was drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulation.attendance import Attendance, crew, handover_s, skills, stretches
from benchmarks.simulation.bank_log import PRIORITIES, UNKNOWN, Log, read_log
from benchmarks.simulation.overtaking import overtaking
from benchmarks.simulation.patience import Patience
from optimizer.simulation.engine import play
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.system import PLAIN, Contacts, Floats, Ints, Staff, System

__all__ = ["VARIANTS", "Assumptions", "Replay", "compare"]

_HOUR_S, _DAY_S = 3600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the log does not say.

    Parameters
    ----------
    attendance
        When agents are there.
    least_share
        An agent serves a type that has at least this share of the agent's calls.
    types_by_day
        Whether this share is that of a single day.
    head_start_s
        Seconds of waiting that priority customers (2) begin with.
    handover
        Whether every call takes its agent the time more that it usually takes from one call to
        the next while somebody waits.
    """

    attendance: Attendance = field(default_factory=Attendance)
    least_share: float = 0.01
    types_by_day: bool = False
    head_start_s: float = 90.0
    handover: bool = False


_WAITED_FOR = Attendance(away_while_waited_for=True)
VARIANTS: Mapping[str, Assumptions] = {
    "away in gaps over 10 min": Assumptions(Attendance(600.0)),
    "away in gaps over 60 min": Assumptions(Attendance(3600.0)),
    "no head start": Assumptions(head_start_s=0.0),
    "types with 5 % of an agent's calls": Assumptions(least_share=0.05),
    "types of the same day only": Assumptions(types_by_day=True),
    "time from call to call": Assumptions(handover=True),
    "away while somebody waits": Assumptions(_WAITED_FOR),
    "the last three together": Assumptions(_WAITED_FOR, types_by_day=True, handover=True),
}
"""Each changes one assumption, the last one three."""


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """A log with everything that a replay needs but the draws."""

    log: Log
    assumptions: Assumptions
    system: System
    staff: Staff
    patience: tuple[Patience, ...]
    handover_s: float

    @classmethod
    def of(cls, log: Log, assumptions: Assumptions) -> Replay:
        """Derive skills, attendance and patience from a log."""
        agents = crew(log, by_day=assumptions.types_by_day)
        may_serve = skills(log, agents, assumptions.least_share)
        # Agents of equal skills are one pool; a line is a type and a priority.
        rows, pool = np.unique(may_serve, axis=0, return_inverse=True)
        fit = np.repeat(np.where(rows.T, 0.0, np.nan), PRIORITIES, axis=0)
        lines = len(fit)
        head_start = np.zeros(lines)
        head_start[PRIORITIES - 1 :: PRIORITIES] = assumptions.head_start_s
        system = System(
            fit=fit,
            rank=np.full(lines, 2),
            value=np.ones(lines),
            target=np.ones(lines),
            idle_until_s=np.zeros(lines),
            units=np.ones(lines, np.int64),
            weights=PLAIN,
            bonus=head_start,
        )
        staff = Staff(pool.ravel(), *stretches(log, agents, assumptions.attendance, may_serve))
        known = log.priority != UNKNOWN
        patience = tuple(
            Patience.of(log.wait[chosen], ~log.answered[chosen])
            for chosen in (known & (log.priority == p) for p in range(PRIORITIES))
        )
        extra = handover_s(log) if assumptions.handover else 0.0
        return cls(log, assumptions, system, staff, patience, extra)

    def run(self, seed: int, replication: int) -> Outcome:
        """Draw what the log does not say of single callers, and play the month."""
        priority, contacts = self.draw(seed, replication)
        played = play(self.system, self.staff, contacts)
        occupancy = played.busy_s.sum() / played.staffed_s.sum()
        return Outcome(priority, played.wait, played.abandoned, float(occupancy))

    def draw(self, seed: int, replication: int) -> tuple[Ints, Contacts]:
        """Draw what the log does not say of single callers; return priorities and calls."""
        log = self.log
        random = np.random.default_rng((seed, replication))
        priority = _draw_unknown(log, random)
        patience = np.where(log.answered, np.nan, log.wait)
        for p, law in enumerate(self.patience):
            censored = log.answered & (priority == p)
            patience[censored] = law.draw(log.wait[censored], random)
        line = log.type * PRIORITIES + priority
        service = log.service + np.where(log.answered, self.handover_s, 0.0)
        # Nobody knows how long those would have talked who hung up: as long as others.
        lost = np.flatnonzero(~log.answered)
        for kind in np.unique(log.type[lost]):
            talked = service[log.answered & (log.type == kind)]
            chosen = lost[log.type[lost] == kind]
            service[chosen] = random.choice(talked, len(chosen)) if len(talked) else 0.0
        return priority, Contacts(log.arrival, line.astype(np.int32), patience, service)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a replay came to, [calls]."""

    priority: Ints
    wait: Floats
    abandoned: NDArray[np.bool_]
    occupancy: float


def _draw_unknown(log: Log, random: np.random.Generator) -> Ints:
    """Return priorities, those that are unknown drawn from the identified ones of their type."""
    priority = log.priority.copy()
    for kind in range(len(log.types)):
        unknown = np.flatnonzero((log.type == kind) & (priority == UNKNOWN))
        known = log.priority[(log.type == kind) & (log.priority != UNKNOWN)]
        priority[unknown] = random.choice(known, len(unknown)) if len(known) else 0
    return priority


def compare(path: Path, replications: int, seed: int) -> dict[str, Any]:
    """Replay a log under the assumptions and under others, beside what happened.

    Raises
    ------
    InvalidInput
        If the log cannot be read.
    """
    log = read_log(path)
    base = Replay.of(log, Assumptions())
    outcomes = [base.run(seed, number) for number in range(replications)]
    hours = (log.arrival // _HOUR_S).astype(np.int64) % 24
    return {
        "log": dict(log.remarks),
        "servers": len(log.servers),
        "pools": base.system.fit.shape[1],
        "handover_s": handover_s(log),
        "patience_s": {
            str(p): law.mean_s if math.isfinite(law.mean_s) else None
            for p, law in enumerate(base.patience)
        },
        **_shown(base, outcomes),
        "by_type": {
            log.types[int(kind)]: row
            for kind, row in _beside(log, outcomes, [log.type] * replications).items()
        },
        "by_hour": _beside(log, outcomes, [hours] * replications),
        "overtaking": {
            "real": overtaking(log.arrival, log.wait, log.answered, log.priority, PRIORITIES),
            "simulated": overtaking(
                log.arrival,
                outcomes[0].wait,
                ~outcomes[0].abandoned,
                outcomes[0].priority,
                PRIORITIES,
            ),
        },
        "variants": {
            name: _variant(log, assumptions, replications, seed)
            for name, assumptions in VARIANTS.items()
        },
        "replications": replications,
        "seed": seed,
    }


def _variant(log: Log, assumptions: Assumptions, replications: int, seed: int) -> dict[str, Any]:
    replay = Replay.of(log, assumptions)
    return _shown(replay, [replay.run(seed, number) for number in range(replications)])


def _shown(replay: Replay, outcomes: list[Outcome]) -> dict[str, Any]:
    """Return what is shown for every set of assumptions."""
    log, everybody = replay.log, np.zeros(len(replay.log), np.int64)
    days = (log.arrival // _DAY_S).astype(np.int64)
    by_day = _beside(log, outcomes, [days] * len(outcomes)).values()
    real = [row["real"]["mean_wait_s"] for row in by_day]
    ours = [row["simulated"]["mean_wait_s"]["mean"] for row in by_day]
    return {
        "assumptions": asdict(replay.assumptions),
        "all": _beside(log, outcomes, [everybody] * len(outcomes))["0"],
        "by_priority": _beside(log, outcomes, [outcome.priority for outcome in outcomes]),
        "occupancy": _occupancy(replay, outcomes),
        "correlation_of_days": float(np.corrcoef(real, ours)[0, 1]) if len(real) > 2 else None,
    }


def _occupancy(replay: Replay, outcomes: list[Outcome]) -> dict[str, Any]:
    """Return the real occupancy by the attendance that is assumed, and the simulated one."""
    there = float((replay.staff.end - replay.staff.begin).sum())
    ours = Estimate.of_mean(np.array([outcome.occupancy for outcome in outcomes]))
    return {
        "staffed_hours": there / _HOUR_S,
        "real": float(replay.log.service.sum()) / there,
        "simulated": asdict(ours),
    }


def _beside(log: Log, outcomes: list[Outcome], groups: list[Ints]) -> dict[str, dict[str, Any]]:
    """Return real and simulated figures by group of calls, a grouping for each replication."""
    count = 1 + max(int(group.max(initial=0)) for group in groups)
    real, ours = (
        np.array([_sums(wait, gave_up, group, count) for wait, gave_up, group in rows])
        for rows in (
            [(log.wait, ~log.answered, group) for group in groups],
            [
                (outcome.wait, outcome.abandoned, group)
                for outcome, group in zip(outcomes, groups, strict=True)
            ],
        )
    )
    return {
        str(group): {
            "calls": float(real[:, 0, group].mean()),
            "real": {name: figure.mean for name, figure in _figures(real[:, :, group]).items()},
            "simulated": {
                name: asdict(figure) for name, figure in _figures(ours[:, :, group]).items()
            },
        }
        for group in range(count)
        if real[:, 0, group].any()
    }


def _sums(wait: Floats, gave_up: NDArray[np.bool_], group: Ints, count: int) -> Floats:
    """Return calls, those who gave up, seconds of the answered and of all, delayed, [5, groups]."""
    of_answered = np.where(gave_up, 0.0, wait)
    weights = (np.ones(len(wait)), gave_up, of_answered, wait, wait > 0)
    return np.array([np.bincount(group, weight, count) for weight in weights])


def _figures(sums: Floats) -> dict[str, Estimate]:
    """Return the figures of [replications, 5] sums."""
    calls, gave_up, of_answered, of_all, delayed = sums.T
    return {
        "mean_answer_s": Estimate.of_ratio(of_answered, calls - gave_up),
        "mean_wait_s": Estimate.of_ratio(of_all, calls),
        "abandonment": Estimate.of_ratio(gave_up, calls),
        "delayed": Estimate.of_ratio(delayed, calls),
    }
