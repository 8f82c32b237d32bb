"""Queues in motion beside steady ones, matrix exponentials, conservation and reference rows."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import norm

from optimizer.errors import InvalidInput
from optimizer.staffing import (
    Performance,
    blocking_probability,
    offered_load,
    performance,
    transient_performance,
)

PATIENCE = pytest.mark.parametrize("patience_s", [math.inf, 400.0, 60.0])


@PATIENCE
def test_what_lasts_becomes_steady(patience_s: float) -> None:
    """All figures of a queue that never changes are in the end those of Erlang C or A."""
    moving = transient_performance(
        np.full(12, 13), 100.0, 180.0, 1800.0, patience_s=patience_s, within_s=20.0
    )
    steady = performance(13, 100.0, 180.0, 1800.0, patience_s=patience_s, within_s=20.0)
    for field in fields(Performance):
        last = getattr(moving.figures, field.name)[-1]
        assert last == pytest.approx(float(getattr(steady, field.name)), rel=1e-8), field.name
    assert moving.waiting_at_end[-1] == pytest.approx(float(steady.waiting), rel=1e-8)
    assert moving.cut_off < 1e-11


@PATIENCE
def test_each_interval_is_a_matrix_exponential(patience_s: float) -> None:
    agents, offered = [3, 1, 0, 5, 4], [6.0, 4.0, 2.0, 0.0, 9.0]
    aht_s = [600.0, 900.0, 500.0, 300.0, 700.0]
    moving = transient_performance(agents, offered, aht_s, 1800.0, patience_s=patience_s)
    states = np.arange(150)
    law = np.zeros(150)
    law[0] = 1.0
    for slot, (s, birth, aht) in enumerate(zip(agents, offered, aht_s, strict=True)):
        death = np.minimum(states, s) * 1800.0 / aht
        death += np.maximum(states - s, 0) * 1800.0 / patience_s
        rates = np.diag(np.full(149, birth), 1) + np.diag(death[1:], -1)
        rates -= np.diag(rates.sum(axis=1))
        # The upper right block of this exponential is the integral of the lower right one.
        both = expm(np.block([[rates, np.eye(150)], [np.zeros((150, 300))]]))
        seen, law = law @ both[:150, 150:], law @ both[:150, :150]
        assert moving.figures.waiting[slot] == pytest.approx(seen[s:].sum(), rel=1e-10)
        queue = seen @ np.maximum(states - s, 0)
        assert moving.figures.mean_queue[slot] == pytest.approx(queue, rel=1e-10)
        assert moving.waiting_at_end[slot] == pytest.approx(law[s:].sum(), rel=1e-10)
        assert moving.in_system_at_end[slot] == pytest.approx(law @ states, rel=1e-10)


@given(
    agents=st.lists(st.integers(0, 15), min_size=4, max_size=4),
    offered=st.lists(st.floats(0.001, 60.0), min_size=4, max_size=4),
    aht_s=st.floats(200.0, 5000.0),
    patience_s=st.one_of(st.just(math.inf), st.floats(30.0, 20_000.0)),
    within_s=st.floats(0.0, 600.0),
)
def test_contacts_change_by_what_comes_less_what_is_finished_or_gives_up(
    agents: list[int], offered: list[float], aht_s: float, patience_s: float, within_s: float
) -> None:
    moving = transient_performance(
        agents, offered, aht_s, 1800.0, patience_s=patience_s, within_s=within_s
    )
    figures = moving.figures
    finished = figures.occupancy * agents * 1800.0 / aht_s
    given_up = figures.mean_queue * 1800.0 / patience_s
    changes = np.diff(moving.in_system_at_end, prepend=0.0)
    assert changes == pytest.approx(np.array(offered) - finished - given_up, abs=1e-6)
    shares = np.array(
        [figures.waiting, figures.abandonment, figures.abandonment_within, figures.served_within]
    )
    assert (shares >= 0.0).all()
    assert (shares <= 1.0 + 1e-9).all()
    assert (figures.abandonment_within <= figures.abandonment + 1e-9).all()
    assert (figures.served_within <= figures.virtual_within + 1e-9).all()


def test_with_agents_for_everybody_the_contacts_are_the_offered_load() -> None:
    offered = [10.0, 90.0, 40.0, 0.5, 0.0, 20.0]
    moving = transient_performance(np.full(6, 200), offered, 1500.0, 1800.0)
    load = offered_load(offered, 1500.0, 1800.0)
    assert moving.in_system_at_end == pytest.approx(load.edges[1:], rel=1e-9)
    assert moving.figures.occupancy * 200 == pytest.approx(load.mean, rel=1e-9)
    assert moving.figures.waiting.max() < 1e-12


def test_a_queue_beyond_its_agents_grows_by_the_difference() -> None:
    """Erlang C in overload for a day, from 60 agents with twice their load."""
    moving = transient_performance(np.full(48, 60), 720.0, 300.0, 1800.0, within_s=60.0)
    grown = np.diff(moving.in_system_at_end)
    assert grown[3:] == pytest.approx(np.full(44, 360.0), rel=1e-6)
    assert moving.figures.served_within[-1] < 1e-12
    assert moving.cut_off < 1e-9


def test_after_closing_the_next_interval_starts_empty() -> None:
    day = [(4, 30.0), (2, 30.0), (0, 0.0), (4, 30.0), (2, 30.0)]
    agents, offered = np.array(day).T
    figures = transient_performance(agents, offered, 300.0, 1800.0).figures
    for field in fields(Performance):
        values = getattr(figures, field.name)
        assert values[:2] == pytest.approx(values[3:], rel=1e-12)
    assert (figures.waiting[2], figures.served_within[2], figures.occupancy[2]) == (0.0, 1.0, 0.0)


@PATIENCE
def test_without_agents_everybody_waits_and_nobody_is_answered(patience_s: float) -> None:
    figures = transient_performance(
        [0, 0], [5.0, 5.0], 300.0, 1800.0, patience_s=patience_s, within_s=60.0
    ).figures
    assert figures.waiting == pytest.approx([1.0, 1.0])
    assert not figures.served_within.any()
    assert np.isinf(figures.mean_answer_s).all()
    gone = 0.0 if math.isinf(patience_s) else 1.0
    assert figures.abandonment == pytest.approx([gone, gone])
    assert figures.abandonment_within == pytest.approx(np.full(2, -math.expm1(-60.0 / patience_s)))


def test_who_does_not_wait_at_all_is_lost_as_in_erlang_b() -> None:
    moving = transient_performance(np.full(3, 10), 100.0, 180.0, 1800.0, patience_s=0.05)
    assert moving.figures.waiting[-1] == pytest.approx(blocking_probability(10, 10.0), rel=0.01)


def test_rows_are_followed_as_if_they_were_alone() -> None:
    agents = np.array([[[3, 5], [9, 2]], [[4, 4], [0, 7]]])
    offered = agents * 5.0 + 1.0
    together = transient_performance(agents, offered, 600.0, 1800.0, within_s=30.0)
    for index in np.ndindex(2, 2):
        alone = transient_performance(agents[index], offered[index], 600.0, 1800.0, within_s=30.0)
        assert (together.figures.served_within[index] == alone.figures.served_within).all()
        assert (together.in_system_at_end[index] == alone.in_system_at_end).all()
    assert together.cut_off.shape == (2, 2)


def test_the_reference_rows_of_staffing_through_a_sine_are_met(
    reference_data: Callable[[str], Path],
) -> None:
    """The rows come from Heun's method with steps of 0.002, whose own error is up to 3.2e-6.

    They hold rate and agents from the start of each step, look at its end, and take the last of
    four cycles. With steps cut in 2, 4 and 8 the method converges to the figures here, its
    error falling with the square of the step.
    """
    with reference_data("staffing/reference_values.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == "time_varying_staffing"]
    assert len(rows) == 12
    step = 0.002
    time = step * np.arange(12_567)
    rate = 100.0 + 20.0 * np.sin(time)
    in_hand = 100.0 + 10.0 * (np.sin(time) - np.cos(time))
    cycle = slice(9_424, None)
    for row in rows:
        inputs = dict(part.split("=", 1) for part in row["inputs"].split(";"))
        # 1.2816 is the normal quantile of 0.9, printed with four decimals.
        beta = float(np.sign(float(inputs["beta"])) * norm.ppf(0.9))
        load = in_hand if inputs["rule"].startswith("MOL") else rate
        agents = np.ceil(load + beta * np.sqrt(load))
        if row["output_name"] == "staff_min_max":
            assert row["output_value"] == f"{agents[cycle].min():.0f}..{agents[cycle].max():.0f}"
            continue
        moving = transient_performance(agents, rate * step, 1.0, step, patience_s=1.0)
        delayed = moving.waiting_at_end[cycle]
        measured = {
            "mean_P_delay_over_cycle": delayed.mean(),
            "min_P_delay": delayed.min(),
            "max_P_delay": delayed.max(),
        }[row["output_name"]]
        assert measured == pytest.approx(float(row["output_value"]), rel=4e-6)


@pytest.mark.parametrize(
    ("arguments", "pointers"),
    [
        (([1.5, -1], 10.0, 300.0, 1800.0), ["/agents/0"]),
        (([1, 2], [1.0, np.inf], 0.0, 1800.0), ["/offered/1", "/aht_s/0"]),
        (([1, 2], 5.0, 300.0, 0.0), ["/interval_s"]),
        (([1, 2], 1e9, 300.0, 60.0), ["/offered/0"]),
    ],
)
def test_every_problem_is_named(arguments: tuple[object, ...], pointers: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        transient_performance(*arguments)  # type: ignore[arg-type] # wrong on purpose
    assert [issue.pointer for issue in caught.value.issues] == pointers


def test_a_queue_too_large_to_follow_is_refused_with_its_interval() -> None:
    with pytest.raises(InvalidInput) as caught:
        transient_performance([[2, 2], [2, 2]], [[1.0, 1.0], [1.0, 1e12]], 1e-6, 1.0)
    assert [(i.code, i.pointer) for i in caught.value.issues] == [("too_large", "/offered/1/1")]
