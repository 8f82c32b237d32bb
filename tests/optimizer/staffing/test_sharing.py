"""Flows from profiles to groups, against every cut; and what a few flexible agents bring."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from optimizer.staffing.sharing import cover_all, exchange_all, links_of

Array = NDArray[np.float64]
TWO = np.array([[1, 0], [0, 1], [1, 1]], dtype=np.bool_)


def missing(required: Array, available: Array, serves: NDArray[np.bool_]) -> Array:
    result = np.empty_like(required)
    cover_all(required, available, links_of(serves), result)
    return result


def least_missing(required: Array, available: Array, serves: NDArray[np.bool_]) -> float:
    """Return the greatest excess of any set of groups over all who can serve one of them."""
    groups = range(len(required))
    sets = chain.from_iterable(combinations(groups, n) for n in range(len(required) + 1))
    return max(
        required[list(one)].sum() - available[serves[:, list(one)].any(axis=1)].sum()
        for one in sets
    )


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile before a property counts the time of its examples."""
    missing(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1), dtype=np.bool_))
    benefit([5, 5], [6, 6], [6, 6], TWO[:2])


def benefit(
    load: list[float], agents: list[float], staff: list[int], serves: NDArray[np.bool_]
) -> tuple[float, Array]:
    half = np.random.default_rng(5).standard_normal((2000, len(load)))
    loads, wanted = np.array([load], dtype=float), np.array([agents], dtype=float)
    share, helped = np.empty(1), np.empty_like(loads)
    exchange_all(
        loads,
        np.sqrt(loads),
        wanted,
        np.zeros_like(loads),
        np.array(staff, dtype=float),
        links_of(serves),
        np.concatenate([half, -half]),
        share,
        helped,
    )
    return float(share[0]), helped[0]


@given(st.data())
def test_a_cover_misses_no_more_than_the_tightest_set_of_groups(data: st.DataObject) -> None:
    profiles, groups = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    bits = data.draw(st.lists(st.booleans(), min_size=25, max_size=25))
    serves = np.array(bits[: profiles * groups]).reshape(profiles, groups)
    amounts = st.integers(0, 40).map(lambda quarters: quarters / 4)
    required = np.array(data.draw(st.lists(amounts, min_size=groups, max_size=groups)))
    available = np.array(data.draw(st.lists(amounts, min_size=profiles, max_size=profiles)))
    found = missing(required[np.newaxis], available[np.newaxis], serves)[0]
    assert found.sum() == pytest.approx(least_missing(required, available, serves), abs=1e-9)
    assert (found >= 0).all()
    assert (found <= required).all()


def test_a_chain_of_replacements_reaches_a_free_agent_far_away() -> None:
    serves = np.eye(6, dtype=np.bool_) | np.eye(6, k=1, dtype=np.bool_)
    available = np.array([[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]])
    required = np.array([[0.0, 1.0, 1.0, 1.0, 1.0, 2.0]])
    assert missing(required, available, serves).sum() == 0.0


@pytest.mark.parametrize(
    ("staff", "measured"),
    [([6, 6, 0], 0.0), ([5, 5, 2], 0.432), ([4, 4, 4], 0.680), ([0, 0, 12], 1.0)],
)
def test_the_benefit_of_flexible_agents_is_near_the_simulated_one(
    staff: list[int], measured: float
) -> None:
    # P(abandon) with 12 agents is 9.87, 7.90, 6.77 and 5.31 %: the measured share of the gain.
    assert benefit([5, 5], [6, 6], staff, TWO)[0] == pytest.approx(measured, abs=0.07)


@pytest.mark.parametrize(
    ("groups", "load", "agents", "flexible", "measured"),
    [(3, 5, 6, 2, 0.55), (5, 5, 6, 2, 0.45), (8, 5, 6, 2, 0.40), (8, 20, 22, 4, 0.39)],
)
def test_chains_of_skills_bring_what_simulations_show(
    groups: int, load: int, agents: int, flexible: int, measured: float
) -> None:
    own = np.eye(groups, dtype=np.bool_)
    serves = np.vstack([own, own | np.roll(own, 1, axis=1)])
    staff = [agents - flexible] * groups + [flexible] * groups
    found, helped = benefit([load] * groups, [agents] * groups, staff, serves)
    assert found == pytest.approx(measured, abs=0.07)
    assert helped == pytest.approx(np.full(groups, 1 / groups), abs=0.03)


def test_help_in_one_direction_brings_less_and_reaches_only_who_is_helped() -> None:
    serves = TWO[[0, 2]]
    found, helped = benefit([20, 20], [22, 22], [22, 22], serves)
    assert found == pytest.approx(0.24, abs=0.07)
    assert helped[0] == pytest.approx(1.0, abs=0.05)


@given(st.integers(0, 11))
def test_one_more_flexible_pair_never_brings_less(pairs: int) -> None:
    before = benefit([10, 10], [12, 12], [12 - pairs, 12 - pairs, 2 * pairs], TWO)[0]
    after = benefit([10, 10], [12, 12], [11 - pairs, 11 - pairs, 2 * pairs + 2], TWO)[0]
    assert 0.0 <= before <= after <= 1.0
