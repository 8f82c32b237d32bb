"""The totals of a replication are those of a count of its records."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from optimizer.model import Denominator
from optimizer.simulation import FIGURES, WAITS, Settings, Study, simulate, try_out
from tests.optimizer.simulation.builders import always, one_group, two_groups, work

WITHIN = 20.0


def busy_centre(**changes: Any) -> Study:
    """Return a loaded trial of two groups with all its records."""
    centre = two_groups(8, {"patience_seconds": 90.0}, {"patience_seconds": 90.0})
    settings = Settings(absence=0.0, seed=3, replications=3, records=3, **changes)
    return try_out(centre, always(centre), *work(centre, [60.0, 40.0], 150.0), settings=settings)


@pytest.fixture(scope="module")
def tried() -> Study:
    return busy_centre()


def rows(study: Study, replication: int, group: int) -> npt.NDArray[Any]:
    kept = study.records[replication]
    return kept[kept["origin"] == group]


@pytest.mark.parametrize("replication", [0, 2])
@pytest.mark.parametrize("group", [0, 1])
def test_counts_are_those_of_the_records(tried: Study, replication: int, group: int) -> None:
    kept = rows(tried, replication, group)
    answered, gone = kept["outcome"] == 1, kept["outcome"] == 2
    in_time = kept["wait"] <= WITHIN
    counted = {
        "offered": len(kept),
        "answered": answered.sum(),
        "abandoned": gone.sum(),
        "waited": kept["wait"][answered].sum(),
        "targeted": len(kept),
        "targeted_answered": answered.sum(),
        "good": (answered & in_time).sum(),
        "short": (gone & in_time).sum(),
    }
    for name, value in counted.items():
        assert tried.totals[name][replication, group] == pytest.approx(value), name
    assert counted["abandoned"] > 100


def test_service_levels_differ_by_whom_they_count(tried: Study) -> None:
    kept = np.concatenate([rows(tried, replication, 0) for replication in range(3)])
    answered, gone, in_time = kept["outcome"] == 1, kept["outcome"] == 2, kept["wait"] <= WITHIN
    good = (answered & in_time).sum()
    for denominator, whole in (
        (Denominator.OFFERED, len(kept)),
        (Denominator.ANSWERED, answered.sum()),
        (Denominator.EXCLUDING_SHORT_ABANDONS, len(kept) - (gone & in_time).sum()),
    ):
        estimate = tried.estimate(f"service_level.{denominator}", 0)
        assert estimate.mean == pytest.approx(good / whole)


def test_quantiles_are_within_a_hundredth_of_those_of_the_records(tried: Study) -> None:
    for replication in range(3):
        for group in (0, 1):
            waits = np.sort(rows(tried, replication, group)["wait"])
            exact = [waits[-(-len(waits) * percent // 100) - 1] for percent in (50, 90, 99)]
            found = tried.quantiles[replication, group]
            assert found[:3] == pytest.approx(exact, rel=0.01)
            assert found[3] == pytest.approx(waits[-1], rel=1e-9)


def test_counts_by_interval_add_up_to_the_totals(tried: Study) -> None:
    for name, values in tried.by_slot.items():
        for group in (0, 1):
            total = tried.totals[name][:, group].sum()
            assert values[group].sum() == pytest.approx(total), name


def test_records_are_kept_of_as_many_replications_as_asked_for() -> None:
    centre = one_group(2)
    for records in (0, 1, 2):
        settings = Settings(replications=3, records=records)
        tried = try_out(centre, always(centre), *work(centre, 2.0, 60.0), settings=settings)
        assert [len(kept) > 0 for kept in tried.records] == [True] * records


def test_a_pair_is_the_mean_of_two_mirrored_runs_and_keeps_the_first() -> None:
    plain, pairs = busy_centre(), busy_centre(antithetic=True)
    for alone, first in zip(plain.records, pairs.records, strict=True):
        assert np.array_equal(alone, first)
    other = 2 * pairs.totals["offered"] - plain.totals["offered"]
    assert (other == np.round(other)).all()
    assert not np.array_equal(other, plain.totals["offered"])


def test_pay_is_shared_out_by_the_time_on_contacts() -> None:
    centre = two_groups(4, {}, {})
    result = simulate(
        centre,
        always(centre),
        *work(centre, [10.0, 30.0], [300.0, 100.0]),
        settings=Settings(absence=0.0, replications=10),
    )
    costs = [group.cost.mean or 0.0 for group in result.groups]
    assert sum(costs) == pytest.approx(result.cost)
    assert costs[0] == pytest.approx(costs[1], rel=0.05)  # as much work
    for sets in (result.channels, result.tiers):
        assert sum(one.cost.mean or 0.0 for one in sets) == pytest.approx(result.cost)


def test_every_figure_is_reported() -> None:
    centre = one_group(2)
    result = simulate(centre, always(centre), *work(centre, 2.0, 60.0))
    outcome = result.groups[0]
    for name in (*FIGURES, *WAITS):
        if name.startswith("service_level."):
            assert name.removeprefix("service_level.") in outcome.service_level
        else:
            assert getattr(outcome, name) is not None
