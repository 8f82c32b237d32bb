"""The real August of a bank by several routing rules: `benchmarks.simulation.august` is replayed.

Calls, types and services are those of the log; who is there, who serves what and how patient those
are who were answered is assumed as there. The log knows customers of priority 2, whom the bank gave
a head start of a minute and a half in line. Here they are P1 and worth three ordinary ones, all
others are P2, and everybody who serves a type does so at level 3. There are no P0, no deferred work
and no levels, so that no bullseye can be told from first come first served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.routing.day import OURS, Kinds, measure, report
from benchmarks.simulation.august import Assumptions, Replay
from benchmarks.simulation.bank_log import PRIORITIES, read_log
from optimizer.model import RoutingWeights
from optimizer.routing.score import fit_share
from optimizer.simulation.engine import play
from optimizer.simulation.system import PLAIN, Floats, System

__all__ = ["compare_august"]

_RANK = np.array([2, 2, 1])
_VALUE = np.array([1.0, 1.0, 3.0])
"""By the priority of the log."""

_PROMISED_S = 60.0
_LEVEL = 3
_APART = 1e9
"""Points between two places of a static order: a second of wait is one point there."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    """Weights of the score, points for each line, and whether agents take turns."""

    weights: RoutingWeights = PLAIN
    bonus: Floats | None = None
    in_turn: bool = False


def compare_august(path: Path, replications: int, seed: int) -> dict[str, Any]:
    """Replay a log by every rule.

    Raises
    ------
    InvalidInput
        If the log cannot be read.
    """
    replay = Replay.of(read_log(path), Assumptions())
    found: dict[str, list[dict[str, float]]] = {}
    systems = {name: _system(replay, rule) for name, rule in _rules(replay).items()}
    for replication in range(replications):
        priority, calls = replay.draw(seed, replication)
        none = np.zeros(len(calls), np.bool_)
        promised = np.full(len(calls), _PROMISED_S)
        kinds = Kinds(_VALUE[priority], promised, none, none, replay.staff.pool)
        for name, system in systems.items():
            played = play(system, replay.staff, calls)
            found.setdefault(name, []).append(measure(played, kinds))
    return {
        "calls": len(replay.log),
        "servers": len(replay.log.servers),
        "replications": replications,
        "seed": seed,
        **report(found),
    }


def _rules(replay: Replay) -> Mapping[str, _Rule]:
    """Return ours and the baselines, the bank's own among them."""
    lines = len(replay.system.rank)
    severity = np.resize(3.0 - _RANK, lines)
    index = np.resize(_VALUE, lines) / _service_s(replay)
    places = np.unique(index, return_inverse=True)[1].astype(np.float64)
    return {
        **{name: _Rule(weights) for name, weights in OURS.items()},
        "fifo": _Rule(),
        "fifo, head start": _Rule(bonus=replay.system.bonus),
        "priority": _Rule(bonus=_APART * severity),
        "round_robin": _Rule(in_turn=True),
        "c_mu": _Rule(bonus=_APART * places),
    }


def _system(replay: Replay, rule: _Rule) -> System:
    """Return who may take what by a rule; lines are types by priority."""
    weights, may = rule.weights, ~np.isnan(replay.system.fit)
    lines = len(may)
    rank = np.resize(_RANK, lines)
    held = may[::PRIORITIES].sum(axis=0)
    share = np.array([fit_share(_LEVEL, 1, 1, types) for types in held.tolist()])
    reference = weights.handling_reference_seconds
    return replace(
        replay.system,
        fit=np.where(may, weights.skill_fit * share, np.nan),
        rank=rank,
        value=np.resize(_VALUE, lines),
        target=np.array(weights.wait_target_seconds)[rank],
        weights=weights,
        in_turn=rule.in_turn,
        speed=None if reference is None else reference / _service_s(replay),
        bonus=rule.bonus,
    )


def _service_s(replay: Replay) -> Floats:
    """Return the mean time of service of each line's type, at least a second, [lines]."""
    log = replay.log
    count = np.bincount(log.type[log.answered], minlength=len(log.types))
    total = np.bincount(log.type[log.answered], log.service[log.answered], len(log.types))
    mean = np.maximum(total / np.maximum(count, 1), 1.0)
    lines: Floats = np.repeat(mean, PRIORITIES)
    return lines
