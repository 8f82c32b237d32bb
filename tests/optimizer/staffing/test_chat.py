"""Chats by level of concurrency: published rows, a chain solved by matrices, and limits."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import Denominator, ServiceGoal
from optimizer.staffing import (
    ChatPerformance,
    chat_performance,
    least_agents,
    least_chat_agents,
    performance,
)

HALF_HOUR = 1800.0


def chain(
    agents: int, per_second: float, levels: list[float], patience_s: float
) -> dict[str, float]:
    """Share out the chats one by one, and solve the balance equations with matrices."""
    room = agents * len(levels)
    states = room + 80
    generator = np.zeros((states, states))
    for chats in range(1, states):
        in_hand = min(chats, room)
        holding = [in_hand // agents + (i < in_hand % agents) for i in range(agents)]
        rate = sum(held / levels[held - 1] for held in holding if held)
        generator[chats, chats - 1] = rate + (chats - in_hand) / patience_s
        generator[chats - 1, chats] = per_second
    generator -= np.diag(generator.sum(axis=1))
    scale = abs(generator).max()
    share = np.linalg.lstsq(
        np.vstack([generator.T / scale, np.ones(states)]), np.eye(states + 1)[-1], rcond=None
    )[0]
    chats = np.arange(states)
    queue = share @ np.maximum(chats - room, 0)
    return {
        "waiting": share[room:].sum(),
        "abandonment": queue / patience_s / per_second,
        "mean_queue": queue,
        "chats": share @ np.minimum(chats, room),
        "busy_agents": share @ np.minimum(chats, agents) / agents,
        "occupancy": share @ np.minimum(chats, room) / room,
    }


def waiting_where_chats_stay(
    agents: int, per_second: float, levels: list[float], patience_s: float
) -> float:
    """Return who waits if nobody moves chats: new ones go to an agent with the fewest."""
    limit, queue = len(levels), 60
    everyone = product(range(limit + 1), repeat=agents)
    full = (limit,) * agents
    states = [(held, 0) for held in everyone if list(held) == sorted(held)]
    states += [(full, waiting) for waiting in range(1, queue)]
    index = {state: i for i, state in enumerate(states)}
    generator = np.zeros((len(states), len(states)))

    def move(start: int, held: list[int], waiting: int, rate: float) -> None:
        end = (tuple(sorted(held)), waiting)
        if end in index:
            generator[start, index[end]] += rate

    for (held, waiting), row in index.items():
        if held == full:
            move(row, list(held), waiting + 1, per_second)
        else:
            move(row, [held[0] + 1, *held[1:]], 0, per_second)
        for agent, chats in enumerate(held):
            if chats:
                kept = [h - (a == agent and not waiting) for a, h in enumerate(held)]
                move(row, kept, max(0, waiting - 1), chats / levels[chats - 1])
        if waiting:
            move(row, list(held), waiting - 1, waiting / patience_s)
    generator -= np.diag(generator.sum(axis=1))
    equations = np.vstack([generator.T[1:], np.ones(len(states))])
    share = np.linalg.solve(equations, np.eye(len(states))[-1])
    return float(sum(share[i] for (held, _), i in index.items() if held == full))


@pytest.mark.parametrize("levels", [[300.0, 420.0], [300.0, 330.0, 450.0], [300.0, 550.0]])
def test_sharing_chats_evenly_is_a_little_optimistic_where_concurrency_slows_down(
    levels: list[float],
) -> None:
    for agents, share_of_full in ((2, 0.7), (2, 0.95), (4, 0.95)):
        per_second = share_of_full * agents * len(levels) / levels[-1]
        even = chat_performance(agents, per_second * HALF_HOUR, levels, HALF_HOUR, patience_s=120)
        exact = waiting_where_chats_stay(agents, per_second, levels, 120.0)
        assert 0.9 * exact < float(even.waiting) < exact


def test_chats_that_stay_are_the_same_where_concurrency_costs_nothing() -> None:
    exact = waiting_where_chats_stay(3, 0.02, [300.0, 300.0], 120.0)
    even = chat_performance(3, 0.02 * HALF_HOUR, [300.0, 300.0], HALF_HOUR, patience_s=120)
    assert float(even.waiting) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("agents", [1, 2, 5])
@pytest.mark.parametrize("levels", [[300.0], [300.0, 420.0], [300.0, 310.0, 500.0, 800.0]])
def test_chats_agree_with_the_chain_solved_by_matrices(agents: int, levels: list[float]) -> None:
    for load in (0.4, 0.9, 1.6):
        per_second = load * agents / levels[0]
        figures = chat_performance(
            agents, per_second * HALF_HOUR, levels, HALF_HOUR, patience_s=90.0
        )
        for name, value in chain(agents, per_second, levels, 90.0).items():
            assert float(getattr(figures, name)) == pytest.approx(value, abs=1e-9), name


def test_chats_slower_by_level_agree_with_published_figures() -> None:
    figures = chat_performance(12, 100, [300, 400, 550], HALF_HOUR, patience_s=120, within_s=30)
    assert float(figures.waiting) == pytest.approx(0.0349604430604, rel=1e-11)
    assert float(figures.abandonment) == pytest.approx(0.00788016601549, rel=1e-11)
    assert float(figures.served_within) == pytest.approx(0.982179962121, rel=1e-11)
    assert float(figures.chats) == pytest.approx(22.5967274117, rel=1e-11)
    assert float(figures.busy_agents) == pytest.approx(0.994586842449, rel=1e-11)
    assert float(figures.full_rate) == pytest.approx(0.0654545454545, rel=1e-11)


def test_customers_who_never_give_up_agree_with_published_figures() -> None:
    figures = chat_performance(10, 60, [480, 600, 780], HALF_HOUR, within_s=60)
    assert float(figures.waiting) == pytest.approx(0.191731627223, rel=1e-11)
    assert float(figures.mean_wait_s) == pytest.approx(37.3876673085, rel=1e-11)
    assert float(figures.served_within) == pytest.approx(0.859050127687, rel=1e-11)
    assert float(figures.abandonment) == 0.0


@pytest.mark.parametrize("patience_s", [60.0, 600.0, math.inf])
@pytest.mark.parametrize("levels", [1, 3])
def test_equal_handling_times_at_every_level_are_erlang_with_a_server_per_chat(
    levels: int, patience_s: float
) -> None:
    chats = chat_performance(
        9, 170, [280.0] * levels, HALF_HOUR, patience_s=patience_s, within_s=20
    )
    plain = performance(9 * levels, 170, 280, HALF_HOUR, patience_s=patience_s, within_s=20)
    for name in plain.__slots__:
        assert float(getattr(chats, name)) == pytest.approx(float(getattr(plain, name)), rel=1e-12)


def test_a_second_chat_in_hand_serves_more_when_it_slows_the_first_down_by_half_only() -> None:
    single = chat_performance(12, 100, [300], HALF_HOUR, patience_s=120, within_s=30)
    double = chat_performance(12, 100, [300, 400], HALF_HOUR, patience_s=120, within_s=30)
    assert float(double.served_within) > float(single.served_within) + 0.3


@given(
    st.integers(1, 60),
    st.floats(0.1, 400.0),
    st.lists(st.floats(0.6, 1.9), min_size=0, max_size=3),
    st.floats(5.0, 3000.0) | st.just(math.inf),
)
@settings(max_examples=150, deadline=None)
def test_chats_obey_the_conservation_laws_and_one_more_agent_makes_nothing_worse(
    agents: int, offered: float, steps: list[float], patience_s: float
) -> None:
    # A further chat never slows the others down by more than it adds.
    levels = [300.0]
    for held, step in enumerate(steps, start=2):
        levels.append(levels[-1] * min(step, held / (held - 1)))
    staff = [agents, agents + 1]
    figures = chat_performance(
        staff, offered, levels, HALF_HOUR, patience_s=patience_s, within_s=25.0
    )
    stable = np.isfinite(figures.mean_wait_s)
    arriving = offered / HALF_HOUR
    # Little: the queue, and the chats in hand of those served at the rates of their levels.
    assert figures.mean_queue[stable] == pytest.approx(arriving * figures.mean_wait_s[stable])
    served = arriving * (1.0 - figures.abandonment)
    assert (served[stable] <= figures.full_rate[stable] * (1 + 1e-12)).all()
    most = served * max(levels)
    assert (figures.chats[stable] <= most[stable] * (1 + 1e-9)).all()
    assert (figures.chats[stable] >= served[stable] * min(levels) * (1 - 1e-9)).all()
    for denominator in Denominator:
        few, more = figures.service_level(denominator)
        assert more >= few - 1e-9
    for name in ("waiting", "abandonment", "mean_answer_s", "mean_wait_s", "occupancy"):
        few, more = getattr(figures, name)
        assert more <= few * (1 + 1e-9), name


def holds(goal: ServiceGoal, figures: ChatPerformance) -> bool:
    slack = 1.0 + 1e-9
    return bool(
        np.isfinite(figures.mean_answer_s)
        and figures.service_level(goal.denominator) * slack >= (goal.target_share or 0.0)
        and figures.abandonment <= (goal.max_abandonment or 1.0) * slack
        and figures.occupancy <= goal.max_occupancy * slack
    )


@given(
    st.floats(0.1, 400.0),
    st.lists(st.floats(0.7, 1.5), min_size=0, max_size=3),
    st.none() | st.floats(5.0, 3000.0),
    st.builds(
        ServiceGoal,
        target_share=st.floats(0.3, 0.99),
        within_seconds=st.floats(0.0, 100.0),
        denominator=st.sampled_from(Denominator),
        max_occupancy=st.floats(0.5, 1.0),
    ),
)
@settings(max_examples=80, deadline=None)
def test_the_number_found_for_chats_holds_and_one_less_does_not(
    offered: float, steps: list[float], patience_s: float | None, goal: ServiceGoal
) -> None:
    levels = [200.0]
    for held, step in enumerate(steps, start=2):
        levels.append(levels[-1] * min(step, held / (held - 1)))
    agents = int(least_chat_agents(goal, offered, levels, HALF_HOUR, patience_seconds=patience_s))
    few, enough = (
        chat_performance(
            n,
            offered,
            levels,
            HALF_HOUR,
            patience_s=math.inf if patience_s is None else patience_s,
            within_s=goal.within_seconds or 0.0,
        )
        for n in (agents - 1, agents)
    )
    assert holds(goal, enough)
    assert agents == 1 or not holds(goal, few)


def test_one_chat_per_agent_needs_what_erlang_a_needs() -> None:
    goal = ServiceGoal(0.8, 20, max_occupancy=0.9)
    volumes = np.linspace(0.0, 900.0, 25)
    chats = least_chat_agents(goal, volumes, [240.0], HALF_HOUR, patience_seconds=120)
    calls = least_agents(goal, volumes, 240.0, HALF_HOUR, patience_seconds=120)
    assert chats.tolist() == calls.tolist()


def test_handling_times_may_differ_by_interval() -> None:
    goal = ServiceGoal(0.8, 30)
    levels = np.array([[300.0, 400.0], [200.0, 260.0], [np.nan, 0.0]])
    together = least_chat_agents(goal, [90, 60, 0], levels, HALF_HOUR, patience_seconds=100)
    apart = [
        int(least_chat_agents(goal, volume, row, HALF_HOUR, patience_seconds=100))
        for volume, row in zip([90, 60], levels[:2], strict=True)
    ]
    assert together.tolist() == [*apart, 0]


def test_five_thousand_agents_with_three_chats_each_have_figures() -> None:
    figures = chat_performance(
        5000, [0.0, 1.0, 40_000.0, 60_000.0], [300, 400, 550], HALF_HOUR, patience_s=120
    )
    assert figures.chats[:2] == pytest.approx([0.0, 1 / 6])
    assert figures.waiting[:2].tolist() == [0.0, 0.0]
    served = 60_000 / HALF_HOUR * (1.0 - figures.abandonment[3])
    assert served == pytest.approx(float(figures.full_rate[3]), rel=1e-6)
    goal = ServiceGoal(0.8, 20)
    agents = int(least_chat_agents(goal, 60_000, [300, 400, 550], HALF_HOUR, patience_seconds=120))
    assert 5_000 < agents < 6_200


def test_without_agents_every_chat_gives_up() -> None:
    figures = chat_performance(0, 10, [300, 400], HALF_HOUR, patience_s=60)
    assert float(figures.abandonment) == 1.0
    assert float(figures.chats) == 0.0


def test_a_limit_on_chats_that_slows_agents_down_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        least_chat_agents(ServiceGoal(0.8, 20), 100, [300, 400, 700], HALF_HOUR)
    (issue,) = caught.value.issues
    assert (issue.code, issue.pointer) == ("concurrency_slows_down", "/aht_by_level_s/2")


def test_every_absurd_number_of_chats_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        chat_performance([-1, 2.5], math.nan, [0.0, 300.0], 0, patience_s=0, within_s=-1)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/agents/0",
        "/offered/0",
        "/aht_by_level_s/0",
        "/interval_s/0",
        "/patience_s/0",
        "/within_s/0",
    ]
    with pytest.raises(InvalidInput) as caught:
        least_chat_agents(ServiceGoal(2.0, 20), -1, [math.nan], 0, patience_seconds=0)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/goal/target_share",
        "/interval_s",
        "/offered",
        "/aht_by_level_s/0",
        "/patience_seconds",
    ]


@pytest.mark.parametrize("levels", [300.0, []])
def test_handling_times_without_levels_are_bad_input(levels: float | list[float]) -> None:
    with pytest.raises(InvalidInput) as caught:
        chat_performance(3, 10, levels, HALF_HOUR)
    assert [issue.code for issue in caught.value.issues] == ["bad_shape"]


def test_a_centre_of_more_than_a_million_chats_is_refused() -> None:
    with pytest.raises(InvalidInput):
        chat_performance(10, 1e9, [300.0, 400.0], HALF_HOUR, patience_s=60)
    with pytest.raises(InvalidInput):
        chat_performance(1e6, 10, [300.0, 400.0], HALF_HOUR, patience_s=60)
    with pytest.raises(InvalidInput):
        least_chat_agents(ServiceGoal(max_occupancy=1e-6), 1e5, [300.0, 400.0], HALF_HOUR)
