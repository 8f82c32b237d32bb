"""From the observations of all replications to the figures that are reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Denominator, Organisation
from optimizer.simulation.centre import Pools
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.measure import Observation
from optimizer.simulation.outcomes import IntervalOutcome, Outcome, PoolOutcome
from optimizer.simulation.system import Floats

__all__ = ["Sets", "intervals", "outcomes", "pool_outcomes", "sets_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """The sets of planning groups that are reported together.

    Parameters
    ----------
    names
        Every group, then every channel, then ``immediate`` and ``deferred``.
    member
        Whether a group belongs to a set, [sets, groups]; a set may be empty.
    """

    names: tuple[str, ...]
    member: NDArray[np.bool_]


def sets_of(organisation: Organisation) -> Sets:
    """Return the sets of an organisation."""
    of_group = np.array([group.channel for group in organisation.groups])
    channels = [channel.id for channel in organisation.channels]
    deferred = np.isin(of_group, [c.id for c in organisation.channels if c.deferred])
    return Sets(
        (*(group.id for group in organisation.groups), *channels, "immediate", "deferred"),
        np.vstack(
            [
                np.eye(len(of_group), dtype=np.bool_),
                *(of_group == channel for channel in channels),
                ~deferred,
                deferred,
            ]
        ),
    )


def outcomes(observations: Sequence[Observation], sets: Sets, cost: Floats) -> list[Outcome | None]:
    """Return the outcome of every set; None for an empty one.

    Parameters
    ----------
    cost
        Pay of every agent, [agents].
    """
    groups = {
        name: np.array([o.counts[name].sum(axis=1) for o in observations])
        for name in observations[0].counts
    }
    groups["virtual"] = np.array([o.virtual for o in observations])
    groups["cost"] = np.array([_shared_out(cost, o.work_s) for o in observations])
    totals = {name: values @ sets.member.T.astype(float) for name, values in groups.items()}
    quantiles = np.array([o.quantiles for o in observations])
    return [
        _outcome(
            name,
            {key: values[:, row] for key, values in totals.items()},
            [Estimate.of_mean(quantiles[:, row, q]) for q in range(quantiles.shape[2])],
        )
        if sets.member[row].any()
        else None
        for row, name in enumerate(sets.names)
    ]


def _outcome(name: str, totals: Mapping[str, Floats], quantiles: Sequence[Estimate]) -> Outcome:
    """Return the outcome of one set from its totals, [replications] each."""
    offered, answered, abandoned = totals["offered"], totals["answered"], totals["abandoned"]
    p50, p90, p99, longest = quantiles
    return Outcome(
        name=name,
        offered=Estimate.of_mean(offered),
        answered=Estimate.of_mean(answered),
        abandoned=Estimate.of_mean(abandoned),
        left=Estimate.of_mean(offered - answered - abandoned),
        service_level={
            denominator: Estimate.of_ratio(*_level(totals, denominator))
            for denominator in Denominator
        },
        abandonment=Estimate.of_ratio(abandoned, offered),
        mean_answer_s=Estimate.of_ratio(totals["waited"], answered),
        wait_p50_s=p50,
        wait_p90_s=p90,
        wait_p99_s=p99,
        wait_max_s=longest,
        first_response=Estimate.of_ratio(totals["responded"], totals["due"]),
        cost=Estimate.of_mean(totals["cost"]),
    )


def _level(counts: Mapping[str, Floats], denominator: Denominator) -> tuple[Floats, Floats]:
    """Return the contacts in time and those that the denominator counts."""
    match denominator:
        case Denominator.OFFERED:
            return counts["good"], counts["targeted"]
        case Denominator.ANSWERED:
            return counts["good"], counts["targeted_answered"]
        case Denominator.EXCLUDING_SHORT_ABANDONS:
            return counts["good"], counts["targeted"] - counts["short"]
        case Denominator.VIRTUAL:
            return counts["virtual"], counts["targeted"]


def _shared_out(cost: Floats, work_s: Floats) -> Floats:
    """Share the pay of agents out to groups by the time spent on their contacts, [groups]."""
    total = work_s.sum(axis=1)
    rate = np.zeros_like(cost)
    np.divide(cost, total, out=rate, where=total > 0)
    shares: Floats = rate @ work_s
    return shares


def pool_outcomes(
    observations: Sequence[Observation], organisation: Organisation, pools: Pools
) -> list[PoolOutcome]:
    """Return the outcome of agents by the groups they may serve, most agents first."""
    of_agent = pools.may_serve.T[pools.of_agent]
    profiles, kind, agents = np.unique(of_agent, axis=0, return_inverse=True, return_counts=True)
    of_kind = kind.ravel()[:, None] == np.arange(len(profiles))
    busy = np.array([o.busy_s @ of_kind for o in observations])
    staffed = np.array([o.staffed_s @ of_kind for o in observations])
    return [
        PoolOutcome(
            tuple(g.id for g, may in zip(organisation.groups, profiles[k], strict=True) if may),
            int(agents[k]),
            Estimate.of_mean(staffed[:, k] / 3600.0),
            Estimate.of_ratio(busy[:, k], staffed[:, k]),
        )
        for k in np.argsort(-agents, kind="stable")
    ]


def intervals(
    observations: Sequence[Observation], organisation: Organisation
) -> list[IntervalOutcome]:
    """Return what each group experienced by interval of arrival."""
    sums = {
        name: np.sum([o.counts[name] for o in observations], axis=0)
        for name in observations[0].counts
    }
    result = []
    for row, group in enumerate(organisation.groups):
        counts = {name: values[row] for name, values in sums.items()}
        denominator = group.goal.denominator
        result.append(
            IntervalOutcome(
                group=group.id,
                denominator=denominator,
                offered=_means(counts["offered"], len(observations)),
                answered=_means(counts["answered"], len(observations)),
                abandoned=_means(counts["abandoned"], len(observations)),
                service_level=_ratios(*_level(counts, denominator)),
                mean_answer_s=_ratios(counts["waited"], counts["answered"]),
            )
        )
    return result


def _means(total: Floats, replications: int) -> tuple[float, ...]:
    return tuple((total / replications).tolist())


def _ratios(part: Floats, whole: Floats) -> tuple[float | None, ...]:
    return tuple(
        p / w if w > 0 else None for p, w in zip(part.tolist(), whole.tolist(), strict=True)
    )
