"""Wishes: what is meant, what denies it, and what that costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import Agent, Request, RequestKind, RosterProblem, Shift, ShiftTemplate
from optimizer.roster.checks.worker import workers
from optimizer.roster.rules import requests
from tests.optimizer.roster.agreement import as_roster, checked, drawn_plan, formed, views_of
from tests.optimizer.roster.cases import MONDAY, MORNING, problem, roster, shift

EVENING = ShiftTemplate("evening", 17 * 60, 20 * 60, (240,), step_minutes=60)


def wishing(*wishes: Request, days: int = 7) -> RosterProblem:
    agent = Agent("a0", "c", "here", {"s0": 3}, requests=wishes)
    return problem(agents=(agent,), templates=(MORNING, EVENING), days=days)


def cost(wish: Request, *shifts: Shift) -> float:
    made = wishing(wish)
    return checked(requests, made, roster(made, *shifts))[0]


@pytest.mark.parametrize(
    ("wish", "free", "morning", "evening"),
    [
        (Request(MONDAY, RequestKind.OFF, 2.0), 0, 2, 2),
        (Request(MONDAY, RequestKind.STRONGLY_AVOID, 2.0), 0, 8, 8),
        (Request(MONDAY, RequestKind.AVOID, 2.0, template="morning"), 0, 2, 0),
        (Request(MONDAY, RequestKind.AVOID, 2.0, earliest_start=18 * 60), 0, 0, 2),
        (Request(MONDAY, RequestKind.ON, 2.0), 2, 0, 0),
        (Request(MONDAY, RequestKind.STRONGLY_PREFER, 2.0, "evening"), 8, 8, 0),
        (Request(MONDAY, RequestKind.PREFER, 2.0, latest_start=18 * 60), 2, 0, 0),
        (Request(MONDAY, RequestKind.PREFER, 2.0, "evening", 0, 17 * 60), 2, 2, 2),
        (Request(MONDAY - timedelta(days=1), RequestKind.ON), 0, 0, 0),
    ],
)
def test_a_wish_is_denied_by_what_it_means_and_by_nothing_else(
    wish: Request, free: float, morning: float, evening: float
) -> None:
    assert cost(wish) == free
    assert cost(wish, shift("a0", 0)) == morning
    assert cost(wish, shift("a0", 0, 18, template="evening")) == evening


def test_every_wish_of_a_day_counts_for_itself() -> None:
    wishes = (Request(MONDAY, RequestKind.ON, 2.0), Request(MONDAY, RequestKind.OFF, 3.0))
    made = wishing(*wishes)
    (worker,) = workers(made, roster(made, shift("a0", 0)))
    assert [match.cost for match in requests.check(worker)] == [3.0]
    assert requests.denied(worker) == [wishes[1]]


WISHES = st.builds(
    Request,
    st.integers(-1, 8).map(lambda day: MONDAY + timedelta(days=day)),
    st.sampled_from(RequestKind),
    st.sampled_from([1.0, 2.5]),
    st.sampled_from([None, "morning", "evening"]),
    st.sampled_from([0, 0, 8 * 60, 18 * 60]),
    st.sampled_from([1440, 1440, 19 * 60]),
)


@given(st.lists(WISHES, max_size=6), st.integers(0, 99))
def test_solvers_and_verifier_agree_on_every_wish(wishes: list[Request], seed: int) -> None:
    made = wishing(*wishes)
    views = views_of(made)
    plan = drawn_plan(views, seed)
    assert formed(requests, views, plan) == checked(requests, made, as_roster(views, plan))
