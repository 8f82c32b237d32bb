"""The search for least numbers: against a plain scan, and no more rounds than it promises."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from optimizer.staffing.bracket import least_real, least_whole


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), min_size=1, max_size=6))
def test_every_interval_gets_its_own_least_number_wherever_the_search_starts(
    pairs: list[tuple[int, int]],
) -> None:
    least, start = np.array(pairs, float).T
    found = least_whole(lambda numbers, rows: numbers >= least[rows], start)
    assert found.tolist() == least.tolist()


def test_the_number_of_rounds_grows_with_the_logarithm_of_the_distance() -> None:
    rounds = 0

    def holds(numbers: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        nonlocal rounds
        rounds += 1
        return numbers >= 1e6

    assert least_whole(holds, np.array([1.0])).tolist() == [1e6]
    assert rounds <= 2 * 20 + 2


def test_zero_is_never_asked() -> None:
    def holds(numbers: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        assert (numbers >= 1.0).all()
        return np.ones(numbers.shape, bool)

    assert least_whole(holds, np.array([1.0, 2.0, 100.0])).tolist() == [1.0, 1.0, 1.0]


def test_no_intervals_have_no_numbers() -> None:
    assert least_whole(lambda numbers, rows: numbers > 0, np.empty(0)).size == 0


@given(st.floats(0.0, 1000.0, exclude_min=True))
def test_a_fraction_is_found_from_above_and_rounds_up_to_the_whole_number(least: float) -> None:
    def holds(numbers: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        return numbers >= least

    whole = least_whole(holds, np.array([1.0]))
    (found,) = least_real(holds, whole)
    assert least <= found <= least + 1e-11
    assert np.ceil(found) == whole[0]
