from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from api.correction.judge import Reading, Stretch
from api.correction.step import Steps
from optimizer.model import Agent, Organisation, Requirement
from tests.optimizer.builders import organisation, requirement

GROUPS = ("voice:orders", "voice:billing")
MISSED, MET, WASTED = (
    Reading("service_level", share, 0.8, need, missed=need > 0.5, wasted=need < -0.5)
    for share, need in ((0.5, 0.84), (0.8, 0.0), (0.97, -1.0))
)
WORK = np.full((2, 48), 0.1)


def opened() -> NDArray[np.bool_]:
    """Return opening hours from eight to four."""
    hours = np.zeros((2, 48), dtype=np.bool_)
    hours[:, 16:32] = True
    return hours


def asked(agents: float) -> Requirement:
    return requirement(np.where(opened(), agents, 0.0))


def centre(flexible: bool = False, floor: int = 0) -> Organisation:
    """Return thirty people for each group, or thirty who serve both."""
    base = organisation()
    skills = [{"orders": 3, "billing": 3}] if flexible else [{"orders": 3}, {"billing": 3}]
    people = [held for held in skills for _ in range(30)]
    return replace(
        base,
        groups=tuple(replace(group, floor=floor) for group in base.groups),
        agents=tuple(Agent(f"p{i}", "core", "paris", held) for i, held in enumerate(people)),
    )


def whole_day(row: int, reading: Reading, *, deferred: bool = False) -> Stretch:
    return Stretch(row, GROUPS[row], 0, 48, 100.0, deferred, reading)


def steps(of: Organisation) -> Steps:
    return Steps(of, GROUPS, opened(), WORK)


def at_noon(requirement: Requirement) -> list[float]:
    agents: list[float] = requirement.agents[:, 24].tolist()
    return agents


def test_what_is_missed_rises_by_the_square_root_rule() -> None:
    wanted = steps(centre()).next(asked(9.0), asked(9.0).agents, [whole_day(0, MISSED)])
    assert at_noon(wanted) == [pytest.approx(9.0 + 0.84 * 3.0), 9.0]


def test_what_is_wasted_falls_and_what_is_met_stays() -> None:
    stretches = [whole_day(0, WASTED), whole_day(1, MET)]
    orders, billing = at_noon(steps(centre()).next(asked(9.0), asked(9.0).agents, stretches))
    assert 9.0 - 3.0 < orders < 9.0 - 1.0
    assert billing == 9.0


def test_steps_begin_at_what_the_roster_gave() -> None:
    given = np.where(opened(), 12.0, 0.0)
    # Twelve were there by the way: nine are not known to be too many.
    stretches = [whole_day(0, WASTED), whole_day(1, MET)]
    orders, billing = at_noon(steps(centre()).next(asked(9.0), given, stretches))
    assert orders == 9.0
    assert billing == 12.0


def test_more_is_not_asked_of_nobody() -> None:
    given = np.where(opened(), 4.0, 0.0)
    assert at_noon(steps(centre()).next(asked(9.0), given, [whole_day(0, MISSED)]))[0] == 9.0
    many = asked(30.0)
    assert at_noon(steps(centre()).next(many, many.agents, [whole_day(0, MISSED)]))[0] == 30.0


def test_whose_agents_could_help_where_a_goal_is_missed_keeps_them() -> None:
    stretches = [whole_day(0, WASTED), whole_day(1, MISSED)]
    apart = at_noon(steps(centre()).next(asked(9.0), asked(9.0).agents, stretches))
    together = at_noon(steps(centre(flexible=True)).next(asked(9.0), asked(9.0).agents, stretches))
    assert apart[0] < 9.0
    assert together[0] == 9.0
    assert apart[1] == together[1] > 9.0


@pytest.mark.parametrize("flexible", [False, True])
def test_groups_that_share_all_their_agents_lack_one_reserve(flexible: bool) -> None:
    stretches = [whole_day(row, MISSED) for row in range(2)]
    missing = steps(centre(flexible)).missing(stretches, asked(8.0).agents)[:, 24]
    together = 0.84 * np.sqrt(16.0) if flexible else 2 * 0.84 * np.sqrt(8.0)
    assert missing.sum() == pytest.approx(together)
    # What lacks alone lacks all of it.
    alone = steps(centre(flexible)).missing(stretches[:1], asked(8.0).agents)[:, 24]
    assert alone.tolist() == pytest.approx([0.84 * np.sqrt(8.0), 0.0])


def test_a_step_that_turns_is_half_as_long() -> None:
    course = steps(centre())
    now = asked(9.0)
    up = course.next(now, now.agents, [whole_day(0, MISSED)])
    again = course.next(now, now.agents, [whole_day(0, MISSED)])
    np.testing.assert_array_equal(again.agents, up.agents)
    down = course.next(now, now.agents, [whole_day(0, WASTED)])
    fresh = steps(centre()).next(now, now.agents, [whole_day(0, WASTED)])
    assert at_noon(down)[0] == pytest.approx((9.0 + at_noon(fresh)[0]) / 2, abs=0.01)


def test_floors_hold_and_closed_hours_stay_closed() -> None:
    now = asked(3.0)
    wanted = steps(centre(floor=3)).next(now, now.agents, [whole_day(0, WASTED)])
    assert at_noon(wanted) == [3.0, 3.0]
    assert not wanted.agents[~opened()].any()
    raised = steps(centre()).next(now, now.agents, [whole_day(0, MISSED)])
    assert not raised.agents[~opened()].any()


def test_late_work_asks_for_its_hours() -> None:
    late = Reading("first_response", 0.75, 0.95, 1.0, missed=True, wasted=False)
    missing = steps(centre()).missing([whole_day(0, late, deferred=True)], np.zeros((2, 48)))
    # Twenty contacts too late, a tenth of a slot each, in sixteen open slots.
    assert missing[0].sum() == pytest.approx(20 * 0.1)
    assert set(missing[0][opened()[0]]) == {missing[0].max()}
    assert not missing[1].any()


def test_deferred_work_can_be_asked_for_from_nothing() -> None:
    late = Reading("first_response", 0.75, 0.95, 1.0, missed=True, wasted=False)
    nothing = asked(0.0)
    stretches = [whole_day(0, late, deferred=True)]
    wanted = steps(centre()).next(nothing, nothing.agents, stretches)
    assert at_noon(wanted)[0] == pytest.approx(20 * 0.1 / 16, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([MISSED, MET, WASTED]), min_size=2, max_size=2),
    st.floats(0.0, 30.0),
    st.floats(0.0, 40.0),
)
def test_one_step_never_leaves_its_bounds(
    readings: list[Reading], wanted: float, there: float
) -> None:
    now = asked(round(wanted, 2))
    given = np.where(opened(), there, 0.0)
    stretches = [whole_day(row, reading) for row, reading in enumerate(readings)]
    after = steps(centre(floor=1)).next(now, given, stretches).agents
    assert (after[~opened()] == 0.0).all()
    inside, before = after[opened()], now.agents[opened()]
    assert (inside >= np.maximum(1.0, 0.7 * before - 0.01)).all()
    assert (inside <= np.maximum(before / 0.7 + 1.01, 1.0)).all()
    assert (inside <= 30.0).all()
