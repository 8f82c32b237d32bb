"""Draws are uniform and independent, have the law that was asked for, and depend only on what they
should depend on."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest
from numba import njit
from scipy import stats

from optimizer.model import Law, LawKind
from optimizer.simulation.draws import (
    ARRIVAL,
    BALKING,
    CHILD,
    DELAY,
    FLOWING,
    HANDLING,
    PATIENCE,
    RETRYING,
    contact_key,
    quantile,
    uniform,
)
from optimizer.simulation.engine import Run, run
from optimizer.simulation.system import Staff, System
from optimizer.simulation.traffic import Draws, Traffic, encode_laws

Floats = npt.NDArray[np.float64]

PURPOSES = (ARRIVAL, PATIENCE, HANDLING, BALKING, FLOWING, DELAY, RETRYING)
KEY = np.uint64(Draws(1).key("orders"))
MANY = 200_000


@njit
def uniforms(key: np.uint64, count: int, purposes: int, mirrored: bool) -> Floats:
    """Return what is drawn for the first contacts of a line, [contacts, purposes]."""
    numbers = np.empty((count, purposes))
    for i in range(count):
        for purpose in range(purposes):
            numbers[i, purpose] = uniform(contact_key(key, i), purpose, mirrored)
    return numbers


@njit
def of_children(key: np.uint64, count: int, purpose: int) -> Floats:
    """Return what is drawn for the contacts that the first contacts of a line bring."""
    numbers = np.empty(count)
    for i in range(count):
        child = contact_key(contact_key(key, i), CHILD)
        numbers[i] = uniform(child, purpose, False)
    return numbers


@njit
def quantiles(law: npt.NDArray[np.void], points: int, u: Floats) -> Floats:
    values = np.empty(len(u))
    for i in range(len(u)):
        values[i] = quantile(law[0], points, u[i])
    return values


def times(law: Law, u: Floats) -> Floats:
    """Return quantiles of a law with mean 1."""
    laws, points, _ = encode_laws([law])
    return np.asarray(quantiles(laws, points.ctypes.data, u))


DRAWN = uniforms(KEY, MANY, len(PURPOSES), False)


# Numbers.


@pytest.mark.parametrize("purpose", PURPOSES)
def test_numbers_are_uniform(purpose: int) -> None:
    counts = np.histogram(DRAWN[:, purpose], bins=1000, range=(0, 1))[0]
    assert 1e-4 < stats.chisquare(counts).pvalue < 1 - 1e-4


def test_purposes_are_independent_of_each_other_and_of_neighbouring_contacts() -> None:
    brought = [of_children(KEY, MANY, purpose) for purpose in PURPOSES]
    columns = [*DRAWN[:-1].T, *DRAWN[1:].T, *(own[:-1] for own in brought)]
    correlations = np.corrcoef(columns)
    others = ~np.eye(len(columns), dtype=bool)
    assert np.abs(correlations[others]).max() < 5 / math.sqrt(MANY)


@pytest.mark.parametrize(("first", "second"), [(ARRIVAL, HANDLING), (HANDLING, PATIENCE)])
def test_pairs_fill_the_square_evenly(first: int, second: int) -> None:
    pairs = np.histogram2d(DRAWN[:, first], DRAWN[:, second], bins=32, range=[(0, 1)] * 2)[0]
    lagged = np.histogram2d(DRAWN[1:, first], DRAWN[:-1, first], bins=32, range=[(0, 1)] * 2)[0]
    for counts in (pairs, lagged):
        assert 1e-4 < stats.chisquare(counts.ravel()).pvalue < 1 - 1e-4


def test_seeds_replications_and_lines_draw_independently() -> None:
    keys = [Draws(s, r).key(name) for s in (0, 1) for r in (0, 1) for name in ("orders", "billing")]
    columns = [uniforms(np.uint64(key), 20_000, 1, False)[:, 0] for key in keys]
    others = ~np.eye(len(columns), dtype=bool)
    assert np.abs(np.corrcoef(columns)[others]).max() < 5 / math.sqrt(20_000)


def test_mirrored_numbers_are_the_mirror_image() -> None:
    mirrored = uniforms(KEY, MANY, len(PURPOSES), True)
    assert (DRAWN + mirrored == 1.0).all()
    assert DRAWN.min() > 0.0
    assert DRAWN.max() < 1.0


# Laws.


def test_the_normal_quantile_is_right_to_nine_digits() -> None:
    u = np.concatenate([np.logspace(-15, -2, 2000), np.linspace(0.01, 0.99, 4000)])
    u = np.concatenate([u, 1 - u])
    deviation = math.sqrt(math.log(2))  # of the log-normal law with variation 1
    ours = np.log(times(Law(LawKind.LOGNORMAL), u)) / deviation + deviation / 2
    exact = np.array([NormalDist().inv_cdf(value) for value in u])
    assert np.abs(ours - exact).max() < 2e-9 * np.abs(exact).max()
    near = np.abs(exact) > 0.01
    assert np.abs(ours[near] / exact[near] - 1).max() < 2e-9


# Half the times are even in (0, 1) and half in (1, 7): mean 9 / 4, mean square 29 / 3.
UNEVEN = Law(LawKind.EMPIRICAL, points=(0.0, 1.0, 7.0))
EVEN = (np.arange(1_000_000) + 0.5) / 1_000_000


@pytest.mark.parametrize(
    ("law", "variation"),
    [
        pytest.param(Law(), 1.0, id="exponential"),
        pytest.param(Law(LawKind.LOGNORMAL, 1.0), 1.0, id="log-normal 1"),
        pytest.param(Law(LawKind.LOGNORMAL, 0.4), 0.4, id="log-normal 0.4"),
        pytest.param(Law(LawKind.LOGNORMAL, 0.0), 0.0, id="log-normal 0"),
        pytest.param(Law(LawKind.FIXED), 0.0, id="fixed"),
        pytest.param(UNEVEN, math.sqrt(221 / 48) / 2.25, id="empirical"),
        pytest.param(Law(LawKind.EMPIRICAL, points=(5.0,)), 0.0, id="one point"),
    ],
)
def test_laws_have_their_mean_and_variation(law: Law, variation: float) -> None:
    drawn = times(law, EVEN)
    assert drawn.mean() == pytest.approx(1.0, abs=2e-5)
    assert drawn.std() == pytest.approx(variation, abs=2e-3)
    assert (np.diff(drawn) >= 0).all()


def test_an_empirical_law_goes_straight_from_point_to_point() -> None:
    points = (2.0, 3.0, 3.0, 10.0, 32.0)
    mean = (2.5 + 3.0 + 6.5 + 21.0) / 4
    expected = np.interp(EVEN, np.linspace(0, 1, 5), points) / mean
    assert times(Law(LawKind.EMPIRICAL, points=points), EVEN) == pytest.approx(expected)


# Contacts.


def traffic(**changes: object) -> Traffic:
    """Return two lines of many contacts in two slots."""
    base = Traffic(
        names=("orders", "billing"),
        slot_s=1800.0,
        offered=np.array([[40_000.0, 10_000.0], [0.0, 20_000.0]]),
        handling_s=np.array([[100.0, 300.0], [1.0, 200.0]]),
        patience_s=np.array([[60.0, 60.0], [math.inf, math.inf]]),
        handling=(Law(), Law()),
        patience=(Law(), Law()),
        balking=np.zeros(2),
        after_contact=np.zeros(2),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


def played(contacts: Traffic, draws: Draws, agents: int | None = None) -> Run:
    """Play contacts; without a number of agents there are some for whoever comes, at once."""
    lines = len(contacts.names)
    system = System(
        fit=np.zeros((lines, 1)),
        rank=np.full(lines, 2),
        value=np.ones(lines),
        target=np.ones(lines),
        idle_until_s=np.zeros(lines),
        units=np.ones(lines, np.int64),
        # One agent with endless patience for company, where nobody is to wait.
        capacity=1 if agents is not None else int(2 * contacts.offered.sum() + 10),
    )
    crew = np.arange(1 if agents is None else agents)
    staff = Staff(0 * crew, crew, np.zeros(len(crew)), np.full(len(crew), math.inf))
    return run(system, staff, contacts, draws, keep_records=True)


def of_line(outcome: Run, line: int, name: str) -> Floats:
    """Return a field of a line's records in the order of arrival."""
    own = outcome.records[outcome.records["origin"] == line]
    return np.asarray(own[np.argsort(own["number"])][name])


def arrivals(contacts: Traffic, draws: Draws) -> list[Floats]:
    """Return when the contacts of each line arrive."""
    nobody = played(contacts, draws, agents=0)
    return [of_line(nobody, line, "arrival") for line in range(len(contacts.names))]


def test_contacts_arrive_in_order_and_within_the_slots_that_expect_them() -> None:
    orders, billing = arrivals(traffic(), Draws(1))
    assert (np.diff(orders) >= 0).all()
    counts = [
        *np.bincount((orders // 1800).astype(int)),
        *np.bincount((billing // 1800).astype(int)),
    ]
    expected = np.array([40_000, 10_000, 0, 20_000])
    assert (np.abs(counts - expected) <= 4 * np.sqrt(expected)).all()
    for slot in (0, 1):
        within = orders[orders // 1800 == slot] % 1800 / 1800
        assert stats.kstest(within, "uniform").pvalue > 1e-4


def test_counts_scatter_as_poisson_counts_do_and_slots_are_independent() -> None:
    few = traffic(offered=np.array([[9.0, 4.0], [0.0, 0.0]]))
    counts = np.array(
        [played(few, Draws(1, r), agents=0).counts["offered"][0] for r in range(2000)]
    )
    assert counts.mean(axis=0) == pytest.approx([9.0, 4.0], abs=0.3)
    assert counts.var(axis=0) == pytest.approx([9.0, 4.0], rel=0.13)
    assert abs(np.corrcoef(counts.T)[0, 1]) < 4 / math.sqrt(2000)


def test_a_contact_brings_the_mean_time_of_the_slot_in_which_it_arrives() -> None:
    outcome = played(traffic(), Draws(2))
    service = of_line(outcome, 0, "end") - of_line(outcome, 0, "arrival")
    late = of_line(outcome, 0, "arrival") >= 1800
    assert service[~late].mean() == pytest.approx(100.0, rel=0.025)
    assert service[late].mean() == pytest.approx(300.0, rel=0.05)


def test_patience_has_its_law_or_is_endless_and_some_leave_at_once() -> None:
    waiting = traffic(balking=np.array([0.1, 0.1]), patience=(Law(LawKind.LOGNORMAL, 0.5), Law()))
    nobody = played(waiting, Draws(3), agents=0)
    patience = of_line(nobody, 0, "wait")
    assert (patience == 0).mean() == pytest.approx(0.1, abs=0.01)
    stayed = patience[patience > 0] / 60.0
    scale = math.sqrt(math.log1p(0.25))
    law = stats.lognorm(scale, scale=math.exp(-scale * scale / 2))
    assert stats.kstest(stayed, law.cdf).pvalue > 1e-4
    assert (of_line(nobody, 1, "outcome") == 2).mean() == pytest.approx(0.1, abs=0.01)


def test_empirical_patience_is_what_was_observed() -> None:
    observed = (10.0, 20.0, 60.0, 150.0)
    law = Law(LawKind.EMPIRICAL, points=observed)
    nobody = played(traffic(patience=(law, law)), Draws(4), agents=0)
    share = of_line(nobody, 0, "wait") / 60.0 * np.mean([15.0, 40.0, 105.0])
    steps = np.linspace(0, 1, 4)
    assert stats.kstest(share, lambda x: np.interp(x, observed, steps)).pvalue > 1e-4


# What draws depend on.


def test_a_line_more_changes_no_other() -> None:
    alone = Traffic(
        ("orders",),
        1800.0,
        traffic().offered[:1],
        traffic().handling_s[:1],
        traffic().patience_s[:1],
        (Law(),),
        (Law(),),
        np.zeros(1),
        np.zeros(1),
    )
    assert (arrivals(traffic(), Draws(4))[0] == arrivals(alone, Draws(4))[0]).all()
    patience = [of_line(played(t, Draws(4), agents=0), 0, "wait") for t in (traffic(), alone)]
    assert (patience[0] == patience[1]).all()


def test_rosters_and_mean_times_change_no_arrival() -> None:
    slower = traffic(handling_s=2 * traffic().handling_s, patience_s=3 * traffic().patience_s)
    before = played(traffic(), Draws(5), agents=5)
    for other in (played(traffic(), Draws(5), agents=50), played(slower, Draws(5), agents=5)):
        for line in (0, 1):
            ours, theirs = of_line(before, line, "arrival"), of_line(other, line, "arrival")
            assert (ours == theirs).all()


def test_with_other_volumes_the_first_contacts_are_the_same_customers() -> None:
    more = traffic(offered=2 * traffic().offered, handling_s=np.full((2, 2), 100.0))
    less = traffic(handling_s=np.full((2, 2), 100.0))
    services = []
    for contacts in (less, more):
        outcome = played(contacts, Draws(6))
        services.append(of_line(outcome, 0, "end") - of_line(outcome, 0, "arrival"))
    count = len(services[0])
    assert len(services[1]) > 1.9 * count
    assert services[1][:count] == pytest.approx(services[0], abs=1e-6)
    patience = [of_line(played(t, Draws(6), agents=0), 0, "wait") for t in (less, more)]
    assert patience[1][:count] == pytest.approx(patience[0], abs=1e-6)


def test_a_run_can_be_repeated_exactly() -> None:
    first, second = (played(traffic(), Draws(7, 3), agents=9) for _ in range(2))
    assert (first.counts == second.counts).all()
    assert (first.records == second.records).all()


def test_mirrored_contacts_are_many_where_the_others_are_few() -> None:
    counts = np.array(
        [
            [
                played(
                    traffic(offered=np.array([[30.0, 30.0], [0.0, 0.0]])),
                    Draws(8, r, mirrored),
                    agents=0,
                )
                .counts["offered"]
                .sum()
                for mirrored in (False, True)
            ]
            for r in range(300)
        ]
    )
    assert np.corrcoef(counts.T)[0, 1] < -0.5


def test_mirrored_pairs_tell_more_of_an_overloaded_queue_than_independent_runs() -> None:
    hour = traffic(
        offered=np.array([[50.0, 50.0], [0.0, 0.0]]),
        handling_s=np.full((2, 2), 400.0),
    )

    def abandoned(replication: int, mirrored: bool) -> float:
        outcome = played(hour, Draws(9, replication, mirrored), agents=10)
        return float(outcome.counts["abandoned"].sum())

    pairs = np.array([[abandoned(r, m) for m in (False, True)] for r in range(300)])
    assert pairs.mean(axis=1).var() < pairs[:, 0].var() / 2
    assert pairs[:, 0].mean() == pytest.approx(pairs[:, 1].mean(), rel=0.05)


def test_nothing_offered_is_nothing_drawn() -> None:
    outcome = played(traffic(offered=np.zeros((2, 2))), Draws(0))
    assert outcome.events == 1  # the agent comes
    assert outcome.counts["offered"].sum() == 0
