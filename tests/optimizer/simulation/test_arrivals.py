"""Drawn contacts have the volumes, times and patience that were asked for, and only depend on
what they should depend on."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from optimizer.simulation.arrivals import HandlingTime, Law, Traffic, draw_contacts


def traffic(**changes: object) -> Traffic:
    """Return two lines of many contacts in two slots."""
    base = Traffic(
        names=("orders", "billing"),
        slot_s=1800.0,
        offered=np.array([[40_000.0, 10_000.0], [0.0, 20_000.0]]),
        handling_s=np.array([[100.0, 300.0], [1.0, 200.0]]),
        patience_s=np.array([[60.0, 60.0], [math.inf, math.inf]]),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


def of_line(values: npt.NDArray[np.float64], line: npt.NDArray[np.int32]) -> list[float]:
    return values[line == 0].tolist()


def test_contacts_arrive_in_order_and_within_the_slots_that_expect_them() -> None:
    contacts = draw_contacts(traffic(), seed=1)
    assert (np.diff(contacts.arrival) >= 0).all()
    slot = (contacts.arrival // 1800).astype(int)
    counts = np.bincount(contacts.line * 2 + slot, minlength=4)
    expected = np.array([40_000, 10_000, 0, 20_000])
    assert (np.abs(counts - expected) <= 4 * np.sqrt(expected)).all()
    within = contacts.arrival[slot == 0] / 1800
    assert np.quantile(within, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.01)


def test_counts_scatter_as_poisson_counts_do() -> None:
    few = traffic(offered=np.array([[9.0, 0.0], [0.0, 0.0]]))
    counts = [len(draw_contacts(few, seed=1, replication=r)) for r in range(2000)]
    assert np.mean(counts) == pytest.approx(9.0, abs=0.3)
    assert np.var(counts) == pytest.approx(9.0, abs=1.2)


@pytest.mark.parametrize(
    ("handling", "variation"),
    [
        (HandlingTime(Law.EXPONENTIAL), 1.0),
        (HandlingTime(Law.LOGNORMAL, 1.0), 1.0),
        (HandlingTime(Law.LOGNORMAL, 0.4), 0.4),
        (HandlingTime(Law.LOGNORMAL, 0.0), 0.0),
    ],
)
def test_handling_times_have_mean_and_variation(handling: HandlingTime, variation: float) -> None:
    contacts = draw_contacts(traffic(handling=handling), seed=2)
    first = (contacts.line == 0) & (contacts.arrival < 1800)
    assert contacts.service[first].mean() == pytest.approx(100.0, rel=0.025)
    assert contacts.service[first].std() / 100.0 == pytest.approx(variation, abs=0.06)
    second = (contacts.line == 0) & (contacts.arrival >= 1800)
    assert contacts.service[second].mean() == pytest.approx(300.0, rel=0.05)


def test_patience_is_exponential_or_endless_and_some_leave_at_once() -> None:
    contacts = draw_contacts(traffic(balking=0.1), seed=3)
    patience = contacts.patience[contacts.line == 0]
    assert (patience == 0).mean() == pytest.approx(0.1, abs=0.01)
    stayed = patience[patience > 0]
    assert stayed.mean() == pytest.approx(60.0, rel=0.02)
    assert np.quantile(stayed, 0.5) == pytest.approx(60.0 * math.log(2), rel=0.03)
    endless = contacts.patience[contacts.line == 1]
    assert np.isin(endless, [0.0, math.inf]).all()


def test_a_line_more_changes_no_other() -> None:
    both = draw_contacts(traffic(), seed=4)
    alone = draw_contacts(
        Traffic(
            ("orders",),
            1800.0,
            traffic().offered[:1],
            traffic().handling_s[:1],
            traffic().patience_s[:1],
        ),
        seed=4,
    )
    for name in ("arrival", "service", "patience"):
        assert of_line(getattr(both, name), both.line) == getattr(alone, name).tolist()


def test_other_handling_times_leave_arrivals_and_patience_alone() -> None:
    before = draw_contacts(traffic(), seed=5)
    after = draw_contacts(traffic(handling_s=2 * traffic().handling_s), seed=5)
    assert (before.arrival == after.arrival).all()
    assert (before.patience == after.patience).all()
    assert after.service == pytest.approx(2 * before.service)


def test_seeds_and_replications_are_independent_and_repeatable() -> None:
    draws = {
        (seed, replication): draw_contacts(traffic(), seed, replication).arrival[:5].tolist()
        for seed in (0, 1)
        for replication in (0, 1)
    }
    assert len({tuple(values) for values in draws.values()}) == 4
    assert draws[1, 1] == draw_contacts(traffic(), 1, 1).arrival[:5].tolist()


def test_nothing_offered_is_nothing_drawn() -> None:
    assert len(draw_contacts(traffic(offered=np.zeros((2, 2))), seed=0)) == 0
