"""A roster is tried as it stands, the same way every time, and bad input is named."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Denominator,
    Law,
    LawKind,
    Organisation,
    PlanningGroup,
    Priority,
    Roster,
    RoutingRule,
    RoutingWeights,
    ServiceGoal,
    Shift,
    TimeGrid,
)
from optimizer.progress import Event
from optimizer.simulation import (
    RULES,
    Settings,
    SimulationResult,
    simulate,
    slots_of_day,
)
from optimizer.staffing import performance
from tests.optimizer.builders import MONDAY, organisation

Figures = npt.NDArray[np.float64]
GRID = TimeGrid.of_days(MONDAY, 2, 30, "Europe/Paris")


def always(centre: Organisation, grid: TimeGrid = GRID) -> Roster:
    """Return a roster in which everybody works all the time."""
    shifts = (Shift(agent.id, "day", 0, grid.count) for agent in centre.agents)
    return Roster(grid, tuple(shifts))


def work(
    centre: Organisation, per_slot: float, aht_s: float, grid: TimeGrid = GRID
) -> tuple[Figures, Figures]:
    """Return the same volumes and handling times for every group and slot."""
    shape = (len(centre.groups), grid.count)
    return np.full(shape, per_slot), np.full(shape, aht_s)


def one_group(agents: int, **changes: Any) -> Organisation:
    """Return a centre with one group that everybody may serve."""
    base = organisation(agents)
    group = replace(base.groups[0], **changes)
    return replace(
        base,
        groups=(group,),
        agents=tuple(replace(agent, skills={"orders": 3}) for agent in base.agents),
    )


def within(result: SimulationResult, denominator: Denominator) -> float:
    level = result.groups[0].service_level[denominator].mean
    assert level is not None
    return level


def test_a_constant_day_comes_out_as_erlang_a_has_it() -> None:
    centre = one_group(12, patience_seconds=60.0, handling_law=Law(LawKind.EXPONENTIAL))
    result = simulate(
        centre,
        always(centre),
        *work(centre, 100.0, 180.0),
        settings=Settings(seed=1, replications=100),
    )
    exact = performance(12, 100.0, 180.0, 1800.0, patience_s=60.0, within_s=20.0)
    for denominator in Denominator:
        expected = float(exact.service_level(denominator))
        assert within(result, denominator) == pytest.approx(expected, abs=0.004)
    group = result.groups[0]
    assert group.abandonment.mean == pytest.approx(float(exact.abandonment), abs=0.003)
    assert group.mean_answer_s.mean == pytest.approx(float(exact.mean_answer_s), abs=0.3)
    assert result.occupancy.mean == pytest.approx(float(exact.occupancy), abs=0.005)


def test_contacts_are_answered_given_up_or_left_and_intervals_add_up() -> None:
    centre = one_group(5, patience_seconds=60.0)
    result = simulate(
        centre,
        always(centre),
        *work(centre, 50.0, 200.0),
        settings=Settings(seed=1, replications=4),
    )
    group = result.groups[0]
    parts = (group.answered.mean, group.abandoned.mean, group.left.mean)
    assert sum(part or 0.0 for part in parts) == pytest.approx(group.offered.mean)
    intervals = result.intervals[0]
    for name in ("offered", "answered", "abandoned"):
        assert sum(getattr(intervals, name)) == pytest.approx(getattr(group, name).mean)
    good = [
        share * offered
        for share, offered in zip(intervals.service_level, intervals.offered, strict=True)
        if share is not None
    ]
    assert group.offered.mean is not None
    assert sum(good) / group.offered.mean == pytest.approx(within(result, Denominator.OFFERED))
    assert len(result.starts) == len(intervals.offered) == GRID.count
    assert result.contacts == round(4 * group.offered.mean)


def test_equal_arguments_give_equal_results_and_seeds_differ() -> None:
    centre = organisation(6)

    def run(seed: int) -> dict[str, Any]:
        figures = simulate(
            centre,
            always(centre),
            *work(centre, 10.0, 300.0),
            settings=Settings(seed=seed, replications=2),
        ).as_dict()
        figures.pop("seconds")
        return figures

    assert run(1) == run(1)
    assert run(1)["groups"] != run(2)["groups"]


def test_the_rules_play_the_same_contacts() -> None:
    centre = organisation(6)
    runs = [
        simulate(
            centre, always(centre), *work(centre, 12.0, 300.0), settings=Settings(rule=rule, seed=3)
        )
        for rule in (RULES["score"], RULES["plain"])
    ]
    assert runs[0].groups[0].offered == runs[1].groups[0].offered
    assert runs[0].groups[0].mean_answer_s != runs[1].groups[0].mean_answer_s


def test_a_higher_priority_waits_less_under_the_score() -> None:
    centre = organisation(6)
    orders, billing = centre.groups
    agents = tuple(replace(agent, skills={"orders": 3, "billing": 3}) for agent in centre.agents)
    centre = replace(
        centre,
        agents=agents,
        groups=(replace(orders, priority=Priority.P0), replace(billing, priority=Priority.P3)),
    )
    result = simulate(centre, always(centre), *work(centre, 17.0, 300.0), settings=Settings(seed=1))
    urgent, other = (group.mean_answer_s.mean for group in result.groups)
    assert urgent is not None
    assert other is not None
    assert urgent < other / 3
    plain = simulate(
        centre,
        always(centre),
        *work(centre, 17.0, 300.0),
        settings=Settings(seed=1, rule=RULES["plain"]),
    )
    urgent, other = (group.mean_answer_s.mean for group in plain.groups)
    assert urgent == pytest.approx(other, rel=0.1)


def test_a_day_is_played_with_the_people_of_that_day() -> None:
    centre = one_group(4)
    second_day_only = Roster(GRID, tuple(Shift(a.id, "day", 48, 96) for a in centre.agents))
    volumes = work(centre, 10.0, 120.0)
    first = simulate(centre, second_day_only, *volumes, slots=slots_of_day(GRID, MONDAY))
    second = simulate(
        centre, second_day_only, *volumes, slots=slots_of_day(GRID, date(2026, 11, 24))
    )
    assert first.groups[0].answered.mean == 0.0
    assert first.cost == 0.0
    assert within(second, Denominator.OFFERED) > 0.9
    assert second.starts[0].isoformat() == "2026-11-24T00:00:00+01:00"
    assert second.paid_hours == 4 * 24


def test_the_day_on_which_the_clocks_change_has_its_own_length() -> None:
    grid = TimeGrid.of_days(date(2026, 10, 24), 3, 30, "Europe/Paris")
    assert [len(slots_of_day(grid, day)) for day in grid.days()] == [48, 50, 48]


def test_absence_takes_away_what_shrinkage_added() -> None:
    grid = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")
    centre = one_group(60, shrinkage=0.3)
    shifts = tuple(
        Shift(agent.id, "day", 48 * day + 16, 48 * day + 34)
        for agent in centre.agents
        for day in range(7)
    )
    roster, volumes = Roster(grid, shifts), work(centre, 1.0, 60.0, grid)
    staffed = {
        absence: simulate(centre, roster, *volumes, settings=Settings(absence=absence))
        .pools[0]
        .staffed_hours
        for absence in (None, 0.0, 0.5)
    }
    full = 60 * 7 * 9.0
    assert staffed[0.0].mean == pytest.approx(full, rel=1e-4)  # and seconds beyond the shifts
    assert staffed[None].mean == pytest.approx(0.7 * full, rel=0.02)
    assert staffed[0.5].mean == pytest.approx(0.5 * full, rel=0.02)


def test_deferred_work_waits_out_the_day_and_is_held_against_its_first_response() -> None:
    base = organisation(1)
    centre = replace(
        base,
        channels=(*base.channels, Channel("email", ChannelKind.EMAIL)),
        groups=(
            PlanningGroup(
                "email:orders",
                "email",
                "orders",
                goal=ServiceGoal(first_response_seconds=3600.0),
                patience_seconds=1.0,  # nobody hangs up on an email
            ),
        ),
    )
    offered, aht_s = work(centre, 0.0, 1800.0)
    offered[0, :8] = 4.0  # 16 hours of work by four in the morning for one agent
    result = simulate(
        centre,
        always(centre),
        offered,
        aht_s,
        slots=range(24),
        settings=Settings(seed=1, replications=20),
    )
    email = result.groups[0]
    assert email.abandoned.mean == 0.0
    assert email.left.mean is not None
    assert email.left.mean > 5.0
    assert email.first_response.mean is not None
    assert 0.05 < email.first_response.mean < 0.5
    assert result.immediate is None
    assert result.deferred is not None
    assert result.deferred.left == email.left


def test_cost_is_shared_out_by_the_time_spent() -> None:
    centre = organisation(6)
    result = simulate(centre, always(centre), *work(centre, 5.0, 300.0), settings=Settings(seed=1))
    shares = [group.cost.mean or 0.0 for group in result.groups]
    assert sum(shares) == pytest.approx(result.cost)
    assert all(share > 0 for share in shares)
    assert result.cost == pytest.approx(4 * 48 * 20 + 2 * (48 * 25 + 15))


def test_sets_add_up_and_pools_name_the_groups_they_serve() -> None:
    centre = organisation(6)
    result = simulate(centre, always(centre), *work(centre, 8.0, 300.0), settings=Settings(seed=1))
    (voice,) = result.channels
    assert result.immediate is not None
    assert voice.offered == result.immediate.offered
    total = sum(group.answered.mean or 0.0 for group in result.groups)
    assert voice.answered.mean == pytest.approx(total)
    assert {pool.groups: pool.agents for pool in result.pools} == {
        ("voice:orders", "voice:billing"): 4,
        ("voice:orders",): 2,
    }
    staffed = sum(pool.staffed_hours.mean or 0.0 for pool in result.pools)
    assert staffed == pytest.approx(6 * 48, rel=0.01)


def test_nothing_offered_nobody_scheduled_and_nobody_there_are_played() -> None:
    centre = organisation(3)
    nobody = Roster(GRID, ())
    quiet = simulate(centre, always(centre), *work(centre, 0.0, 100.0))
    assert quiet.contacts == 0
    assert quiet.occupancy.mean == 0.0
    assert quiet.groups[0].service_level[Denominator.OFFERED].mean is None
    assert quiet.groups[0].wait_max_s.mean is None
    empty = simulate(centre, nobody, *work(centre, 1.0, 100.0))
    assert empty.groups[0].answered.mean == 0.0
    assert empty.occupancy.mean is None
    without_agents = replace(centre, agents=())
    deserted = simulate(without_agents, nobody, *work(centre, 1.0, 100.0))
    assert deserted.groups[0].left.mean == deserted.groups[0].offered.mean
    for result in (quiet, empty, deserted):
        json.dumps(result.as_dict(), allow_nan=False)


def test_a_result_stands_in_json_as_it_is() -> None:
    centre = organisation(3)
    result = simulate(
        centre, always(centre), *work(centre, 2.0, 100.0), settings=Settings(replications=2)
    )
    figures = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert figures["groups"][0]["service_level"]["offered"]["mean"] == within(
        result, Denominator.OFFERED
    )
    assert figures["starts"][1] == "2026-11-23T00:30:00+01:00"
    assert figures["rule"] == "score"


def test_every_replication_is_announced() -> None:
    centre = organisation(3)
    heard: list[Event] = []
    simulate(
        centre,
        always(centre),
        *work(centre, 1.0, 60.0),
        observer=heard.append,
        settings=Settings(replications=2),
    )
    assert [event.phase for event in heard] == ["replication 1 of 2", "replication 2 of 2"]


def codes(caught: pytest.ExceptionInfo[InvalidInput]) -> dict[str, str]:
    return {issue.pointer: issue.code for issue in caught.value.issues}


def test_every_problem_of_the_input_is_named_at_once() -> None:
    centre = organisation(3)
    offered, aht_s = work(centre, 1.0, 100.0)
    offered[0, 3], offered[1, 4], aht_s[1, 5] = -1.0, math.nan, 0.0
    with pytest.raises(InvalidInput) as caught:
        simulate(
            centre,
            Roster(
                GRID, (Shift("a0", "day", 0, 9), Shift("a0", "day", 8, 12), Shift("x", "day", 1, 2))
            ),
            offered,
            aht_s,
            settings=Settings(
                rule=RoutingRule(weights=RoutingWeights(wait=-1.0)),
                absence=1.0,
                seed=-1,
                replications=0,
            ),
        )
    assert codes(caught) == {
        "/roster/shifts/1": "overlapping_shifts",
        "/roster/shifts/2/agent": "unknown_agent",
        "/offered/0/3": "out_of_range",
        "/offered/1/4": "out_of_range",
        "/aht_s/1/5": "out_of_range",
        "/rule/weights/wait": "out_of_range",
        "/absence": "out_of_range",
        "/seed": "out_of_range",
        "/replications": "out_of_range",
    }


def test_shapes_and_ranges_that_do_not_fit_the_roster_are_named() -> None:
    centre = organisation(3)
    with pytest.raises(InvalidInput) as caught:
        simulate(centre, always(centre), np.ones((1, 96)), np.ones((2, 95)), slots=range(90, 97))
    assert codes(caught) == {"/slots": "bad_slots", "/offered": "bad_shape", "/aht_s": "bad_shape"}


def test_absurd_volumes_are_refused_before_anything_is_drawn() -> None:
    centre = organisation(3)
    with pytest.raises(InvalidInput) as caught:
        simulate(centre, always(centre), *work(centre, 1e9, 100.0))
    assert codes(caught) == {"/offered": "too_many_contacts"}


def test_many_wrong_values_are_listed_in_part_and_counted() -> None:
    centre = organisation(3)
    with pytest.raises(InvalidInput) as caught:
        simulate(centre, always(centre), *work(centre, 1.0, -1.0))
    assert len(caught.value.issues) == 21
    assert caught.value.issues[-1].detail == "172 further values have this problem."


def test_concurrencies_that_divide_an_agent_too_finely_are_refused() -> None:
    base = organisation(3)
    chats = tuple(Channel(f"chat{n}", ChannelKind.CHAT, n) for n in (37, 41, 43))
    centre = replace(base, channels=(*base.channels, *chats))
    with pytest.raises(InvalidInput) as caught:
        simulate(centre, always(centre), *work(centre, 1.0, 100.0))
    assert codes(caught) == {"/organisation/channels": "concurrency_mix"}


def test_a_day_outside_the_roster_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        slots_of_day(GRID, date(2026, 12, 24))
    assert codes(caught) == {"/day": "unknown_day"}


def test_an_agent_more_never_hurts_under_one_group() -> None:
    levels = []
    for agents in (4, 5, 6):
        centre = one_group(agents, patience_seconds=120.0)
        result = simulate(
            centre, always(centre), *work(centre, 50.0, 150.0), settings=Settings(seed=1)
        )
        levels.append(within(result, Denominator.OFFERED))
    assert levels == sorted(levels)
    assert levels[0] < levels[-1]


def test_agents_without_any_right_stay_idle() -> None:
    base = organisation(2)
    centre = replace(base, agents=(*base.agents, Agent("spare", "core", "paris", {})))
    result = simulate(centre, always(centre), *work(centre, 2.0, 300.0))
    idle = next(pool for pool in result.pools if not pool.groups)
    assert (idle.agents, idle.occupancy.mean) == (1, 0.0)
