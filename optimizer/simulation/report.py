"""From a study to the figures that are reported."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np

from optimizer.model import Denominator, Organisation
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.figures import FIGURES, WAITS, level
from optimizer.simulation.outcomes import IntervalOutcome, Outcome, PoolOutcome, StaffOutcome
from optimizer.simulation.sets import SetKind
from optimizer.simulation.study import Study
from optimizer.simulation.system import Floats

Feature = TypeVar("Feature", bound=Hashable)

__all__ = [
    "intervals",
    "occupancy_by_interval",
    "outcomes",
    "pool_outcomes",
    "spread",
    "staff_outcomes",
]


def outcomes(study: Study, kind: SetKind) -> tuple[Outcome, ...]:
    """Return the outcome of every set of a kind."""
    rows = [row for row, its in enumerate(study.trial.sets.kinds) if its is kind]
    return tuple(_outcome(study, row) for row in rows)


def _outcome(study: Study, row: int) -> Outcome:
    found = {name: study.estimate(name, row) for name in FIGURES}
    levels = {one: found.pop(f"service_level.{one}") for one in Denominator}
    for place, name in enumerate(WAITS):
        found[name] = Estimate.of_mean(study.quantiles[:, row, place])
    return Outcome(name=study.trial.sets.names[row], service_level=levels, **found)


def pool_outcomes(study: Study, organisation: Organisation) -> tuple[PoolOutcome, ...]:
    """Return the outcome of agents by the groups they may serve, most agents first."""
    trial = study.trial
    served = [
        frozenset(line.group for line, may in zip(trial.lines, column, strict=True) if may)
        for column in trial.pools.may_serve.T
    ]
    found = _by(study, served)
    rows = [
        PoolOutcome(
            tuple(group.id for g, group in enumerate(organisation.groups) if g in groups),
            agents,
            hours,
            busy,
        )
        for groups, (agents, hours, busy, _) in found.items()
    ]
    return tuple(sorted(rows, key=lambda pool: -pool.agents))


def staff_outcomes(study: Study, features: Sequence[str]) -> tuple[StaffOutcome, ...]:
    """Return the outcome of agents by a feature of their pools."""
    return tuple(
        StaffOutcome(str(name), *figures) for name, figures in _by(study, features).items()
    )


def _by(
    study: Study, features: Sequence[Feature]
) -> dict[Feature, tuple[int, Estimate, Estimate, float]]:
    """Return agents, staffed hours, occupancy and pay of the pools with each feature."""
    of_agent = study.trial.pools.of_agent
    result = {}
    for feature in dict.fromkeys(features):
        own = np.array([its == feature for its in features])
        busy, staffed = study.busy_s[:, own].sum(axis=1), study.staffed_s[:, own].sum(axis=1)
        result[feature] = (
            int(own[of_agent].sum()),
            Estimate.of_mean(staffed / 3600.0),
            Estimate.of_ratio(busy, staffed),
            float(study.trial.cost[own[of_agent]].sum()),
        )
    return result


def occupancy_by_interval(study: Study) -> tuple[float | None, ...]:
    """Return the occupancy of all agents in each slot; who works on beyond a stretch counts."""
    busy = study.busy_by_slot_s.sum(axis=0)
    staffed = np.maximum(study.staffed_by_slot_s, study.busy_by_slot_s).sum(axis=0)
    return _ratios(busy, staffed)


def spread(study: Study, organisation: Organisation) -> Estimate:
    """Return how far apart the best and the worst channel are."""
    sets = study.trial.sets
    rows = [row for row, kind in enumerate(sets.kinds) if kind is SetKind.CHANNEL]
    parts = [
        study.parts(f"service_level.{_denominator(organisation, sets.names[row])}", row)
        for row in rows
    ]
    levels = [
        part / np.where(whole > 0, whole, np.nan)
        for part, whole in parts
        if whole is not None and whole.sum() > 0
    ]
    if len(levels) < 2:
        return Estimate(None)
    between = np.array(levels)
    known = between[:, ~np.isnan(between).any(axis=0)]
    if not known.size:
        return Estimate(None)
    return Estimate.of_mean(known.max(axis=0) - known.min(axis=0))


def _denominator(organisation: Organisation, channel: str) -> Denominator:
    """Return the denominator that the first group of a channel with a target counts by."""
    for group in organisation.groups:
        if group.channel == channel and group.goal.within_seconds is not None:
            return group.goal.denominator
    return Denominator.OFFERED


def intervals(study: Study, organisation: Organisation) -> tuple[IntervalOutcome, ...]:
    """Return what each group experienced by interval of arrival."""
    result = []
    count = study.trial.settings.replications
    for row, group in enumerate(organisation.groups):
        counts = {name: values[row] for name, values in study.by_slot.items()}
        denominator = group.goal.denominator
        result.append(
            IntervalOutcome(
                group=group.id,
                denominator=denominator,
                offered=_means(counts["offered"], count),
                answered=_means(counts["answered"], count),
                abandoned=_means(counts["abandoned"], count),
                service_level=_ratios(*level(denominator)(counts)),
                mean_answer_s=_ratios(*FIGURES["mean_answer_s"].parts(counts)),
                first_response=_ratios(*FIGURES["first_response"].parts(counts)),
            )
        )
    return tuple(result)


def _means(total: Floats, replications: int) -> tuple[float, ...]:
    return tuple((total / replications).tolist())


def _ratios(part: Floats, whole: Floats | None) -> tuple[float | None, ...]:
    assert whole is not None
    return tuple(
        p / w if w > 0 else None for p, w in zip(part.tolist(), whole.tolist(), strict=True)
    )
