"""Customers who try again: the fixed point, its limits, and the exact chain with an orbit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from optimizer.errors import InvalidInput
from optimizer.staffing import (
    finite_performance,
    performance,
    retrial_performance,
)

HALF_HOUR = 1800.0


def orbit_chain(
    agents: int,
    load: float,
    retry_share: float,
    delay: float,
    *,
    patience: float = math.inf,
    places: int = 40,
    orbit: int = 60,
) -> tuple[float, float]:
    """Return attempts per handling time and the share lost of each, exactly up to truncation.

    The chain counts contacts in the centre and customers in the orbit, each of whom tries again
    after an exponential delay; it is solved by sparse linear algebra.
    """
    room = agents + places
    width = orbit + 1
    rows, columns, rates = [], [], []

    def move(k: int, j: int, to_k: int, to_j: int, rate: float) -> None:
        # Beyond the truncated orbit customers are forgotten; their share is negligible.
        start, end = k * width + j, to_k * width + min(to_j, orbit)
        rows.extend((end, start))
        columns.extend((start, start))
        rates.extend((rate, -rate))

    for k in range(room + 1):
        leaving = max(0, k - agents) / patience
        for j in range(width):
            if k < room:
                move(k, j, k + 1, j, load)
                if j:
                    move(k, j, k + 1, j - 1, j / delay)
            else:
                move(k, j, k, j + 1, load * retry_share)
                if j:
                    move(k, j, k, j - 1, j / delay * (1.0 - retry_share))
            if k:
                move(k, j, k - 1, j, min(k, agents) + leaving * (1.0 - retry_share))
                move(k, j, k - 1, j + 1, leaving * retry_share)
    size = (room + 1) * width
    balance = coo_matrix((rates, (rows, columns)), shape=(size, size)).tolil()
    balance[0] = 1.0
    share = spsolve(balance.tocsc(), np.eye(size, 1).ravel()).reshape(room + 1, width)
    assert share[:, -1].sum() < 1e-7
    attempts = load + share.sum(axis=0) @ np.arange(width) / delay
    served = share.sum(axis=1) @ np.minimum(np.arange(room + 1), agents)
    return attempts, 1.0 - served / attempts


@pytest.mark.parametrize("patience", [0.5, math.inf])
@pytest.mark.parametrize("load", [4.0, 5.0])
def test_late_retries_come_as_if_by_chance(load: float, patience: float) -> None:
    """The approximation is the limit of long delays: its error falls with them."""
    errors = []
    places = 0 if math.isinf(patience) else 15
    found = retrial_performance(
        5, load, 1.0, 1.0, retry_share=0.5, patience_s=patience, waiting_places=places
    )
    figures = found.per_attempt
    ours = float(figures.blocked + figures.abandonment)
    for delay in (1.0, 4.0, 16.0):
        attempts, lost = orbit_chain(
            5, load, 0.5, delay, patience=patience, places=places, orbit=25 + int(6 * delay)
        )
        errors.append(abs(ours / lost - 1.0))
        assert float(found.attempts) <= attempts
    assert errors[0] > errors[1] > errors[2]
    assert errors[0] < 0.16
    assert errors[2] < 0.02


@given(
    st.integers(1, 60),
    st.floats(0.1, 100.0),
    st.floats(0.0, 0.95),
    st.floats(0.05, 20.0) | st.just(math.inf),
    st.none() | st.integers(0, 30),
)
@settings(max_examples=150, deadline=None)
def test_attempts_are_the_customers_and_those_who_come_back(
    agents: int, load: float, retry: float, patience: float, places: int | None
) -> None:
    found = retrial_performance(
        agents, load, 1.0, 1.0, retry_share=retry, patience_s=patience, waiting_places=places
    )
    figures = found.per_attempt
    lost = float(figures.abandonment + figures.blocked)
    attempts = float(found.attempts)
    assert attempts == pytest.approx(load + retry * attempts * lost, rel=1e-9)
    assert float(figures.load) == attempts
    # Whoever is not served in the end gave up for good.
    if np.isfinite(figures.mean_wait_s):
        gone = (1.0 - retry) * attempts * lost
        assert load * float(found.served) + gone == pytest.approx(load, rel=1e-9)


def test_nobody_who_tries_again_changes_nothing() -> None:
    found = retrial_performance(12, 100, 180, HALF_HOUR, retry_share=0.0, patience_s=60)
    plain = performance(12, 100, 180, HALF_HOUR, patience_s=60)
    assert float(found.attempts) == pytest.approx(100.0)
    for name in plain.__slots__:
        assert float(getattr(found.per_attempt, name)) == pytest.approx(float(getattr(plain, name)))


def test_the_figures_are_those_of_a_queue_with_the_attempts() -> None:
    found = retrial_performance(
        12, 100, 180, HALF_HOUR, retry_share=0.6, patience_s=60, waiting_places=3, within_s=20
    )
    plain = finite_performance(
        12, 3, float(found.attempts), 180, HALF_HOUR, patience_s=60, within_s=20
    )
    for name in plain.__slots__:
        assert float(getattr(found.per_attempt, name)) == pytest.approx(float(getattr(plain, name)))


def test_more_who_try_again_are_more_attempts_and_more_who_are_served() -> None:
    found = retrial_performance(
        10, 100, 180, HALF_HOUR, retry_share=np.linspace(0.0, 0.9, 10), patience_s=60
    )
    assert (np.diff(found.attempts) > 0.0).all()
    assert (np.diff(found.served) > 0.0).all()
    assert (np.diff(found.per_attempt.served_within) < 0.0).all()


def test_one_more_agent_serves_more_customers() -> None:
    found = retrial_performance(
        np.arange(0, 20), 100, 180, HALF_HOUR, retry_share=0.5, patience_s=60
    )
    assert (np.diff(found.served) > 0.0).all()
    assert (np.diff(found.attempts) < 0.0).all()
    assert float(found.served[0]) == 0.0
    assert float(found.attempts[0]) == pytest.approx(200.0)


def test_a_patient_overload_serves_what_the_agents_can() -> None:
    found = retrial_performance(5, 10.0, 1.0, 1.0, retry_share=0.5)
    assert float(found.served) == 0.5
    assert math.isinf(float(found.per_attempt.mean_wait_s))


def test_without_customers_nobody_tries_again() -> None:
    found = retrial_performance([0, 4], 0.0, 180, HALF_HOUR, retry_share=0.5, patience_s=60)
    assert found.attempts.tolist() == [0.0, 0.0]
    assert found.served.tolist() == [1.0, 1.0]


def test_five_thousand_agents_have_attempts() -> None:
    found = retrial_performance(5000, 52_000, 180, HALF_HOUR, retry_share=0.8, patience_s=120)
    assert 52_000 < float(found.attempts) < 80_000
    assert float(found.served) == pytest.approx(5000 / 5200, rel=1e-3)


def test_every_absurd_number_of_retrials_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        retrial_performance(-1, math.nan, 0, 0, retry_share=1.0, patience_s=0, waiting_places=-3)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/retry_share",
        "/waiting_places",
        "/agents",
        "/offered",
        "/aht_s",
        "/interval_s",
        "/patience_s",
    ]


def test_attempts_of_more_than_a_million_erlang_are_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        retrial_performance(10, 1e5, 180, HALF_HOUR, retry_share=0.999_999)
    assert [issue.pointer for issue in caught.value.issues] == ["/offered"]
