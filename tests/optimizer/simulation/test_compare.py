"""Plans differ by what was changed, and chance that both meet cancels out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Law, LawKind, Organisation
from optimizer.simulation import (
    RULES,
    Comparison,
    Difference,
    Estimate,
    Settings,
    Study,
    Unit,
    compare,
    summarise,
    try_out,
)
from optimizer.simulation.sets import SetKind
from optimizer.staffing import performance
from tests.optimizer.simulation.builders import GRID, always, one_group, two_groups, work


def tried(centre: Organisation, per_slot: float = 60.0, **changes: Any) -> Study:
    settings = Settings(**{"absence": 0.0, "replications": 20, **changes})
    volumes = work(centre, per_slot, 180.0)
    return try_out(centre, always(centre), *volumes, settings=settings)


def compared(*plans: tuple[Organisation, Study]) -> tuple[Comparison, ...]:
    names = [str(place) for place in range(len(plans))]
    results = [summarise(study, centre, always(centre)) for centre, study in plans]
    return compare(names, [study for _, study in plans], results)


def of(comparison: Comparison, figure: str, kind: SetKind = SetKind.WHEN) -> Difference:
    (found,) = [d for d in comparison.differences if (d.kind, d.figure) == (kind, figure)]
    return found


def desk(agents: int) -> Organisation:
    return one_group(agents, patience_seconds=120.0, handling_law=Law(LawKind.EXPONENTIAL))


def test_a_plan_does_not_differ_from_itself() -> None:
    centre = two_groups(8, {"patience_seconds": 60.0}, {})
    plan = centre, tried(centre, 25.0)
    _, same = compared(plan, plan)
    assert len(same.differences) > 100
    for each in same.differences:
        if each.change.mean is not None:
            assert (each.change.mean, each.change.low, each.change.high) == (0.0, 0.0, 0.0)
            assert each.is_better is None
    assert (same.cost_change, same.paid_hours_change) == (0.0, 0.0)
    assert same.occupancy_change == Estimate(0.0, 0.0, 0.0)


def test_the_baseline_has_no_differences() -> None:
    centre = desk(6)
    (base,) = compared((centre, tried(centre)))
    assert base.differences == ()
    assert base.occupancy_change == Estimate(None)


def test_an_agent_more_brings_what_the_queue_formula_says() -> None:
    first, second = (desk(agents) for agents in (6, 7))
    _, more = compared(
        (first, tried(first, replications=60)), (second, tried(second, replications=60))
    )
    exact = [performance(n, 60.0, 180.0, 1800.0, patience_s=120.0, within_s=20.0) for n in (6, 7)]
    for figure, truth in (
        ("abandonment", [float(one.abandonment) for one in exact]),
        ("mean_answer_s", [float(one.mean_answer_s) for one in exact]),
        ("service_level.offered", [float(one.service_level("offered")) for one in exact]),
    ):
        change = of(more, figure).change
        assert change.low is not None
        assert change.high is not None
        # The range begins empty, which shifts both plans a little.
        slack = 0.01 * max(truth)
        assert change.low - slack <= truth[1] - truth[0] <= change.high + slack
        assert of(more, figure).is_better
    assert more.occupancy_change.sure
    assert more.paid_hours_change == 48.0


def test_the_same_customers_make_differences_surer_than_other_ones() -> None:
    first, second = (desk(agents) for agents in (6, 7))
    base, same = tried(first), tried(second)
    other = tried(second, seed=99)
    for figure in ("offered", "mean_answer_s", "abandonment"):
        paired, unpaired = (
            Estimate.of_difference(study.parts(figure, 0), base.parts(figure, 0))
            for study in (same, other)
        )
        assert paired.low is not None
        assert unpaired.low is not None
        assert paired.mean is not None
        assert unpaired.mean is not None
        assert paired.mean - paired.low < 0.7 * (unpaired.mean - unpaired.low)


def test_a_rule_changes_nothing_about_who_calls() -> None:
    centre = two_groups(5, {}, {})
    _, other = compared(
        (centre, tried(centre, 18.0)), (centre, tried(centre, 18.0, rule=RULES["c_mu"]))
    )
    assert of(other, "offered").change == Estimate(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("figure", "mean", "better"),
    [
        ("service_level.offered", 0.1, True),
        ("service_level.offered", -0.1, False),
        ("abandonment", -0.1, True),
        ("wait_p90_s", 3.0, False),
        ("offered", 3.0, None),
    ],
)
def test_more_is_better_of_some_figures_and_worse_of_others(
    figure: str, mean: float, better: bool | None
) -> None:
    sure = Estimate(mean, mean - 0.01, mean + 0.01)
    unsure = Estimate(mean, mean - 9.0, mean + 9.0)
    assert Difference(SetKind.GROUP, "a", figure, sure, sure).is_better is better
    assert Difference(SetKind.GROUP, "a", figure, sure, unsure).is_better is None


def test_figures_say_what_they_are_counted_in() -> None:
    one = Estimate(1.0)
    units = {
        name: Difference(SetKind.GROUP, "a", name, one, one).unit
        for name in ("offered", "abandonment", "wait_p50_s", "mean_answer_s", "cost")
    }
    assert list(units.values()) == [
        Unit.COUNT, Unit.SHARE, Unit.SECONDS, Unit.SECONDS, Unit.MONEY,
    ]  # fmt: skip


def test_groups_that_only_one_plan_has_are_not_compared() -> None:
    first, second = desk(4), replace(desk(4))
    (group,) = second.groups
    second = replace(second, groups=(replace(group, id="voice:orders@paris"),))
    _, other = compared((first, tried(first)), (second, tried(second)))
    assert SetKind.GROUP not in {each.kind for each in other.differences}
    assert SetKind.CHANNEL in {each.kind for each in other.differences}


def test_a_figure_that_only_one_plan_has_has_no_change() -> None:
    first = desk(4)
    second = one_group(
        4, goal=replace(first.groups[0].goal, target_share=None, within_seconds=None)
    )
    _, other = compared((first, tried(first)), (second, tried(second)))
    change = of(other, "service_level.offered")
    assert change.value == Estimate(None)
    assert change.change == Estimate(None)
    assert all(
        math.isfinite(each.change.mean)
        for each in other.differences
        if each.change.mean is not None
    )


def test_plans_of_other_draws_or_other_intervals_cannot_be_compared() -> None:
    centre = desk(4)
    seeded = centre, tried(centre, seed=5)
    part = try_out(
        centre,
        always(centre),
        *work(centre, 5.0, 60.0),
        slots=range(GRID.count // 2),
        settings=Settings(absence=0.0, replications=20),
    )
    with pytest.raises(InvalidInput) as caught:
        compared((centre, tried(centre)), seeded, (centre, part))
    assert [(issue.pointer, issue.code) for issue in caught.value.issues] == [
        ("/scenarios/1", "other_draws"),
        ("/scenarios/2", "other_intervals"),
    ]
