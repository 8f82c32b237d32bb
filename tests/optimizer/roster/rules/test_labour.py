"""Pay: guarantees, overtime, voluntary time off, weekends and calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.model import Agent, History, PayBand, RosterProblem, RuleName
from optimizer.roster.checks.worker import workers
from optimizer.roster.frame import Frame
from optimizer.roster.rules import calls, labour
from optimizer.roster.rules.forms import Tally
from tests.optimizer.roster.agreement import checked, views_of
from tests.optimizer.roster.cases import problem, roster, shift


def paying(minutes_before: int = 0, days: int = 7, **contract: Any) -> RosterProblem:
    """Return a problem of one agent at 60 an hour whose shifts are of four hours."""
    history = History(minutes_this_week=minutes_before)
    agent = Agent("a0", "c", "here", {"s0": 3}, history=history)
    return problem(agents=(agent,), days=days, **{"hourly_cost": 60.0, **contract})


def costs(made: RosterProblem, *days: int) -> dict[RuleName, float]:
    found: dict[RuleName, float] = {}
    (worker,) = workers(made, roster(made, *(shift("a0", day) for day in days)))
    for match in labour.check(worker):
        found[match.rule] = found.get(match.rule, 0.0) + match.cost
    return found


def test_without_a_guarantee_every_paid_minute_costs() -> None:
    assert costs(paying(), 0, 1) == {RuleName.LABOUR: 480}


def test_guaranteed_time_is_paid_in_any_case_and_costs_nothing() -> None:
    assert costs(paying(guaranteed_minutes_per_week=480), 0, 1) == {}
    assert costs(paying(guaranteed_minutes_per_week=480), 0, 1, 2) == {RuleName.LABOUR: 240}


def test_what_was_worked_before_the_period_uses_the_guarantee_up() -> None:
    made = paying(400, guaranteed_minutes_per_week=480)
    assert costs(made, 0) == {RuleName.LABOUR: 160}
    assert costs(paying(600, guaranteed_minutes_per_week=480), 0) == {RuleName.LABOUR: 240}


def test_every_band_of_overtime_adds_its_own_premium() -> None:
    bands = (PayBand(480, 0.5), PayBand(720, 1.0))
    made = paying(guaranteed_minutes_per_week=480, overtime=bands)
    assert costs(made, 0, 1) == {}
    assert costs(made, 0, 1, 2) == {RuleName.LABOUR: 240, RuleName.OVERTIME: 120}
    assert costs(made, 0, 1, 2, 3) == {RuleName.LABOUR: 480, RuleName.OVERTIME: 240 + 240}


def test_overtime_of_before_the_period_is_not_paid_again() -> None:
    made = paying(600, guaranteed_minutes_per_week=480, overtime=(PayBand(480, 0.5),))
    assert costs(made) == {}
    assert costs(made, 0) == {RuleName.LABOUR: 240, RuleName.OVERTIME: 120}


def test_time_off_saves_its_share_up_to_so_many_minutes() -> None:
    made = paying(
        guaranteed_minutes_per_week=960, time_off_credit=0.5, time_off_minutes_per_week=300
    )
    assert costs(made, 0, 1, 2, 3) == {}
    assert costs(made, 0, 1, 2) == {RuleName.TIME_OFF: -120}
    assert costs(made, 0, 1) == {RuleName.TIME_OFF: -150}
    assert costs(made) == {RuleName.TIME_OFF: -150}


def test_a_week_that_goes_on_after_the_period_gives_no_time_off() -> None:
    made = paying(
        days=5, guaranteed_minutes_per_week=960, time_off_credit=0.5, time_off_minutes_per_week=300
    )
    assert costs(made, 0) == {}


def test_weekends_have_their_premium_within_the_guarantee_too() -> None:
    made = paying(guaranteed_minutes_per_week=480, weekend_premium=0.25)
    assert costs(made, 0, 5) == {RuleName.LABOUR: 60}
    assert costs(made, 5, 6, 0) == {RuleName.LABOUR: 240 + 120}


def test_all_kinds_of_pay_of_a_week_are_one_convex_tally() -> None:
    made = paying(
        guaranteed_minutes_per_week=720,
        overtime=(PayBand(960, 0.5),),
        time_off_credit=0.5,
        time_off_minutes_per_week=240,
    )
    (view,) = views_of(made)
    (tally,) = [form for form in labour.forms(view) if isinstance(form, Tally)]
    # Free of charge up to eight hours, then half of what is no longer saved, then all of it.
    assert tally.price.tolist() == [0, 0, 0, 120, 360, 720, 1080, 1440]
    assert (np.diff(tally.price, 2) >= 0).all()


def test_a_credit_lowers_the_objective_and_no_price_of_a_total() -> None:
    made = paying(
        guaranteed_minutes_per_week=720, time_off_credit=1.0, time_off_minutes_per_week=240
    )
    (person,) = Frame.of(made).people
    assert person.free.tolist() == [-240, 0, 0, 0, 0, 0, 0]
    assert all((tally.price >= 0).all() for tally in person.tallies)


def test_every_call_has_its_price() -> None:
    made = paying(call_cost=7.0)
    given = roster(made, shift("a0", 0), shift("a0", 3))
    assert checked(calls, made, given) == [pytest.approx(14.0)]
