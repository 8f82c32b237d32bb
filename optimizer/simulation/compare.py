"""Plans side by side: what changes against the first, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.errors import Issue, raise_errors
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.figures import FIGURES, WAITS, Better, Unit
from optimizer.simulation.outcomes import SimulationResult
from optimizer.simulation.sets import SetKind
from optimizer.simulation.study import Study

__all__ = ["Comparison", "Difference", "compare"]


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

    @property
    def unit(self) -> Unit:
        """Return what the figure is counted in."""
        return Unit.SECONDS if self.figure in WAITS else FIGURES[self.figure].unit

    @property
    def is_better(self) -> bool | None:
        """Tell whether this plan is better here; None if the change may be chance, or is neither.

        One difference in twenty seems to be more than chance although it is not.
        """
        better = Better.LESS if self.figure in WAITS else FIGURES[self.figure].better
        if not self.change.sure or better is Better.NEITHER:
            return None
        assert self.change.mean is not None
        return (self.change.mean > 0.0) is (better is Better.MORE)


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
    occupancy_change
        Difference of the occupancy of all agents; without a mean for the baseline.
    paid_hours_change, cost_change
        Differences of what the rosters pay for, which is not left to chance.
    """

    name: str
    result: SimulationResult
    differences: tuple[Difference, ...]
    occupancy_change: Estimate
    paid_hours_change: float
    cost_change: float


def compare(
    names: Sequence[str], studies: Sequence[Study], results: Sequence[SimulationResult]
) -> tuple[Comparison, ...]:
    """Compare plans with the first one.

    Parameters
    ----------
    names, studies, results
        Of each plan, the baseline first; all played with the same seed and replications over the
        same intervals.

    Raises
    ------
    InvalidInput
        If the plans were not played with the same seed, pairing and number of replications, or
        not over the same intervals.
    """
    issues = []
    for place, (name, one, result) in enumerate(zip(names, studies, results, strict=True)):
        if _draws(one) != _draws(studies[0]):
            detail = f"{name!r} was played with other draws than {names[0]!r}."
            issues.append(Issue("other_draws", f"/scenarios/{place}", detail))
        if result.starts != results[0].starts:
            detail = f"{name!r} was played over other intervals than {names[0]!r}."
            issues.append(Issue("other_intervals", f"/scenarios/{place}", detail))
    raise_errors("The plans cannot be compared.", issues)
    baseline = Comparison(names[0], results[0], (), Estimate(None), 0.0, 0.0)
    return baseline, *(
        Comparison(
            name,
            result,
            tuple(_differences(one, studies[0])),
            Estimate.of_difference(one.occupancy_parts(), studies[0].occupancy_parts()),
            result.paid_hours - results[0].paid_hours,
            result.cost - results[0].cost,
        )
        for name, one, result in zip(names[1:], studies[1:], results[1:], strict=True)
    )


def _draws(study: Study) -> tuple[int, int, bool]:
    settings = study.trial.settings
    return settings.seed, settings.replications, settings.antithetic


def _differences(study: Study, base: Study) -> Iterator[Difference]:
    """Yield all differences of the sets that two studies share."""
    sets, others = study.trial.sets, base.trial.sets
    there = {pair: row for row, pair in enumerate(zip(others.kinds, others.names, strict=True))}
    for row, (kind, name) in enumerate(zip(sets.kinds, sets.names, strict=True)):
        other = there.get((kind, name))
        if other is None:
            continue
        for figure in FIGURES:
            change = Estimate.of_difference(study.parts(figure, row), base.parts(figure, other))
            yield Difference(kind, name, figure, study.estimate(figure, row), change)
        for place, figure in enumerate(WAITS):
            waits = study.quantiles[:, row, place]
            change = Estimate.of_mean(waits - base.quantiles[:, other, place])
            yield Difference(kind, name, figure, Estimate.of_mean(waits), change)
