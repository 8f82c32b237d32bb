"""The square-root rule: published limits, closed forms, and the exact models at large sizes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from optimizer.errors import InvalidInput
from optimizer.staffing import (
    delay_probability,
    performance,
    safety_factor,
    square_root_agents,
)


@pytest.mark.parametrize(
    ("beta", "impatience", "waiting"),
    [
        (0.5, 0.0, 0.504538640998),
        (-0.5, 0.25, 0.88808274965),
        (0.25, 0.25, 0.530952742475),
        (1.5, 0.25, 0.0779569196564),
        (0.5, 4.0, 0.208991930187),
        (2.0, 4.0, 0.0177902222096),
    ],
)
def test_the_limits_agree_with_published_values(
    beta: float, impatience: float, waiting: float
) -> None:
    assert float(delay_probability(beta, impatience)) == pytest.approx(waiting, rel=1e-11)


def test_patience_of_one_handling_time_leaves_the_tail_of_the_normal_law() -> None:
    beta = np.linspace(-8.0, 8.0, 33)
    assert delay_probability(beta, 1.0) == pytest.approx(norm.sf(beta), rel=1e-12)


@pytest.mark.parametrize("impatience", [0.0, 0.1, 1.0, 5.0])
def test_the_limits_are_those_of_erlang_c_and_a(impatience: float) -> None:
    load = 40_000.0
    for beta in (0.2, 1.0, 2.0):
        agents = round(load + beta * math.sqrt(load))
        exact = performance(
            agents, load, 1.0, 1.0, patience_s=1.0 / impatience if impatience else math.inf
        )
        limit = float(delay_probability((agents - load) / math.sqrt(load), impatience))
        assert limit == pytest.approx(float(exact.waiting), rel=0.02)


@given(st.floats(1e-9, 1.0 - 1e-9), st.just(0.0) | st.floats(1e-6, 1e6))
def test_the_safety_factor_is_the_inverse(waiting: float, impatience: float) -> None:
    beta = safety_factor(waiting, impatience)
    assert float(delay_probability(beta, impatience)) == pytest.approx(waiting, rel=1e-6)


def test_fewer_agents_than_the_load_keep_everybody_waiting_who_never_gives_up() -> None:
    assert delay_probability([-3.0, 0.0], 0.0).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("impatience", [0.0, 1e-9, 1.0, 1e12])
def test_no_factor_is_too_large(impatience: float) -> None:
    nobody = delay_probability(1e6, impatience)
    assert float(nobody) == 0.0
    everybody = delay_probability(-1e6, impatience)
    assert 0.5 < float(everybody) <= 1.0


def test_the_rule_rounds_up_but_not_what_only_looks_like_more() -> None:
    """100 + 1 x 10 is 110 however the sum was rounded; a load of 0.3 / 0.1 is 3."""
    assert int(square_root_agents(100.0, 1.0)) == 110
    assert int(square_root_agents(0.3 / 0.1, 0.0)) == 3
    assert int(square_root_agents(100.0, 1.2816)) == 113
    assert square_root_agents([0.0, 4.0], [5.0, -9.0]).tolist() == [0, 0]


def test_every_absurd_number_of_the_rule_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        delay_probability([math.nan], -1.0)
    assert [issue.pointer for issue in caught.value.issues] == ["/beta/0", "/impatience/0"]
    with pytest.raises(InvalidInput):
        safety_factor(0.0)
    with pytest.raises(InvalidInput):
        square_root_agents(-1.0, math.inf)
