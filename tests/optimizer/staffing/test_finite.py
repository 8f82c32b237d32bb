"""Limited waiting rooms: chains solved by matrices, and Erlang B, C and A as their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from optimizer.errors import InvalidInput
from optimizer.model import Denominator
from optimizer.staffing import (
    Performance,
    blocking_probability,
    finite_performance,
    performance,
)

HALF_HOUR = 1800.0


def one(
    agents: float,
    places: float,
    load: float,
    patience: float = math.inf,
    threshold: float = 0.0,
) -> Performance:
    """Return figures with time in handling times."""
    return finite_performance(
        agents, places, load, 1.0, 1.0, patience_s=patience, within_s=threshold
    )


def chain(
    agents: int, places: int, load: float, patience: float, threshold: float
) -> dict[str, float]:
    """Solve M/M/n/K+M with matrices: balance equations, and a matrix exponential for waits."""
    leaving = 1.0 / patience
    states = agents + places + 1
    generator = np.zeros((states, states))
    for k in range(states - 1):
        generator[k, k + 1] = load
        generator[k + 1, k] = min(k + 1, agents) + max(0, k + 1 - agents) * leaving
    generator -= np.diag(generator.sum(axis=1))
    equations = np.vstack([generator.T, np.ones(states)])
    share = np.linalg.lstsq(equations, np.r_[np.zeros(states), 1.0], rcond=None)[0]

    # Rows 1 ... places: a contact with one less ahead; row 0 answered, the last gave up.
    moves = np.zeros((places + 2, places + 2))
    for j in range(places):
        moves[j + 1, j] = agents + j * leaving
        moves[j + 1, -1] = leaving
    moves -= np.diag(moves.sum(axis=1))
    patient = np.array(moves)
    patient[:, -1] = 0.0
    np.fill_diagonal(patient, 0.0)
    patient -= np.diag(patient.sum(axis=1))
    at_once, queue = share[:agents].sum(), share[agents:-1] if places else np.empty(0)
    length = share[agents:] @ np.arange(places + 1)
    after, endless = expm(moves * threshold), expm(patient * threshold)
    return {
        "waiting": queue.sum(),
        "blocked": share[-1],
        "abandonment": length * leaving / load,
        "abandonment_within": queue @ after[1 : places + 1, -1],
        "mean_queue": length,
        "mean_wait_s": length / load,
        "served_within": at_once + queue @ after[1 : places + 1, 0],
        "virtual_within": at_once + queue @ endless[1 : places + 1, 0],
        "occupancy": share @ np.minimum(np.arange(states), agents) / agents,
    }


@pytest.mark.parametrize("patience", [0.3, 2.0, math.inf])
@pytest.mark.parametrize("places", [0, 1, 4, 15])
@pytest.mark.parametrize(("agents", "load"), [(1, 0.7), (4, 6.0), (12, 12.0)])
def test_a_limited_room_agrees_with_the_chain_solved_by_matrices(
    agents: int, load: float, places: int, patience: float
) -> None:
    figures = one(agents, places, load, patience, 0.25)
    for name, value in chain(agents, places, load, patience, 0.25).items():
        assert float(getattr(figures, name)) == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize("patience", [0.5, math.inf])
def test_a_room_without_waiting_places_is_erlang_b(patience: float) -> None:
    for agents, load in ((1, 1.0), (12, 10.0), (190, 200.0), (5000, 4900.0)):
        figures = one(agents, 0, load, patience, 0.1)
        lost = float(blocking_probability(agents, load))
        assert float(figures.blocked) == pytest.approx(lost, rel=1e-12)
        assert float(figures.served_within) == pytest.approx(1.0 - lost, rel=1e-12)
        assert float(figures.waiting) == float(figures.mean_answer_s) == 0.0


@pytest.mark.parametrize("patience", [0.05, 1.7, 400.0, math.inf])
@pytest.mark.parametrize(("agents", "load"), [(3, 2.5), (14, 10.0), (400, 390.0), (5000, 4980.0)])
def test_an_endless_room_is_erlang_c_or_a(agents: int, load: float, patience: float) -> None:
    limited = one(agents, 100_000, load, patience, 0.11)
    endless = performance(agents, load, 1.0, 1.0, patience_s=patience, within_s=0.11)
    for name in endless.__slots__:
        ours, theirs = float(getattr(limited, name)), float(getattr(endless, name))
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), name


def test_an_overloaded_room_without_patience_turns_away_what_it_cannot_serve() -> None:
    figures = one(10, 50, 40.0)
    assert float(figures.blocked) == pytest.approx(0.75, rel=1e-12)
    assert float(figures.occupancy) == pytest.approx(1.0, rel=1e-12)
    assert float(figures.mean_answer_s) == pytest.approx(49.67 / 10, rel=1e-3)


def test_every_denominator_counts_those_turned_away_except_that_of_the_answered() -> None:
    figures = one(4, 2, 6.0, 1.5, 0.25)
    served = float(figures.served_within)
    assert float(figures.service_level(Denominator.OFFERED)) == served
    answered = 1.0 - float(figures.abandonment) - float(figures.blocked)
    assert float(figures.service_level(Denominator.ANSWERED)) == pytest.approx(served / answered)
    stayed = 1.0 - float(figures.abandonment_within)
    assert float(figures.service_level(Denominator.EXCLUDING_SHORT_ABANDONS)) == pytest.approx(
        served / stayed
    )


rooms = st.tuples(
    st.integers(1, 300),
    st.integers(0, 400),
    st.floats(0.01, 500.0),
    st.floats(0.01, 100.0) | st.just(math.inf),
    st.floats(0.0, 5.0),
)


@given(rooms)
@settings(max_examples=200, deadline=None)
def test_everybody_is_answered_gives_up_or_is_turned_away(
    room: tuple[int, int, float, float, float],
) -> None:
    agents, places, load, patience, threshold = room
    figures = one(agents, places, load, patience, threshold)
    lost, within = float(figures.abandonment), float(figures.abandonment_within)
    blocked, waiting = float(figures.blocked), float(figures.waiting)
    assert 0.0 <= within <= lost + 1e-12
    assert lost <= waiting + 1e-12
    assert waiting + blocked <= 1.0 + 1e-12
    assert float(figures.mean_queue) <= places
    # Little for the queue and for the agents.
    assert float(figures.mean_queue) == pytest.approx(load * float(figures.mean_wait_s))
    carried = load * (1.0 - lost - blocked)
    assert float(figures.occupancy) * agents == pytest.approx(carried, rel=1e-9)
    if math.isfinite(patience):
        assert float(figures.mean_queue) == pytest.approx(lost * load * patience, abs=1e-9)
    # Those in time, those gone in time, those still waiting and those turned away.
    kept = math.exp(-threshold / patience)
    still = kept * (1.0 - blocked - float(figures.virtual_within))
    in_time = float(figures.served_within)
    assert in_time + within + still + blocked == pytest.approx(1.0, abs=1e-9)


@given(rooms)
@settings(max_examples=100, deadline=None)
def test_one_more_agent_or_place_turns_fewer_away(
    room: tuple[int, int, float, float, float],
) -> None:
    agents, places, load, patience, threshold = room
    figures = finite_performance(
        [agents, agents + 1, agents],
        [places, places, places + 1],
        load,
        1.0,
        1.0,
        patience_s=patience,
        within_s=threshold,
    )
    for other in (1, 2):
        assert figures.blocked[other] <= figures.blocked[0] * (1 + 1e-9) + 1e-15
        loss = figures.blocked + figures.abandonment
        assert loss[other] <= loss[0] * (1 + 1e-9) + 1e-15
    assert figures.served_within[1] >= figures.served_within[0] - 1e-9


def test_a_room_without_agents_answers_nobody() -> None:
    patient, leaving = one(0, 3, 5.0), one(0, 3, 5.0, 2.0, 0.1)
    assert float(patient.blocked) == 1.0
    assert float(leaving.abandonment) + float(leaving.blocked) == pytest.approx(1.0)
    for figures in (patient, leaving):
        assert math.isinf(float(figures.mean_answer_s))
        assert [float(figures.service_level(d)) for d in Denominator] == pytest.approx([0.0] * 4)


def test_without_contacts_nobody_is_turned_away() -> None:
    figures = finite_performance([0, 3], [0, 2], 0.0, 180.0, HALF_HOUR, patience_s=60.0)
    assert figures.blocked.tolist() == figures.waiting.tolist() == [0.0, 0.0]
    assert figures.service_level(Denominator.ANSWERED).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("load", [4000.0, 5000.0, 900_000.0])
@pytest.mark.parametrize("patience", [1e-3, 1e6, math.inf])
def test_thousands_of_agents_and_places_neither_overflow_nor_take_for_ever(
    load: float, patience: float
) -> None:
    figures = one(5000, 200_000, load, patience, 0.05)
    assert not any(np.isnan(getattr(figures, name)) for name in Performance.__slots__)
    served = load * (1.0 - float(figures.abandonment) - float(figures.blocked))
    assert served <= 5000.0 * (1 + 1e-9)


def test_every_absurd_number_of_a_room_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        finite_performance(-1, 2.5, math.nan, 0, 0, patience_s=0, within_s=-1)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/waiting_places",
        "/agents",
        "/offered",
        "/aht_s",
        "/interval_s",
        "/patience_s",
        "/within_s",
    ]
