"""Plans side by side: what changes against the first, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.errors import InvalidInput, Issue
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.figures import FIGURES
from optimizer.simulation.outcomes import SimulationResult
from optimizer.simulation.sets import SetKind
from optimizer.simulation.study import Study

__all__ = ["Comparison", "Difference", "compare"]

_QUANTILES = ("wait_p50_s", "wait_p90_s", "wait_p99_s", "wait_max_s")


@dataclass(frozen=True, slots=True)
class Difference:
    """How much greater a figure of some contacts is than in the baseline.

    Parameters
    ----------
    kind, name
        Which contacts: a planning group, channel, tier, site, customer class, or all
        ``immediate`` or ``deferred`` ones.
    figure
        Name of the figure.
    value
        The figure in this plan.
    change
        The difference with its 95 % interval, from replications that were played with the same
        draws; without a mean where one of the plans does not have the figure.
    """

    kind: SetKind
    name: str
    figure: str
    value: Estimate
    change: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """A plan beside the baseline.

    Parameters
    ----------
    name
        Of the plan.
    result
        Its own figures.
    differences
        Of every set of contacts that both have, in the order of this plan; none for the baseline.
    cost_change
        Difference of the pay of the rosters.
    """

    name: str
    result: SimulationResult
    differences: tuple[Difference, ...]
    cost_change: float


def compare(
    names: Sequence[str], studies: Sequence[Study], results: Sequence[SimulationResult]
) -> tuple[Comparison, ...]:
    """Compare plans with the first one.

    Parameters
    ----------
    names, studies, results
        Of each plan, the baseline first; all played with the same seed and replications.

    Raises
    ------
    InvalidInput
        If the studies do not have the same seed, pairing and number of replications.
    """
    base = studies[0]
    issues = []
    for place, one in enumerate(studies):
        mine, first = one.trial.settings, base.trial.settings
        if (mine.seed, mine.replications, mine.antithetic) != (
            first.seed,
            first.replications,
            first.antithetic,
        ):
            detail = f"{names[place]!r} was played with other draws than {names[0]!r}."
            issues.append(Issue("other_draws", f"/scenarios/{place}", detail))
    if issues:
        raise InvalidInput("The plans cannot be compared.", issues)
    return tuple(
        Comparison(
            name,
            result,
            () if one is base else tuple(_differences(one, base)),
            result.cost - results[0].cost,
        )
        for name, one, result in zip(names, studies, results, strict=True)
    )


def _differences(study: Study, base: Study) -> list[Difference]:
    """Return all differences of the sets that two studies share."""
    sets, others = study.trial.sets, base.trial.sets
    there = {pair: row for row, pair in enumerate(zip(others.kinds, others.names, strict=True))}
    result = []
    for row, (kind, name) in enumerate(zip(sets.kinds, sets.names, strict=True)):
        other = there.get((kind, name))
        if other is None:
            continue
        for figure in FIGURES:
            change = study.difference(base, figure, row, other)
            value = study.estimate(figure, row)
            result.append(Difference(kind, name, figure, value, change))
        for place, figure in enumerate(_QUANTILES):
            waits = study.quantiles[:, row, place]
            change = Estimate.of_mean(waits - base.quantiles[:, other, place])
            result.append(Difference(kind, name, figure, Estimate.of_mean(waits), change))
    return result
