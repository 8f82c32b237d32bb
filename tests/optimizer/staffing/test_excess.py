"""What is left of a handling time, beside numerical integrals of the law itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from optimizer.model import Law, LawKind
from optimizer.staffing.excess import excess, reach

SIGMA = float(np.sqrt(np.log1p(1.7**2)))
SURVIVAL = {
    Law(): stats.expon().sf,
    Law(LawKind.LOGNORMAL, 1.7): stats.lognorm(SIGMA, scale=np.exp(-(SIGMA**2) / 2)).sf,
    # Two uniform halves, from 1 to 3 and from 3 to 9, in units of their mean 4.
    Law(LawKind.EMPIRICAL, points=(1.0, 3.0, 9.0)): lambda x: (
        1 - np.interp(4 * x, [1.0, 3.0, 9.0], [0.0, 0.5, 1.0])
    ),
    # A third of the times is exactly 2, in units of their mean 3.
    Law(LawKind.EMPIRICAL, points=(2.0, 2.0, 4.0, 4.0)): lambda x: np.where(
        3 * x < 2, 1.0, np.where(3 * x < 4, 1 / 3 + (4 - 3 * x) / 6, 0.0)
    ),
    Law(LawKind.FIXED): lambda x: np.where(x < 1.0, 1.0, 0.0),
}


@pytest.mark.parametrize("law", SURVIVAL, ids=lambda law: f"{law.kind}{len(law.points)}")
@pytest.mark.parametrize("x", [0.0, 0.3, 1.1, 2.5])
def test_both_are_the_tail_integrated_once_and_twice(law: Law, x: float) -> None:
    survival = SURVIVAL[law]
    kinks = [k for k in (0.25, 2 / 3, 0.75, 1.0, 4 / 3, 2.25) if k > x]
    steps = [x, *kinks, 20.0, 400.0, 20_000.0]
    pieces = list(pairwise(steps))
    first = sum(integrate.quad(survival, a, b, limit=500)[0] for a, b in pieces)
    second = sum(
        integrate.quad(lambda u: (u - x) * survival(u), a, b, limit=500)[0] for a, b in pieces
    )
    once, twice = excess(law, np.array([x]))
    assert once[0] == pytest.approx(first, abs=1e-6)
    assert twice[0] == pytest.approx(second, rel=2e-4, abs=1e-6)


@pytest.mark.parametrize("law", SURVIVAL, ids=lambda law: f"{law.kind}{len(law.points)}")
def test_all_work_is_left_at_the_start_and_none_beyond_the_reach(law: Law) -> None:
    once, _ = excess(law, np.array([0.0, reach(law)]))
    assert once[0] == pytest.approx(1.0, rel=1e-12)
    assert 0.0 <= once[1] <= 1.001e-12


def test_a_log_normal_law_without_variation_is_a_fixed_time() -> None:
    x = np.linspace(0.0, 2.0, 9)
    fixed = excess(Law(LawKind.FIXED), x)
    assert np.array_equal(excess(Law(LawKind.LOGNORMAL, 0.0), x), fixed)
    assert np.array_equal(excess(Law(LawKind.EMPIRICAL, points=(7.0,)), x), fixed)
    nearly = excess(Law(LawKind.LOGNORMAL, 1e-4), x)
    assert np.allclose(nearly, fixed, atol=1e-4)
