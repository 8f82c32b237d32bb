"""A roster is tried as it stands, the same way every time, and bad input is named."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    CustomerClass,
    Denominator,
    Flow,
    FlowKind,
    Law,
    LawKind,
    PlanningGroup,
    Priority,
    Roster,
    RoutingRule,
    RoutingWeights,
    ServiceGoal,
    Shift,
    Site,
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
from optimizer.staffing import all_contacts, performance
from tests.optimizer.builders import MONDAY, organisation
from tests.optimizer.simulation.builders import GRID, always, one_group, two_groups, work


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
        for rule in (RULES["best"], RULES["fifo"])
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
        settings=Settings(seed=1, rule=RULES["fifo"]),
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
    assert figures["rule"] == "best"


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


def offered(result: SimulationResult) -> list[float]:
    return [group.offered.mean or 0.0 for group in result.groups]


def test_flows_bring_as_many_contacts_as_the_staffing_expects() -> None:
    week = TimeGrid.of_days(MONDAY, 14, 30, "Europe/Paris")
    base = two_groups(30, {}, {})
    flows = (
        Flow("voice:orders", "voice:billing", 0.3, FlowKind.TRANSFER, 1800.0),
        Flow("voice:billing", "voice:orders", 0.2, FlowKind.TRANSFER),
        Flow("voice:orders", "voice:orders", 0.25, FlowKind.REPEAT, 7200.0),
    )
    centre = replace(base, flows=flows)
    fresh, aht_s = work(centre, [20.0, 5.0], 20.0, week)  # nobody waits, handling is short
    result = simulate(
        centre, always(centre, week), fresh, aht_s, settings=Settings(absence=0.0, replications=10)
    )
    expected = all_contacts(centre, fresh, 1800.0).sum(axis=1)
    assert offered(result) == pytest.approx(expected.tolist(), rel=0.01)
    orders, billing = result.groups
    assert orders.transfer_rate.mean == pytest.approx(0.3, abs=0.01)
    assert orders.repeat_rate.mean == pytest.approx(0.25, abs=0.01)
    assert billing.transfer_rate.mean == pytest.approx(0.2, abs=0.01)
    # What neither comes back nor is handed on is resolved: each contact of a case in its turn.
    assert result.immediate is not None
    assert result.immediate.contacts_per_case.mean == pytest.approx(
        expected.sum() / fresh.sum(), rel=0.01
    )
    assert result.immediate.resolved.mean == pytest.approx(1.0, abs=0.01)


def test_who_gives_up_tries_again_as_often_as_is_said() -> None:
    flows = (Flow("voice:orders", "voice:orders", 0.5, FlowKind.RETRY, 300.0),)
    centre = replace(one_group(3, patience_seconds=60.0), flows=flows)
    result = simulate(
        centre,
        always(centre),
        *work(centre, 40.0, 200.0),
        settings=Settings(absence=0.0, replications=10),
    )
    (group,) = result.groups
    assert group.retry_rate.mean is not None
    assert group.abandonment.mean is not None
    assert group.abandonment.mean > 0.2
    assert group.retry_rate.mean == pytest.approx(0.5 * group.abandonment.mean, rel=0.03)
    plain = simulate(
        replace(centre, flows=()),
        always(centre),
        *work(centre, 40.0, 200.0),
        settings=Settings(absence=0.0, replications=10),
    )
    assert offered(result)[0] == pytest.approx(
        offered(plain)[0] / (1 - group.retry_rate.mean), rel=0.03
    )


def test_contacts_that_bring_ever_new_ones_at_once_are_stopped_and_named() -> None:
    flows = (Flow("voice:orders", "voice:orders", 1.0, FlowKind.RETRY),)
    centre = replace(one_group(1, patience_seconds=1e-6), flows=flows)
    with pytest.raises(InvalidInput) as caught:
        simulate(centre, Roster(GRID, ()), *work(centre, 1.0, 60.0))
    assert [issue.code for issue in caught.value.issues] == ["too_many_events"]


def test_the_valuable_wait_less_under_the_score_and_are_as_many_as_is_said() -> None:
    classes = (CustomerClass("gold", 0.2, 20.0), CustomerClass("rest", 0.8, 1.0))
    centre = replace(one_group(6), customer_classes=classes)
    volumes = work(centre, 56.0, 180.0)
    waits = {}
    for name in ("best", "fifo"):
        result = simulate(
            centre,
            always(centre),
            *volumes,
            settings=Settings(rule=RULES[name], absence=0.0, replications=20),
        )
        gold, rest = result.customer_classes
        assert gold.offered.mean is not None
        assert gold.offered.mean / offered(result)[0] == pytest.approx(0.2, abs=0.01)
        waits[name] = gold.mean_answer_s.mean or 0.0, rest.mean_answer_s.mean or 0.0
    assert waits["best"][0] < 0.3 * waits["best"][1]
    assert waits["fifo"][0] == pytest.approx(waits["fifo"][1], rel=0.1)
    # Nothing is lost by an order: the mean over all is the same.
    means = [0.2 * gold + 0.8 * rest for gold, rest in waits.values()]
    assert means[0] == pytest.approx(means[1], rel=0.03)


def test_a_site_that_answers_alone_has_its_own_people_and_figures() -> None:
    base = two_groups(6, {"site": "paris"}, {"site": "lyon"})
    agents = tuple(
        replace(agent, site="paris" if place < 5 else "lyon")
        for place, agent in enumerate(base.agents)
    )
    centre = replace(base, sites=(*base.sites, Site("lyon", zone="Europe/Paris")), agents=agents)
    result = simulate(
        centre,
        always(centre),
        *work(centre, 12.0, 180.0),
        settings=Settings(absence=0.0, replications=10),
    )
    paris, lyon = result.sites
    assert (paris.name, lyon.name) == ("paris", "lyon")
    alone = performance(1, 12.0, 180.0, 1800.0, patience_s=math.inf, within_s=20.0)
    assert lyon.service_level[Denominator.OFFERED].mean is not None
    assert paris.service_level[Denominator.OFFERED].mean == pytest.approx(1.0, abs=0.02)
    assert lyon.service_level[Denominator.OFFERED].mean < 0.5
    assert {site.name: site.agents for site in result.staff_sites} == {"paris": 5, "lyon": 1}
    by_name = {site.name: site for site in result.staff_sites}
    assert by_name["lyon"].occupancy.mean == pytest.approx(1.0, abs=0.05)
    assert by_name["paris"].occupancy.mean == pytest.approx(1.2 / 5, abs=0.02)
    assert float(alone.occupancy) == 1.0
    assert sum(site.cost for site in result.staff_sites) == pytest.approx(result.cost)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0.0), (0.5, 1.0)])
def test_a_case_is_resolved_when_the_customer_is_done(share: float, expected: float) -> None:
    goal = ServiceGoal(resolution_seconds=70.0)
    centre = one_group(20, goal=goal, handling_law=Law(LawKind.FIXED), after_contact_share=share)
    result = simulate(
        centre,
        always(centre),
        *work(centre, 10.0, 100.0),
        settings=Settings(absence=0.0, replications=4),
    )
    (group,) = result.groups
    assert group.resolution.mean == expected
    assert result.occupancy.mean == pytest.approx(10 * 100 / 1800 / 20, rel=0.05)


@pytest.mark.parametrize(("business_hours", "expected"), [(False, 0.0), (True, 1.0)])
def test_the_clock_of_a_ticket_may_stand_still_over_the_weekend(
    business_hours: bool, expected: float
) -> None:
    friday = TimeGrid.of_days(date(2026, 11, 27), 4, 30, "Europe/Paris")
    base = one_group(1)
    group = PlanningGroup(
        "email:orders", "email", "orders", goal=ServiceGoal(first_response_seconds=7200.0)
    )
    centre = replace(base, channels=(Channel("email", ChannelKind.EMAIL),), groups=(group,))
    monday = 3 * 48 + 18
    volumes, aht_s = work(centre, 0.0, 60.0, friday)
    volumes[0, 33] = 20.0  # from half past four to five on Friday
    opened = np.zeros_like(volumes)
    opened[0, 18:34] = opened[0, monday : monday + 16] = 1.0
    result = simulate(
        centre,
        Roster(friday, (Shift("a0", "day", monday, monday + 16),)),
        volumes,
        aht_s,
        settings=Settings(absence=0.0, open_slots=opened if business_hours else None),
    )
    (email,) = result.groups
    assert email.answered.mean == email.offered.mean
    assert email.first_response.mean == expected
    assert email.first_response_breaches.mean == pytest.approx(
        (1 - expected) * (email.offered.mean or 0.0)
    )


def test_paired_runs_count_all_that_was_played() -> None:
    centre = one_group(4)
    single, pairs = (
        simulate(
            centre,
            always(centre),
            *work(centre, 20.0, 60.0),
            settings=Settings(replications=5, antithetic=antithetic),
        )
        for antithetic in (False, True)
    )
    assert pairs.contacts == pytest.approx(2 * single.contacts, rel=0.06)
    assert pairs.contacts == round(2 * 5 * offered(pairs)[0])


def test_channels_are_compared_by_their_best_and_worst_service_level() -> None:
    base = organisation(6)
    chat = replace(base.groups[1], id="chat:billing", channel="chat")
    centre = replace(
        base,
        channels=(*base.channels, Channel("chat", ChannelKind.CHAT, 2)),
        groups=(base.groups[0], chat),
    )
    result = simulate(centre, always(centre), *work(centre, 25.0, 300.0))
    levels = [channel.service_level[Denominator.OFFERED].mean or 0.0 for channel in result.channels]
    assert result.spread.mean is not None
    assert result.spread.mean >= abs(levels[0] - levels[1]) - 0.01
    alone = one_group(2)
    single = simulate(alone, always(alone), *work(alone, 2.0, 60.0))
    assert single.spread.mean is None


def test_clocks_and_absence_of_a_wrong_shape_or_range_are_named() -> None:
    centre = organisation(2)
    for settings, pointer, code in (
        (Settings(open_slots=np.ones((1, 3))), "/open_slots", "bad_shape"),
        (Settings(open_slots=np.full((2, 96), 2.0)), "/open_slots", "out_of_range"),
        (Settings(open_slots=np.full((2, 96), math.nan)), "/open_slots", "out_of_range"),
        (Settings(absence=np.ones((2, 3))), "/absence", "bad_shape"),
        (Settings(absence=np.ones((2, 96))), "/absence", "out_of_range"),
        (Settings(adherence_s=-1.0), "/adherence_s", "out_of_range"),
        (Settings(busyness=math.inf), "/busyness", "out_of_range"),
        (Settings(records=-1), "/records", "out_of_range"),
    ):
        with pytest.raises(InvalidInput) as caught:
            simulate(centre, always(centre), *work(centre, 1.0, 60.0), settings=settings)
        assert codes(caught) == {pointer: code}


def test_a_group_that_flows_lead_to_needs_a_handling_time_in_every_interval() -> None:
    centre = replace(organisation(2), flows=(Flow("voice:orders", "voice:billing", 0.1),))
    volumes, aht_s = work(centre, [1.0, 0.0], 60.0)
    aht_s[1, 7] = 0.0
    with pytest.raises(InvalidInput) as caught:
        simulate(centre, always(centre), volumes, aht_s)
    assert codes(caught) == {"/aht_s/1/7": "out_of_range"}


def test_an_empty_range_and_a_centre_without_groups_are_named() -> None:
    centre = organisation(2)
    with pytest.raises(InvalidInput) as caught:
        simulate(centre, always(centre), *work(centre, 1.0, 60.0), slots=range(5, 5))
    assert codes(caught) == {"/slots": "bad_slots"}
    nothing = replace(centre, groups=())
    with pytest.raises(InvalidInput) as caught:
        simulate(nothing, always(nothing), np.zeros((0, 96)), np.zeros((0, 96)))
    assert codes(caught) == {"/organisation/groups": "no_groups"}


def test_patience_zero_means_that_whoever_is_not_answered_at_once_is_gone() -> None:
    centre = one_group(3, balking=1.0, handling_law=Law(LawKind.EXPONENTIAL))
    result = simulate(
        centre,
        always(centre),
        *work(centre, 40.0, 90.0),
        settings=Settings(absence=0.0, replications=20),
    )
    load = 40 * 90 / 1800
    blocked = (load**3 / 6) / (1 + load + load**2 / 2 + load**3 / 6)  # Erlang's loss formula
    assert result.groups[0].abandonment.mean == pytest.approx(blocked, abs=0.01)
    assert result.groups[0].mean_answer_s.mean == 0.0
