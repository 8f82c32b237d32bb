"""The load in hand of a changing flow: closed forms, convolutions by hand, and conservation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from optimizer.errors import InvalidInput
from optimizer.model import Law, LawKind
from optimizer.staffing import offered_load

LAWS = [
    Law(),
    Law(LawKind.LOGNORMAL),
    Law(LawKind.FIXED),
    Law(LawKind.EMPIRICAL, points=(0.0, 1.0, 2.0, 7.0)),
]
each_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.kind)


def sine(until: float, steps: int) -> tuple[np.ndarray, float]:
    """Return the arrivals per step at rate 100 + 20 sin t from 0 on, and the step."""
    edges = np.linspace(0.0, until, steps + 1)
    return np.diff(100.0 * edges - 20.0 * np.cos(edges)), until / steps


@pytest.mark.parametrize("time", [np.pi / 4, 3 * np.pi / 4, 3 * np.pi / 2])
def test_fine_steps_meet_the_closed_form_of_a_sine(time: float) -> None:
    """With a + b sin t arriving and unit handling times, m = a + b (sin t - cos t) / 2."""
    offered, step = sine(time, 4000)
    load = offered_load(offered, 1.0, step, initial=90.0)
    exact = 100.0 + 10.0 * (np.sin(time) - np.cos(time))
    assert load.edges[-1] == pytest.approx(exact, rel=1e-7)


def test_the_load_of_a_sine_peaks_an_eighth_of_a_cycle_after_the_rate() -> None:
    offered, step = sine(2 * np.pi, 8000)
    load = offered_load(offered, 1.0, step, initial=90.0)
    assert load.maximum.max() == pytest.approx(100.0 + 10.0 * np.sqrt(2.0), rel=1e-7)
    assert load.edges.argmax() * step == pytest.approx(np.pi / 2 + np.pi / 4, abs=2 * step)


def test_the_error_of_steps_falls_with_their_square() -> None:
    errors = []
    for steps in (100, 200):
        offered, step = sine(3.0, steps)
        exact = 100.0 + 10.0 * (np.sin(3.0) - np.cos(3.0))
        errors.append(abs(offered_load(offered, 1.0, step, initial=90.0).edges[-1] - exact))
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.01)


SURVIVAL = {
    LawKind.EXPONENTIAL: stats.expon().sf,
    LawKind.LOGNORMAL: stats.lognorm(np.sqrt(np.log(2.0)), scale=np.sqrt(0.5)).sf,
    LawKind.FIXED: lambda x: (x < 1.0).astype(float),
    # Scaled to mean 1: the three steps 0 - 1 - 2 - 7 have the mean 13/6.
    LawKind.EMPIRICAL: lambda x: (
        1 - np.interp(x * 13 / 6, [0.0, 1.0, 2.0, 7.0], [0.0, 1 / 3, 2 / 3, 1.0])
    ),
}


@each_law
def test_it_is_the_arrivals_convolved_with_the_tail_of_the_handling_time(law: Law) -> None:
    offered = np.array([5.0, 0.0, 40.0, 12.0, 3.0, 0.0])
    aht_s = np.array([900.0, 1.0, 2000.0, 400.0, 2500.0, 1.0])
    fine, interval = 1000, 1800.0
    step = interval / fine
    # Arrivals in the middle of each step, seen in the middle and at the end of all later ones.
    ages = (np.arange(6 * fine) + 0.5) * step
    at_end = np.zeros(6 * fine)
    for slot, (contacts, mean) in enumerate(zip(offered, aht_s, strict=True)):
        tail = SURVIVAL[law.kind](ages / mean) * contacts / fine
        for start in range(slot * fine, (slot + 1) * fine):
            at_end[start:] += tail[: len(tail) - start]
    load = offered_load(offered, aht_s, interval, law=law)
    assert load.edges[1:] == pytest.approx(at_end[fine - 1 :: fine], abs=0.03)
    starts = np.concatenate([[0.0], at_end[:-1]])
    means = ((starts + at_end) / 2).reshape(6, fine).mean(axis=1)
    assert load.mean == pytest.approx(means, abs=0.01)


@each_law
@given(
    offered=st.lists(st.floats(0.0, 1e4), min_size=1, max_size=12),
    aht_s=st.floats(1.0, 1e5),
    initial=st.floats(0.0, 1e3),
)
def test_what_arrives_is_worked_off_or_still_in_hand(
    law: Law, offered: list[float], aht_s: float, initial: float
) -> None:
    """The work done is the integral of the load; enough time after the last arrival, all of it."""
    interval = 1800.0
    after = int(500 * aht_s / interval) + 1
    contacts = np.array([*offered, *np.zeros(min(after, 4000))])
    load = offered_load(contacts, aht_s, interval, law=law)
    # A log-normal tail is still being worked off where the zeros end.
    enough = 1e-3 if after > 4000 else 1e-9
    assert load.mean.sum() * interval == pytest.approx(
        sum(offered) * aht_s, rel=enough, abs=1e-9 * aht_s
    )
    assert (load.mean >= 0.0).all()
    held = offered_load(np.zeros(3), aht_s, interval, law=law, initial=initial)
    assert held.edges[0] == initial
    assert (np.diff(held.edges) <= 1e-9 * initial).all()


@given(
    offered=st.lists(st.floats(0.0, 1e4), min_size=2, max_size=20),
    aht_s=st.lists(st.floats(10.0, 1e5), min_size=20, max_size=20),
    initial=st.floats(0.0, 1e3),
)
def test_contacts_in_hand_change_by_what_comes_less_what_is_finished(
    offered: list[float], aht_s: list[float], initial: float
) -> None:
    """For exponential times of one mean the load finishes at its own size over that mean."""
    aht = aht_s[0]
    load = offered_load(offered, aht, 1800.0, initial=initial)
    finished = load.mean * 1800.0 / aht
    changes = np.array(offered) - finished
    scale = 1e-9 * (initial + max(offered) + finished.max())
    assert np.diff(load.edges) == pytest.approx(changes, abs=scale + 1e-12)


@each_law
def test_a_steady_flow_has_the_load_of_each_interval(law: Law) -> None:
    load = offered_load(np.full(40, 60.0), 300.0, 1800.0, law=law, initial=10.0)
    assert load.mean == pytest.approx(np.full(40, 10.0), rel=1e-11)
    assert load.edges == pytest.approx(np.full(41, 10.0), rel=1e-11)


def test_contacts_keep_the_handling_time_with_which_they_came() -> None:
    together = offered_load([30.0, 50.0, 0.0, 20.0], [600.0, 3000.0, 60.0, 900.0], 1800.0)
    apart = [
        offered_load(contacts, aht, 1800.0)
        for contacts, aht in (
            ([30.0, 0.0, 0.0, 0.0], 600.0),
            ([0.0, 50.0, 0.0, 0.0], 3000.0),
            ([0.0, 0.0, 0.0, 20.0], 900.0),
        )
    ]
    assert together.mean == pytest.approx(sum(load.mean for load in apart))
    assert together.edges == pytest.approx(sum(load.edges for load in apart))


@each_law
def test_rows_are_computed_as_if_they_were_alone(law: Law) -> None:
    generator = np.random.default_rng(3)
    offered = generator.uniform(0.0, 90.0, (2, 3, 30))
    aht_s = generator.uniform(100.0, 5000.0, (2, 3, 30))
    load = offered_load(offered, aht_s, 900.0, law=law, initial=[[1.0], [2.0]])
    for index in np.ndindex(2, 3):
        alone = offered_load(offered[index], aht_s[index], 900.0, law=law, initial=1.0 + index[0])
        assert load.mean[index] == pytest.approx(alone.mean)
        assert load.edges[index] == pytest.approx(alone.edges)


def test_handling_times_far_longer_than_the_interval_keep_their_digits() -> None:
    for aht in (1e5, 1e7, 1e9):
        load = offered_load([7.0], aht, 1.0)
        x = 1.0 / aht
        assert load.mean[0] == pytest.approx(7.0 * (0.5 - x / 6.0 + x * x / 24.0), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "pointers"),
    [
        (([-1.0, np.nan], 300.0, 1800.0), ["/offered/0"]),
        (([5.0, 1.0], [300.0, 0.0], 0.0), ["/interval_s", "/aht_s/1"]),
        (([5.0], "long", 1800.0), ["/aht_s"]),
        (([5.0, 1.0], [1.0, 2.0, 3.0], 1800.0), [""]),
    ],
)
def test_every_problem_is_named(arguments: tuple[object, ...], pointers: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        offered_load(*arguments)  # type: ignore[arg-type] # wrong on purpose
    assert [issue.pointer for issue in caught.value.issues] == pointers


def test_a_sum_that_would_not_end_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot") as caught:
        offered_load(np.ones(200_000), 1e9, 60.0, law=Law(LawKind.LOGNORMAL))
    assert [issue.code for issue in caught.value.issues] == ["too_long"]
