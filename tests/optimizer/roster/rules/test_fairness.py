"""Fair shares: a price that grows with what somebody has had already."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from optimizer.model import (
    Agent,
    Fairness,
    History,
    Request,
    RequestKind,
    RosterProblem,
    Shift,
    ShiftTemplate,
)
from optimizer.roster.rules import fairness
from tests.optimizer.roster.agreement import checked
from tests.optimizer.roster.cases import MONDAY, MORNING, problem, roster, shift

EVENING = ShiftTemplate("evening", 17 * 60, 17 * 60, (240,), step_minutes=60)


def sharing(
    *pasts: History, price: Fairness, days: int = 14, first: date = MONDAY
) -> RosterProblem:
    wishes = tuple(Request(first + timedelta(days=day), RequestKind.OFF) for day in (0, 1, 2))
    agents = tuple(
        Agent(f"a{i}", "c", "here", {"s0": 3}, history=past, requests=wishes)
        for i, past in enumerate(pasts)
    )
    return problem(
        agents=agents, templates=(MORNING, EVENING), fairness=price, days=days, first=first
    )


def cost(made: RosterProblem, *shifts: Shift) -> list[float]:
    return checked(fairness, made, roster(made, *shifts))


def test_the_first_weekend_of_whoever_had_the_fewest_is_free_and_the_next_ones_are_not() -> None:
    made = sharing(History(weekends=2), History(weekends=4), price=Fairness(weekends=10.0))
    one = [shift(name, 5) for name in ("a0", "a1")]
    two = [*one, shift("a0", 12), shift("a1", 13)]
    assert cost(made) == [0, 0]
    assert cost(made, *one) == [0, 20]
    assert cost(made, *two) == [0 + 10, 20 + 30]


def test_both_days_of_a_weekend_are_one_weekend() -> None:
    made = sharing(History(weekends=1), History(), price=Fairness(weekends=10.0))
    assert cost(made, shift("a0", 5), shift("a0", 6)) == [10, 0]


@pytest.mark.parametrize(("known", "paid"), [(True, 0), (False, 10)])
def test_a_weekend_that_began_before_the_period_is_not_counted_again(
    known: bool, paid: float
) -> None:
    past = History(days_worked=1, weekends=1, worked_saturday=known)
    sunday = MONDAY - timedelta(days=1)
    made = sharing(past, History(), price=Fairness(weekends=10.0), first=sunday)
    assert cost(made, shift("a0", 0)) == [paid, 0]


def test_a_shift_is_late_from_the_minute_on_at_which_it_ends() -> None:
    late = [shift("a0", day, 17, template="evening") for day in (0, 1, 2)]
    assert cost(sharing(History(), price=Fairness(late_shifts=1.0)), *late) == [0 + 1 + 2]
    at_nine = Fairness(late_shifts=1.0, late_end_minute=21 * 60)
    assert cost(sharing(History(), price=at_nine), *late) == [3]
    after_nine = Fairness(late_shifts=1.0, late_end_minute=21 * 60 + 1)
    assert cost(sharing(History(), price=after_nine), *late) == [0]


def test_wishes_denied_are_shared_as_well() -> None:
    made = sharing(History(requests_denied=3), History(), price=Fairness(requests=2.0))
    denied = [shift(name, day) for name in ("a0", "a1") for day in (0, 1)]
    assert cost(made, *denied) == [2 * (3 + 4), 2 * (0 + 1)]


def test_people_under_another_contract_are_not_compared() -> None:
    made = sharing(History(weekends=5), price=Fairness(weekends=10.0))
    assert cost(made, shift("a0", 5)) == [0]


def test_the_least_price_is_paid_where_shares_end_up_most_alike() -> None:
    pasts = (History(weekends=0), History(weekends=1), History(weekends=3))
    made = sharing(*pasts, price=Fairness(weekends=1.0), days=28)
    # Four weekends for three people, one each week.
    best = min(
        product(range(3), repeat=4),
        key=lambda who: sum(
            cost(made, *(shift(f"a{who[week]}", 7 * week + 5) for week in range(4)))
        ),
    )
    totals = [past.weekends + best.count(i) for i, past in enumerate(pasts)]
    assert sorted(totals) == [2, 3, 3]
