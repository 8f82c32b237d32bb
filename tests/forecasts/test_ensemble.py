"""Weights of models: the least of their programme, and what rehearsals do to them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from forecasts.choice import Choice
from forecasts.ensemble import NEGLIGIBLE, Rehearsed, choose, mix, simplex_weights

MODELS = ("profile_level", "boosted")
SLOTS = 10


# --- the programme ----------------------------------------------------------------------------


@st.composite
def programmes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, float]:
    """Return positive semidefinite products, often of low rank, a prior and a penalty."""
    size, rank = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    factor = rng.normal(draw(st.sampled_from([0.0, 3.0])), 1.0, (size, rank))
    prior = rng.dirichlet(np.ones(size)) * (rng.random(size) < 0.7)
    prior = prior / prior.sum() if prior.any() else np.full(size, 1.0 / size)
    return factor @ factor.T, prior, draw(st.sampled_from([0.01, 1.0, 25.0]))


def value(weights: np.ndarray, products: np.ndarray, prior: np.ndarray, penalty: float) -> float:
    return float(weights @ products @ weights + penalty * ((weights - prior) ** 2).sum())


@settings(max_examples=80, deadline=None)
@given(programmes())
def test_weights_are_the_least_of_their_programme(
    programme: tuple[np.ndarray, np.ndarray, float],
) -> None:
    products, prior, penalty = programme
    weights = simplex_weights(products, prior, penalty)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1.0, abs=1e-9)
    # Karush, Kuhn and Tucker: equal slopes where a weight is held, none less where it is not.
    slope = 2.0 * products @ weights + 2.0 * penalty * (weights - prior)
    least = slope[weights > 0].min()
    np.testing.assert_allclose(slope[weights > 0], least, rtol=1e-7, atol=1e-7)
    assert (slope >= least - 1e-7).all()
    peer = minimize(
        value,
        np.full(len(prior), 1.0 / len(prior)),
        (products, prior, penalty),
        method="SLSQP",
        bounds=[(0.0, 1.0)] * len(prior),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0},
        options={"ftol": 1e-12, "maxiter": 200},
    )
    assert value(weights, *programme) <= peer.fun + 1e-9 * (1.0 + abs(peer.fun))
    np.testing.assert_allclose(weights, peer.x, atol=1e-3)


def test_no_weights_of_a_grid_are_better() -> None:
    rng = np.random.default_rng(3)
    grid = [np.array([a, b, 60 - a - b]) / 60 for a, b in product(range(61), repeat=2)]
    for _ in range(5):
        factor = rng.normal(1.0, 1.0, (3, 2))
        programme = factor @ factor.T, rng.dirichlet(np.ones(3)), 0.3
        best = min(value(weights, *programme) for weights in grid if weights.min() >= 0)
        assert value(simplex_weights(*programme), *programme) <= best + 1e-12


@settings(max_examples=40, deadline=None)
@given(programmes(), st.integers(0, 2**31))
def test_the_order_of_models_does_not_matter_to_the_programme(
    programme: tuple[np.ndarray, np.ndarray, float], seed: int
) -> None:
    products, prior, penalty = programme
    order = np.random.default_rng(seed).permutation(len(prior))
    straight = simplex_weights(products, prior, penalty)
    turned = simplex_weights(products[np.ix_(order, order)], prior[order], penalty)
    np.testing.assert_allclose(turned, straight[order], atol=1e-7)


# --- what is learnt from rehearsals -----------------------------------------------------------


def rehearse(weeks: int, seed: int = 0, **factors: float) -> Rehearsed:
    """Return weeks of counts around a wave, and models that are off by a factor."""
    rate = np.broadcast_to(50.0 + 40.0 * np.sin(np.arange(SLOTS)), (weeks, 7, SLOTS))
    rng = np.random.default_rng(seed)
    said = {model: rate * factor for model, factor in factors.items()}
    return Rehearsed(rng.poisson(rate).astype(float), said)


def weights_of(rehearsed: Rehearsed, empty: float = 0.0) -> dict[str, float]:
    return dict(choose("sales", rehearsed, tuple(rehearsed.expected), empty).weights)


def test_nothing_is_learnt_from_no_weeks() -> None:
    choice = choose("sales", rehearse(0, profile_level=1.0, boosted=2.0), MODELS, 0.0)
    assert choice.weights == {"profile_level": 0.5, "boosted": 0.5}
    assert choice.errors == {}
    assert choice.reason == (
        "No past day could be rehearsed by all models; "
        "the usual weights: profile_level 50%, boosted 50%."
    )


def test_a_model_that_is_right_gains_weight_with_every_week() -> None:
    right = [
        weights_of(rehearse(weeks, profile_level=1.0, boosted=1.06))["profile_level"]
        for weeks in (0, 1, 4, 12, 52)
    ]
    assert right == sorted(right)
    assert right[0] == 0.5
    assert right[1] < 0.75
    assert right[-1] > 0.85


def test_models_that_err_in_opposite_ways_are_mixed() -> None:
    weights = weights_of(rehearse(52, profile_level=0.9, boosted=1.1))
    assert weights["boosted"] == pytest.approx(0.5, abs=0.02)
    skewed = weights_of(rehearse(520, profile_level=0.95, boosted=1.15))
    assert skewed["boosted"] == pytest.approx(0.25, abs=0.02)


def test_baselines_are_trusted_only_as_far_as_they_prove_better() -> None:
    equal = weights_of(rehearse(4, profile_level=1.0, boosted=1.0, seasonal_naive=1.0))
    assert equal == {"profile_level": 0.5, "boosted": 0.5}
    better = weights_of(rehearse(12, profile_level=1.3, boosted=1.3, seasonal_naive=1.0))
    assert better["seasonal_naive"] > 0.5


@pytest.mark.parametrize("error", [0.0, 1e-9])
def test_a_model_without_any_error_gets_the_weight(error: float) -> None:
    rehearsed = rehearse(1, profile_level=1.2)
    perfect = rehearsed.actual * (1.0 + error)
    found = weights_of(Rehearsed(rehearsed.actual, {**rehearsed.expected, "boosted": perfect}))
    assert found == {"boosted": 1.0}


def test_models_without_any_error_share_as_before() -> None:
    actual = rehearse(4).actual
    assert weights_of(Rehearsed(actual, dict.fromkeys(MODELS, actual))) == {
        "profile_level": 0.5,
        "boosted": 0.5,
    }


@settings(max_examples=30, deadline=None)
@given(
    scale=st.floats(1e-3, 1e6),
    seed=st.integers(0, 2**31),
    factors=st.tuples(st.floats(0.7, 1.4), st.floats(0.7, 1.4)),
)
def test_the_unit_of_contacts_does_not_matter(
    scale: float, seed: int, factors: tuple[float, float]
) -> None:
    once = rehearse(6, seed, **dict(zip(MODELS, factors, strict=True)))
    scaled = Rehearsed(
        once.actual * scale, {model: said * scale for model, said in once.expected.items()}
    )
    assert weights_of(scaled) == pytest.approx(weights_of(once), rel=1e-6)


def test_the_order_of_models_does_not_matter() -> None:
    once = rehearse(8, profile_level=1.05, boosted=0.96, moving_average=1.1)
    turned = Rehearsed(once.actual, dict(reversed(once.expected.items())))
    assert weights_of(turned) == pytest.approx(weights_of(once))


def test_models_are_compared_where_all_of_them_spoke() -> None:
    once = rehearse(9, profile_level=1.0, boosted=1.05)
    late = once.expected["boosted"].copy()
    late[:4] = np.nan
    # Before, the other model was absurd: it must not be blamed while it had no rival.
    early = once.expected["profile_level"].copy()
    early[:4] *= 10.0
    later = {model: said[4:] for model, said in once.expected.items()}
    found = choose(
        "sales", Rehearsed(once.actual, {"profile_level": early, "boosted": late}), MODELS, 0.0
    )
    wanted = choose("sales", Rehearsed(once.actual[4:], later), MODELS, 0.0)
    assert found == wanted
    assert "over 35 rehearsed days" in found.reason


def test_a_model_that_never_spoke_leaves_the_usual_weights() -> None:
    rehearsed = rehearse(9, profile_level=1.0)
    choice = choose("sales", rehearsed, MODELS, 0.0)
    assert choice.weights == {"profile_level": 0.5, "boosted": 0.5}
    assert set(choice.errors) == {"profile_level"}


def test_intervals_that_are_not_scored_teach_nothing() -> None:
    once = rehearse(9, profile_level=1.0, boosted=1.1)
    masked = once.actual.copy()
    masked[:, 5:] = np.nan
    masked[3] = np.nan
    absurd = {
        model: np.where(np.isfinite(masked), said, 1e9 if model == "boosted" else 0.0)
        for model, said in once.expected.items()
    }
    assert weights_of(Rehearsed(masked, absurd)) == weights_of(Rehearsed(masked, once.expected))


def test_one_contact_where_none_is_expected_does_not_drown_what_else_is_known() -> None:
    once = rehearse(12, profile_level=1.0)
    rate = once.expected["profile_level"]
    # Right about days, wrong about intervals: only these tell the models apart.
    flat = 0.5 * rate + 0.5 * rate.mean(axis=2, keepdims=True)
    night = [(0, 0), (0, 0), (0, 10)]
    nights = {
        model: np.pad(said, night, constant_values=1e-8)
        for model, said in zip(MODELS, (rate, flat), strict=True)
    }
    quiet = np.pad(once.actual, night)
    called = quiet.copy()
    called[3, 3, -1] = 1.0
    calm, surprised = (weights_of(Rehearsed(actual, nights)) for actual in (quiet, called))
    assert calm["profile_level"] > 0.7
    assert surprised == pytest.approx(calm, abs=0.02)


def test_quiet_groups_are_thought_to_need_a_model_of_their_own() -> None:
    models = (*MODELS, "intermittent_tsb")
    nothing = Rehearsed(np.empty((0, 7, SLOTS)), {})
    assert choose("sales", nothing, models, 0.5).weights == pytest.approx(
        {"profile_level": 0.4, "boosted": 0.4, "intermittent_tsb": 0.2}
    )
    assert choose("sales", nothing, models, 0.0).weights == {"profile_level": 0.5, "boosted": 0.5}


def test_short_histories_start_from_the_moving_average_and_any_model_can_stand_alone() -> None:
    nothing = Rehearsed(np.empty((0, 7, SLOTS)), {})
    both = choose("sales", nothing, ("seasonal_naive", "moving_average"), 0.0)
    assert both.weights == {"moving_average": 1.0}
    assert choose("sales", nothing, ("seasonal_naive",), 0.0).weights == {"seasonal_naive": 1.0}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.2, 5.0), min_size=5, max_size=5), st.integers(0, 12))
def test_weights_sum_to_one_and_none_is_negligible(factors: list[float], weeks: int) -> None:
    names = (*MODELS, "intermittent_tsb", "moving_average", "seasonal_naive")
    weights = weights_of(rehearse(weeks, **dict(zip(names, factors, strict=True))), 0.3)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert min(weights.values()) >= NEGLIGIBLE


# --- sentences --------------------------------------------------------------------------------


def test_the_reason_says_who_counts_how_much_and_who_erred_least() -> None:
    rehearsed = rehearse(4, profile_level=1.0, boosted=1.1)
    choice = choose("sales", rehearsed, MODELS, 0.0)
    assert isinstance(choice, Choice)
    assert choice.group == "sales"
    off = np.abs(rehearsed.actual - rehearsed.expected["profile_level"])
    error = off.sum() / rehearsed.actual.sum()
    assert choice.errors["profile_level"] == pytest.approx(error)
    share = round(100 * choice.weights["profile_level"])
    assert choice.reason == (
        f"profile_level {share}%, boosted {100 - share}%: over 28 rehearsed days profile_level "
        f"erred least ({error:.1%} of contacts, interval by interval)."
    )


def test_days_without_a_contact_are_told_as_such() -> None:
    actual = np.zeros((3, 7, SLOTS))
    choice = choose("sales", Rehearsed(actual, dict.fromkeys(MODELS, actual)), MODELS, 1.0)
    assert choice.errors == {}
    assert choice.reason == "profile_level 50%, boosted 50%: nothing came on 21 rehearsed days."


# --- mixing -----------------------------------------------------------------------------------


def test_a_mixture_is_the_weighted_mean_of_those_that_said_anything() -> None:
    said = {"a": np.array([1.0, np.nan, np.nan, 0.0]), "b": np.array([3.0, 5.0, np.nan, 0.0])}
    np.testing.assert_allclose(mix(said, {"a": 0.25, "b": 0.75}), [2.5, 5.0, np.nan, 0.0])
    np.testing.assert_allclose(mix({"b": said["b"]}, {"a": 0.9, "b": 0.1}), said["b"])


def test_a_model_of_no_weight_is_not_heard() -> None:
    said = {"a": np.array([1.0, np.nan]), "b": np.array([2.0, 2.0])}
    np.testing.assert_array_equal(mix(said, {"a": 1.0}), said["a"])
