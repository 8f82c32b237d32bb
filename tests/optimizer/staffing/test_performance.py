"""Erlang B, C and A against published figures, an independent chain, limits and other libraries."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.special import betainc, gammainc
from scipy.stats import poisson

from optimizer.errors import InvalidInput
from optimizer.model import Denominator
from optimizer.staffing import Performance, blocking_probability, performance

HALF_HOUR = 1800.0


def one(
    agents: float,
    offered: float,
    aht_s: float,
    *,
    patience_s: float = math.inf,
    within_s: float = 20.0,
    interval_s: float = HALF_HOUR,
) -> Performance:
    return performance(agents, offered, aht_s, interval_s, patience_s=patience_s, within_s=within_s)


def chain_by_linear_algebra(
    agents: int, load: float, patience: float, threshold: float, waiting_places: int = 60
) -> dict[str, float]:
    """Solve M/M/n+M with matrices alone: balance equations, and a matrix exponential for waits.

    Time is in handling times. Nothing is shared with the code under test, neither the sums
    over states nor the incomplete gamma functions behind the distribution of waits.
    """
    states = agents + waiting_places + 1
    generator = np.zeros((states, states))
    for k in range(states - 1):
        generator[k, k + 1] = load
        generator[k + 1, k] = min(k + 1, agents) + max(0, k + 1 - agents) / patience
    generator -= np.diag(generator.sum(axis=1))
    equations = np.vstack([generator.T, np.ones(states)])
    share = np.linalg.lstsq(equations, np.r_[np.zeros(states), 1.0], rcond=None)[0]

    # A contact with j ahead: one of them leaves at rate agents + j / patience, or it gives up.
    moves = np.zeros((waiting_places + 2, waiting_places + 2))  # row 0 served, last row gave up
    for j in range(waiting_places):
        moves[j + 1, j] = agents + j / patience
        moves[j + 1, -1] = 1.0 / patience
    moves -= np.diag(moves.sum(axis=1))
    after = expm(moves * threshold)
    at_once, queue = share[:agents].sum(), share[agents:-1]
    patient = np.array(moves)
    patient[:, -1] = 0.0
    patient -= np.diag(patient.sum(axis=1))
    return {
        "waiting": 1.0 - at_once,
        "abandonment": share[agents:] @ np.arange(waiting_places + 1) / patience / load,
        "abandonment_within": queue @ after[1:-1, -1],
        "served_within": at_once + queue @ after[1:-1, 0],
        "virtual_within": at_once + queue @ expm(patient * threshold)[1:-1, 0],
        "occupancy": share @ np.minimum(np.arange(states), agents) / agents,
        "mean_queue": share[agents:] @ np.arange(waiting_places + 1),
    }


def sum_over_states(agents: int, load: float, patience: float, threshold: float) -> float:
    """Return the share served in time as the textbook sum of incomplete beta functions."""
    a, x = agents * patience, math.exp(-threshold / patience)
    j = np.arange(4000)
    queue = np.cumprod(np.r_[1.0, load * patience / (a + j[1:])])
    below = np.cumprod(np.arange(agents, 0, -1) / load)
    served = a / (a + j + 1) * (1.0 - betainc(a + 1, j + 1, x))
    return (below.sum() + queue @ served) / (below.sum() + queue.sum())


@pytest.mark.parametrize(
    ("servers", "load", "blocked"),
    [
        (1, 1, 0.5),
        (5, 3, 0.110054347826),
        (10, 5, 0.0183845703366),
        (10, 20, 0.5379631686320729),
        (190, 200, 0.08869684386923561),
        (900, 800, 3.28119605153e-5),
    ],
)
def test_erlang_b_agrees_with_published_values(servers: int, load: float, blocked: float) -> None:
    assert float(blocking_probability(servers, load)) == pytest.approx(blocked, rel=1e-11)


def test_erlang_b_agrees_with_exact_fractions() -> None:
    for servers in (1, 2, 7, 30):
        for load in (Fraction(1, 8), Fraction(3), Fraction(65, 2)):
            weights = [Fraction(1)]
            for k in range(1, servers + 1):
                weights.append(weights[-1] * load / k)
            exact = float(weights[-1] / sum(weights))
            ours = float(blocking_probability(servers, float(load)))
            assert ours == pytest.approx(exact, rel=1e-14)


def test_erlang_b_without_lines_loses_everybody_and_without_contacts_nobody() -> None:
    assert blocking_probability([0, 0, 3], [5.0, 0.0, 0.0]).tolist() == [1.0, 1.0, 0.0]


def test_erlang_c_agrees_with_the_published_example() -> None:
    figures = one(14, 100, 180)
    assert float(figures.load) == pytest.approx(10.0)
    assert float(figures.waiting) == pytest.approx(0.1741319335950498, rel=1e-14)
    assert float(figures.served_within) == pytest.approx(0.8883500191794669, rel=1e-14)
    assert float(figures.occupancy) == pytest.approx(0.7142857142857143, rel=1e-14)
    assert float(figures.mean_answer_s) == pytest.approx(7.83593701178, rel=1e-11)
    assert float(figures.mean_queue) == pytest.approx(0.435329833988, rel=1e-11)


def test_erlang_c_with_two_agents_has_its_closed_form() -> None:
    assert float(one(2, 1, 1, interval_s=1).waiting) == pytest.approx(1 / 3, rel=1e-15)


def test_erlang_a_agrees_with_the_published_example() -> None:
    figures = one(14, 100, 180, patience_s=300)
    assert float(figures.waiting) == pytest.approx(0.145260114296, rel=1e-11)
    assert float(figures.abandonment) == pytest.approx(0.0139837441224, rel=1e-11)
    assert float(figures.abandonment_within) == pytest.approx(0.0071639354112, rel=1e-10)
    assert float(figures.mean_wait_s) == pytest.approx(4.19512323672, rel=1e-11)
    assert float(figures.mean_answer_s) == pytest.approx(3.87848004452, rel=1e-11)
    assert float(figures.occupancy) == pytest.approx(0.704297325627, rel=1e-11)


@pytest.mark.parametrize(
    ("denominator", "level"),
    [
        (Denominator.OFFERED, 0.796522711477),
        (Denominator.VIRTUAL, 0.81711898455),
        (Denominator.ANSWERED, 0.896763288134),
        (Denominator.EXCLUDING_SHORT_ABANDONS, 0.858726557486),
    ],
)
def test_the_denominator_decides_the_service_level(denominator: Denominator, level: float) -> None:
    figures = one(11, 100, 180, patience_s=60)
    assert float(figures.service_level(denominator)) == pytest.approx(level, rel=1e-11)


def test_three_in_a_hundred_abandon_in_the_example_that_introduced_erlang_a() -> None:
    """Garnett, Mandelbaum and Reiman (2002), table 1; a wrong "Erlang A" prints 12.6 %."""
    figures = one(50, 2880, 60, patience_s=120, interval_s=3600)
    assert round(float(figures.abandonment), 3) == 0.031


def test_an_overloaded_queue_sheds_what_it_cannot_serve() -> None:
    figures = one(10, 400, 180, patience_s=60, interval_s=1200)
    assert float(figures.abandonment) == pytest.approx(0.833333351735, rel=1e-11)
    assert float(figures.served_within) == pytest.approx(9.79176393252e-5, rel=1e-9)
    assert float(figures.mean_answer_s) == pytest.approx(98.9517037894, rel=1e-11)


@pytest.mark.parametrize("patience", [0.2, 1.0, 3.0])
@pytest.mark.parametrize(("agents", "load"), [(1, 0.7), (4, 6.0), (12, 10.0)])
def test_erlang_a_agrees_with_the_chain_solved_by_linear_algebra(
    agents: int, load: float, patience: float
) -> None:
    expected = chain_by_linear_algebra(agents, load, patience, threshold=0.25)
    figures = one(agents, load, 1.0, patience_s=patience, within_s=0.25, interval_s=1.0)
    for name, value in expected.items():
        assert float(getattr(figures, name)) == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize(
    ("agents", "load", "patience"), [(9, 10, 0.5), (50, 48, 2), (170, 166, 0.6)]
)
def test_service_level_agrees_with_the_sum_over_states(
    agents: int, load: float, patience: float
) -> None:
    figures = one(agents, load, 1.0, patience_s=patience, within_s=0.1, interval_s=1.0)
    expected = sum_over_states(agents, load, patience, 0.1)
    assert float(figures.served_within) == pytest.approx(expected, rel=1e-10)


def test_endless_patience_is_the_limit_of_long_patience() -> None:
    erlang_c = one(14, 100, 180)
    erlang_a = one(14, 100, 180, patience_s=180e6)
    for name in ("waiting", "served_within", "virtual_within", "mean_answer_s", "mean_queue"):
        assert float(getattr(erlang_a, name)) == pytest.approx(
            float(getattr(erlang_c, name)), rel=1e-5
        )


def test_no_patience_is_erlang_b() -> None:
    figures = one(12, 100, 180, patience_s=180e-9)
    assert float(figures.abandonment) == pytest.approx(
        float(blocking_probability(12, 10.0)), rel=1e-6
    )


@pytest.mark.parametrize("load", [4000.0, 4950.0, 5000.0, 5500.0])
def test_five_thousand_agents_agree_with_an_independent_library(load: float) -> None:
    agents, patience, threshold = 5000, 2.0, 0.05
    figures = one(agents, load, 1, patience_s=patience, within_s=threshold, interval_s=1)
    blocked = poisson(load).pmf(agents) / poisson(load).cdf(agents)
    assert float(blocking_probability(agents, load)) == pytest.approx(blocked, rel=1e-9)
    # Palm: the wait beyond t is a ratio of incomplete gamma functions.
    a, y = agents * patience, load * patience
    late = gammainc(a, y * math.exp(-threshold / patience)) / gammainc(a, y)
    if figures.waiting > 1e-12:
        beyond = 1.0 - float(figures.virtual_within)
        assert beyond == pytest.approx(float(figures.waiting) * late, rel=1e-8, abs=1e-14)
    carried = load * (1.0 - float(figures.abandonment)) / agents
    assert float(figures.occupancy) == pytest.approx(min(1.0, carried), rel=1e-12)


def test_a_queue_without_steady_state_keeps_everybody_waiting_for_ever() -> None:
    figures = one(10, 100, 180)
    assert float(figures.waiting) == 1.0
    assert float(figures.served_within) == 0.0
    assert math.isinf(float(figures.mean_answer_s))
    assert math.isinf(float(figures.mean_queue))
    assert float(figures.occupancy) == 1.0


def test_without_agents_everybody_gives_up_and_no_denominator_divides_by_zero() -> None:
    figures = one(0, 100, 180, patience_s=60)
    assert float(figures.abandonment) == 1.0
    assert [float(figures.service_level(d)) for d in Denominator] == pytest.approx([0.0] * 4)


def test_without_contacts_nobody_waits() -> None:
    figures = performance([0, 3], 0.0, 180.0, HALF_HOUR, patience_s=60.0)
    assert figures.waiting.tolist() == figures.occupancy.tolist() == [0.0, 0.0]
    assert figures.service_level(Denominator.ANSWERED).tolist() == [1.0, 1.0]


def test_arguments_broadcast_against_each_other() -> None:
    figures = performance(
        np.arange(11, 15), [[100.0], [90.0]], 180.0, HALF_HOUR, patience_s=300.0, within_s=20.0
    )
    assert figures.waiting.shape == (2, 4)
    single = one(13, 90, 180, patience_s=300)
    assert figures.served_within[1, 2] == float(single.served_within)


queues = st.tuples(
    st.integers(1, 400),
    st.floats(0.01, 500.0),
    st.floats(0.01, 100.0),
    st.floats(0.0, 5.0),
)


@given(queues)
@settings(max_examples=200, deadline=None)
def test_figures_are_shares_and_obey_the_conservation_laws(
    queue: tuple[int, float, float, float],
) -> None:
    agents, load, patience, threshold = queue
    figures = one(agents, load, 1, patience_s=patience, within_s=threshold, interval_s=1)
    lost, within = float(figures.abandonment), float(figures.abandonment_within)
    assert 0.0 <= within <= lost + 1e-12
    assert 0.0 <= lost <= float(figures.waiting) <= 1.0
    offered, answered, virtual, excluding = (float(figures.service_level(d)) for d in Denominator)
    assert 0.0 <= offered <= min(answered, virtual, excluding) + 1e-12
    assert max(answered, virtual, excluding) <= 1.0
    # Those in time, those gone in time and those still waiting are everybody.
    kept = math.exp(-threshold / patience)
    assert offered + within + kept * (1.0 - virtual) == pytest.approx(1.0, abs=1e-11)
    # Little: the queue loses its length over the patience.
    assert float(figures.mean_queue) == pytest.approx(lost * load * patience, rel=1e-9)
    # Who is served waited less than who gave up would have.
    assert float(figures.mean_answer_s) >= 0.0


@given(queues)
@settings(max_examples=100, deadline=None)
def test_one_more_agent_makes_nothing_worse(queue: tuple[int, float, float, float]) -> None:
    agents, load, patience, threshold = queue
    figures = performance(
        [agents, agents + 1], load, 1.0, 1.0, patience_s=patience, within_s=threshold
    )
    for denominator in Denominator:
        few, more = figures.service_level(denominator)
        assert more >= few - 1e-9
    for name in ("waiting", "abandonment", "mean_answer_s", "mean_wait_s", "occupancy"):
        few, more = getattr(figures, name)
        assert more <= few * (1 + 1e-9), name


anything = st.floats(0.0, 1e308) | st.floats(0.0, 1e4) | st.sampled_from([0.0, 1e-320, 1e9])


@given(st.integers(0, 10**6), anything, anything, anything, anything | st.just(math.inf), anything)
@settings(max_examples=300, deadline=None)
def test_whatever_is_accepted_has_figures(
    agents: int, offered: float, aht_s: float, interval_s: float, patience_s: float, within_s: float
) -> None:
    try:
        figures = performance(
            agents, offered, aht_s, interval_s, patience_s=patience_s, within_s=within_s
        )
    except InvalidInput:
        return
    assert not any(np.isnan(getattr(figures, name)) for name in Performance.__slots__)
    assert all(0.0 <= figures.service_level(denominator) <= 1.0 for denominator in Denominator)


def test_every_absurd_number_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        performance([-1, 2.5], [math.nan, 1], [0, 180], 0, patience_s=0, within_s=-1)
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("out_of_range", "/agents/0"),
        ("out_of_range", "/offered/0"),
        ("out_of_range", "/aht_s/0"),
        ("out_of_range", "/interval_s/0"),
        ("out_of_range", "/patience_s/0"),
        ("out_of_range", "/within_s/0"),
    ]
    assert "1 more" in caught.value.issues[0].detail


def test_shapes_that_do_not_fit_are_bad_input() -> None:
    with pytest.raises(InvalidInput) as caught:
        performance([1, 2, 3], [10, 20], 180, HALF_HOUR)
    assert [issue.code for issue in caught.value.issues] == ["bad_shape"]


def test_text_is_bad_input() -> None:
    with pytest.raises(InvalidInput) as caught:
        blocking_probability("many", 3)
    assert [(i.code, i.pointer) for i in caught.value.issues] == [("not_numeric", "/servers")]


@pytest.mark.parametrize(
    ("offered", "patience_s"), [(1e300, 60.0), (1e9, math.inf), (100.0, 1e300), (100.0, 1e-300)]
)
def test_absurd_sizes_are_refused_rather_than_computed_for_ever(
    offered: float, patience_s: float
) -> None:
    with pytest.raises(InvalidInput):
        one(10, offered, 180, patience_s=patience_s)
