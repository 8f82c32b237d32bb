"""What may not be said of people, contracts and one period."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from optimizer.errors import Severity
from optimizer.model import (
    Absence,
    ActivityKind,
    ActivityTemplate,
    Availability,
    ChangePrices,
    Contract,
    Directives,
    Fairness,
    Floor,
    Forbidden,
    History,
    Keep,
    Limits,
    Organisation,
    PayBand,
    Pin,
    Range,
    Request,
    RequestKind,
    Roster,
    RosterProblem,
    Rotation,
    RuleName,
    Shift,
    ShiftDemand,
    ShiftTemplate,
    Tier,
    TimeGrid,
    Training,
    Vendor,
    check_organisation,
    check_problem,
)
from tests.optimizer.builders import MONDAY, organisation, requirement

TUESDAY = MONDAY + timedelta(days=1)
GRID = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")
PREVIOUS = Roster(GRID, (Shift("a0", "day", 18, 36),))
"""On Monday a0 works from nine to six."""


def problem(
    directives: Directives | None = None,
    previous: Roster | None = None,
    centre: Organisation | None = None,
    agents: float = 0.0,
) -> RosterProblem:
    return RosterProblem(
        centre or organisation(),
        requirement(np.full((2, 7 * 48), agents)),
        directives or Directives(),
        previous,
    )


def codes(made: RosterProblem | Organisation) -> set[tuple[str, str]]:
    issues = check_problem(made) if isinstance(made, RosterProblem) else check_organisation(made)
    return {(issue.code, issue.pointer) for issue in issues}


def pins(*pins: Pin, previous: Roster | None = None, **agent: Any) -> set[tuple[str, str]]:
    """Return what is found wrong with pins of a0, whose fields may be changed."""
    centre = organisation()
    first, *others = centre.agents
    centre = replace(centre, agents=(replace(first, **agent), *others))
    return codes(problem(Directives(pins=pins), previous, centre))


def with_contract(**changes: Any) -> Organisation:
    centre = organisation()
    core, *others = centre.contracts
    return replace(centre, contracts=(replace(core, **changes), *others))


def with_agent(**changes: Any) -> Organisation:
    centre = organisation()
    first, *others = centre.agents
    return replace(centre, agents=(replace(first, **changes), *others))


@pytest.mark.parametrize(
    ("pin", "found"),
    [
        (Pin("nobody", MONDAY, works=True), ("unknown_agent", "/directives/pins/0/agent")),
        (Pin("a0", MONDAY), ("empty_pin", "/directives/pins/0")),
        (
            Pin("a0", MONDAY - timedelta(days=1), works=True),
            ("day_outside_period", "/directives/pins/0/day"),
        ),
        (
            Pin("a0", MONDAY, template="short"),
            ("template_not_in_contract", "/directives/pins/0"),
        ),
        (Pin("a0", MONDAY, template="gone"), ("unknown_template", "/directives/pins/0/template")),
        (
            Pin("a0", MONDAY, start_minute=7 * 60),
            ("start_not_allowed", "/directives/pins/0"),
        ),
        (
            Pin("a0", MONDAY, works=False, template="day"),
            ("contradictory_pin", "/directives/pins/0/works"),
        ),
        (Pin("a0", MONDAY, Keep.SHIFT), ("pin_without_previous", "/directives/pins/0/keep")),
    ],
)
def test_a_pin_that_cannot_be_kept_is_an_error_with_its_cause(
    pin: Pin, found: tuple[str, str]
) -> None:
    assert pins(pin) == {found}
    assert all(
        issue.severity is Severity.ERROR
        for issue in check_problem(problem(Directives(pins=(pin,))))
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"days_off": (MONDAY,)}, "pin_on_day_off"),
        (
            {
                "absences": (
                    Absence(
                        datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
                    ),
                )
            },
            "pin_on_absence",
        ),
        ({"availability": (Availability((1, 2)),)}, "pin_outside_availability"),
        ({"rotation": Rotation(MONDAY, ("off", "on"))}, "pin_against_rotation"),
    ],
)
def test_a_pin_against_what_is_known_of_the_agent_is_named(
    changes: dict[str, Any], code: str
) -> None:
    pinned = Pin("a0", MONDAY, works=True)
    assert pins(pinned, **changes) == {(code, "/directives/pins/0")}
    assert pins(replace(pinned, day=TUESDAY), **changes) - {(code, "/directives/pins/0")} == set()


def test_a_kept_shift_that_has_become_impossible_gives_way_with_a_warning() -> None:
    centre = with_agent(days_off=(MONDAY,))
    made = problem(Directives(pins=(Pin("a0", MONDAY, Keep.DAY),)), PREVIOUS, centre)
    assert [(i.code, i.severity) for i in check_problem(made)] == [
        ("pin_on_day_off", Severity.WARNING)
    ]


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        (Pin("a0", MONDAY, works=True), Pin("a0", MONDAY, works=False), True),
        (Pin("a0", MONDAY, start_minute=480), Pin("a0", MONDAY, start_minute=540), True),
        (Pin("a0", MONDAY, start_minute=480), Pin("a0", MONDAY, works=False), True),
        (Pin("a0", MONDAY, Keep.SHIFT), Pin("a0", MONDAY, start_minute=480), True),
        (Pin("a0", MONDAY, Keep.SHIFT), Pin("a0", MONDAY, start_minute=540), False),
        (Pin("a0", MONDAY, Keep.DAY), Pin("a0", MONDAY, start_minute=480), False),
        (Pin("a0", TUESDAY, Keep.DAY), Pin("a0", TUESDAY, works=True), True),
        (Pin("a0", MONDAY, works=True), Pin("a0", TUESDAY, works=False), False),
        (Pin("a0", MONDAY, works=True), Pin("a1", MONDAY, works=False), False),
        (Pin("a0", MONDAY, template="day"), Pin("a0", MONDAY, start_minute=480), False),
    ],
)
def test_two_pins_contradict_each_other_if_they_cannot_both_hold(
    one: Pin, other: Pin, contradict: bool
) -> None:
    expected = {("contradictory_pins", "/directives/pins/1")} if contradict else set()
    assert pins(one, other, previous=PREVIOUS) == expected


def test_a_pin_may_not_ask_for_something_else_than_it_keeps() -> None:
    pin = Pin("a0", MONDAY, Keep.START, start_minute=600)
    assert pins(pin, previous=PREVIOUS) == {("contradictory_pin", "/directives/pins/0")}


def test_every_wrong_directive_is_listed_at_once() -> None:
    said = Directives(
        shift_demand=(
            ShiftDemand(date(2027, 1, 1), "night", -1, -1.0, skill="cobol", site="mars"),
            ShiftDemand(MONDAY, "day", 3, tier=Tier.RISK),
            ShiftDemand(MONDAY, "day", 2, tier=Tier.RISK),
        ),
        floors=(
            Floor(0, group="gone", site="mars", weekdays=(7,), start_minute=60, cost=-1.0),
            Floor(4, group="voice:billing"),
            Floor(1, start_minute=600, end_minute=540),
        ),
        trainings=(
            Training("t", ("nobody", "a0", "a0"), 45, group_min=5, group_max=2, cost=-1.0),
            Training("t", (), 30, kind=ActivityKind.MEAL),
            Training("late", ("a0",), 120, earliest_minute=1400),
            Training("long", ("a0", "a2"), 600, first_day=TUESDAY, last_day=MONDAY),
            Training("some", ("a0", "a2"), 300, group_min=3, last_day=date(2026, 1, 1)),
        ),
        changes=ChangePrices(called=-1.0),
        now=datetime(2026, 11, 23, 8),
    )
    base = "/directives"
    assert codes(problem(said)) == {
        ("day_outside_period", f"{base}/shift_demand/0/day"),
        ("unknown_template", f"{base}/shift_demand/0/template"),
        ("unknown_skill", f"{base}/shift_demand/0/skill"),
        ("unknown_site", f"{base}/shift_demand/0/site"),
        ("out_of_range", f"{base}/shift_demand/0/agents"),
        ("out_of_range", f"{base}/shift_demand/0/missing_cost"),
        ("demand_above_staff", f"{base}/shift_demand/1/agents"),
        ("demand_above_staff", f"{base}/shift_demand/2/agents"),
        ("demand_stated_twice", f"{base}/shift_demand/2"),
        ("out_of_range", f"{base}/floors/0/agents"),
        ("out_of_range", f"{base}/floors/0/cost"),
        ("unknown_group", f"{base}/floors/0/group"),
        ("unknown_site", f"{base}/floors/0/site"),
        ("out_of_range", f"{base}/floors/0/weekdays/0"),
        ("half_a_window", f"{base}/floors/0/end_minute"),
        ("floor_above_staff", f"{base}/floors/1/agents"),
        ("minimum_above_maximum", f"{base}/floors/2/end_minute"),
        ("unknown_agent", f"{base}/trainings/0/agents/0"),
        ("duplicate_id", f"{base}/trainings/0/agents/2"),
        ("off_grid", f"{base}/trainings/0/minutes"),
        ("minimum_above_maximum", f"{base}/trainings/0/group_max"),
        ("group_above_participants", f"{base}/trainings/0/group_min"),
        ("out_of_range", f"{base}/trainings/0/cost"),
        ("duplicate_id", f"{base}/trainings/1/id"),
        ("no_participants", f"{base}/trainings/1/agents"),
        ("not_a_training", f"{base}/trainings/1/kind"),
        ("window_too_short", f"{base}/trainings/2/latest_end_minute"),
        ("minimum_above_maximum", f"{base}/trainings/3/last_day"),
        ("training_longer_than_shifts", f"{base}/trainings/3/minutes"),
        ("training_longer_than_shifts", f"{base}/trainings/4/agents/1"),
        ("group_above_participants", f"{base}/trainings/4/group_min"),
        ("training_outside_period", f"{base}/trainings/4"),
        ("out_of_range", f"{base}/changes/called"),
        ("changes_without_previous", f"{base}/changes"),
        ("missing_offset", f"{base}/now"),
    }


def test_directives_are_checked_although_the_organisation_has_faults_of_its_own() -> None:
    centre = organisation()
    agents = tuple(replace(agent, contract="", site="mars") for agent in centre.agents)
    broken = replace(centre, agents=agents, sites=(replace(centre.sites[0], zone="Nowhere"),))
    said = Directives(pins=(Pin("nobody", MONDAY, works=True),))
    assert codes(problem(said, PREVIOUS, broken)) >= {
        ("no_contract", "/organisation/agents/0/contract"),
        ("unknown_site", "/organisation/agents/0/site"),
        ("unknown_zone", "/organisation/sites/0/zone"),
        ("unknown_agent", "/directives/pins/0/agent"),
    }


def test_a_previous_roster_must_have_the_same_intervals_and_one_shift_a_day() -> None:
    other = Roster(TimeGrid.of_days(MONDAY, 7, 15, "Europe/Paris"), ())
    assert codes(problem(previous=other)) == {("other_grid", "/previous/grid")}
    earlier = Roster(TimeGrid.of_days(MONDAY - timedelta(days=7), 14, 30, "Europe/Paris"), ())
    assert codes(problem(previous=earlier)) == set()
    twice = Roster(GRID, (Shift("a0", "day", 16, 34), Shift("a0", "day", 36, 40)))
    assert codes(problem(previous=twice)) == {("two_shifts_a_day", "/previous/shifts/1")}
    backwards = Roster(GRID, (Shift("a0", "day", 16, 16),))
    assert codes(problem(previous=backwards)) == {("bad_slots", "/previous/shifts/0")}


def test_who_is_gone_since_the_previous_roster_is_remarked_on_once() -> None:
    left = Roster(GRID, (Shift("left", "old", 16, 34), Shift("left", "old", 64, 80)))
    issues = check_problem(problem(previous=left))
    assert {(i.code, i.severity, i.pointer) for i in issues} == {
        ("gone_since", Severity.INFORMATION, "/previous/shifts/0/agent"),
        ("gone_since", Severity.INFORMATION, "/previous/shifts/0/template"),
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"minutes_per_day": Range(500, 400)}, ("minimum_above_maximum", "minutes_per_day")),
        ({"minutes_per_day": Range(0, 400)}, ("shift_outside_minutes", "templates/0")),
        ({"minutes_per_week": Range(2500)}, ("minimum_out_of_reach", "minutes_per_week/minimum")),
        (
            {"min_consecutive_days": 4, "max_consecutive_days": 3},
            ("minimum_above_maximum", "min_consecutive_days"),
        ),
        (
            {"min_consecutive_days_off": 3, "max_consecutive_days_off": 2},
            ("minimum_above_maximum", "min_consecutive_days_off"),
        ),
        ({"max_weekends": -1}, ("out_of_range", "max_weekends")),
        ({"max_start_spread_minutes": -1}, ("out_of_range", "max_start_spread_minutes")),
        (
            {"template_limits": {"day": Range(3, 2)}},
            ("minimum_above_maximum", "template_limits/day"),
        ),
        ({"template_limits": {"x": Range()}}, ("unknown_template", "template_limits/x")),
        ({"forbidden": (Forbidden("day", "x"),)}, ("unknown_template", "forbidden/0/after")),
        ({"soft": {RuleName.REST: -1.0}}, ("negative_price", "soft/rest")),
        ({"soft": {RuleName.REST: float("nan")}}, ("out_of_range", "soft/rest")),
        ({"soft": {RuleName.ABSENCE: 1.0}}, ("rule_cannot_be_soft", "soft/absence")),
        ({"overtime": (PayBand(-1, 0.5),)}, ("out_of_range", "overtime/0/beyond_minutes")),
        ({"overtime": (PayBand(0, -0.5),)}, ("out_of_range", "overtime/0/premium")),
        ({"time_off_credit": 1.5}, ("out_of_range", "time_off_credit")),
        ({"time_off_minutes_per_week": -1}, ("out_of_range", "time_off_minutes_per_week")),
        ({"templates": ()}, ("no_templates", "templates")),
    ],
)
def test_a_contract_that_makes_no_sense_is_named_with_its_field(
    changes: dict[str, Any], found: tuple[str, str]
) -> None:
    code, field = found
    assert codes(with_contract(**changes)) == {(code, f"/contracts/0/{field}")}


def test_limits_of_sites_and_agents_are_checked_like_contracts_and_against_them() -> None:
    centre = with_agent(
        limits=Limits(
            min_consecutive_days=9, shifts_per_week=Range(2, 1), soft={RuleName.REST: -1.0}
        )
    )
    limits = Limits(template_limits={"gone": Range(1, 0)})
    centre = replace(centre, sites=(replace(centre.sites[0], limits=limits),))
    assert codes(centre) == {
        ("minimum_above_maximum", "/agents/0/limits/shifts_per_week"),
        ("negative_price", "/agents/0/limits/soft/rest"),
        ("unknown_template", "/sites/0/limits/template_limits/gone"),
        ("minimum_above_maximum", "/sites/0/limits/template_limits/gone"),
    }
    long_runs = with_agent(limits=Limits(min_consecutive_days=7))
    assert codes(long_runs) == {("minimum_above_maximum", "/agents/0/limits/min_consecutive_days")}
    everywhere = organisation(30)
    site = replace(everywhere.sites[0], limits=Limits(min_consecutive_days=7))
    assert codes(replace(everywhere, sites=(site,))) == {
        ("minimum_above_maximum", "/sites/0/limits/min_consecutive_days")
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"rotation": Rotation(MONDAY, ())}, ("empty_rotation", "rotation/cycle")),
        (
            {"rotation": Rotation(MONDAY, ("on", "sometimes"))},
            ("unknown_rotation_entry", "rotation/cycle/1"),
        ),
        (
            {"rotation": Rotation(MONDAY, ("short",))},
            ("template_not_in_contract", "rotation/cycle/0"),
        ),
        (
            {"history": History(days_worked=2, days_off=1)},
            ("contradictory_history", "history/days_worked"),
        ),
        (
            {"history": History(days_off=1, last_template="day")},
            ("contradictory_history", "history/last_template"),
        ),
        (
            {"history": History(earliest_start_this_week=600, latest_start_this_week=500)},
            ("minimum_above_maximum", "history/latest_start_this_week"),
        ),
        ({"history": History(weekends=-1)}, ("out_of_range", "history/weekends")),
        (
            {"history": History(minutes_this_week=60)},
            ("contradictory_history", "history/shifts_this_week"),
        ),
        (
            {"requests": (Request(MONDAY, RequestKind.ON, template="gone"),)},
            ("unknown_template", "requests/0/template"),
        ),
        (
            {"requests": (Request(MONDAY, RequestKind.ON, earliest_start=600, latest_start=540),)},
            ("minimum_above_maximum", "requests/0/latest_start"),
        ),
        (
            {"absences": (Absence(GRID.local(4), GRID.local(4)),)},
            ("empty_absence", "absences/0/end"),
        ),
    ],
)
def test_what_an_agent_brings_along_is_checked(
    changes: dict[str, Any], found: tuple[str, str]
) -> None:
    code, field = found
    assert codes(with_agent(**changes)) == {(code, f"/agents/0/{field}")}


def test_wishes_outside_the_period_or_against_each_other_are_remarks_only() -> None:
    requests = (
        Request(MONDAY - timedelta(days=1), RequestKind.OFF),
        Request(TUESDAY, RequestKind.OFF),
        Request(TUESDAY, RequestKind.PREFER),
        Request(TUESDAY, RequestKind.ON, template="short"),
        Request(MONDAY, RequestKind.ON, latest_start=540),
        Request(MONDAY, RequestKind.AVOID, earliest_start=600),
    )
    issues = check_problem(problem(centre=with_agent(requests=requests)))
    assert {(i.code, i.pointer.rpartition("requests")[2]) for i in issues} == {
        ("request_outside_period", "/0/day"),
        ("contradictory_requests", "/2"),
        ("template_not_in_contract", "/3/template"),
    }
    assert {issue.severity for issue in issues} == {Severity.INFORMATION}


def test_a_past_that_lies_in_the_period_is_refused() -> None:
    ended = datetime(2026, 11, 25, tzinfo=UTC)
    centre = with_agent(history=History(days_worked=1, last_shift_end=ended))
    assert codes(problem(centre=centre)) == {
        ("history_after_start", "/organisation/agents/0/history/last_shift_end")
    }


def test_shares_prices_and_caps_have_their_bounds() -> None:
    centre = replace(
        organisation(),
        fairness=Fairness(weekends=-1.0),
        max_elastic_share=1.5,
        vendors=(Vendor("outside", max_minutes_per_week=-1),),
    )
    assert codes(centre) == {
        ("out_of_range", "/fairness/weekends"),
        ("out_of_range", "/max_elastic_share"),
        ("out_of_range", "/vendors/0/max_minutes_per_week"),
    }
    elastic = replace(
        organisation(),
        max_elastic_share=0.2,
        agents=tuple(replace(agent, contract="on_call") for agent in organisation().agents),
    )
    assert codes(elastic) == {("elastic_share_without_core", "/max_elastic_share")}


def meal(earliest: int, latest: int, minutes: int = 60) -> ActivityTemplate:
    return ActivityTemplate(ActivityKind.MEAL, minutes, earliest, latest)


@pytest.mark.parametrize(
    ("least", "most", "activities", "fits"),
    [
        (0, None, (), True),
        (0, 540, (), True),
        (0, 510, (), False),
        (0, 240, (meal(180, 300),), True),
        (0, 210, (meal(180, 300),), False),
        (240, None, (meal(180, 300),), True),
        (270, None, (meal(180, 300),), False),
        (120, 180, (meal(120, 150, 30), meal(330, 360, 30)), True),
        (120, 150, (meal(120, 150, 30), meal(330, 360, 30)), False),
    ],
)
def test_stretches_of_work_must_be_possible_with_the_activities_placed(
    least: int, most: int | None, activities: tuple[ActivityTemplate, ...], fits: bool
) -> None:
    template = ShiftTemplate(
        "day", 480, 600, (540,), activities=activities, min_stretch_minutes=least,
        max_stretch_minutes=most,
    )  # fmt: skip
    centre = organisation()
    found = codes(replace(centre, templates=(template, centre.templates[1])))
    assert found == (set() if fits else {("stretches_do_not_fit", "/templates/0")})


def test_missing_heads_are_told_by_group_with_their_hours() -> None:
    needed = np.zeros((2, 7 * 48))
    needed[0, 20:24] = 5  # three agents can serve orders
    made = replace(problem(), requirement=requirement(needed))
    (issue,) = check_problem(made)
    assert (issue.code, issue.pointer) == ("requirement_above_heads", "/requirement/agents/0")
    assert issue.severity is Severity.WARNING
    assert "4.0 hours" in issue.detail


def test_missing_hours_are_told_by_the_set_of_groups_that_lacks_them() -> None:
    # Two core agents work 5 x 8 hours, the elastic one 3 x 4: 92 in all, 52 of them for billing.
    needed = np.zeros((2, 7 * 48))
    needed[1, :280] = 0.4  # 56 hours
    (issue,) = check_problem(replace(problem(), requirement=requirement(needed)))
    assert issue.code == "requirement_above_staff"
    assert "'voice:billing': 56.0 hours" in issue.detail
    assert "4.0 hours are missing" in issue.detail
    needed[1], needed[0] = 0.25, 0.5  # 42 and 84 hours, 34 more than there are in all
    (issue,) = check_problem(replace(problem(), requirement=requirement(needed)))
    assert "'voice:orders', 'voice:billing': 126.0 hours" in issue.detail
    assert "34.0 hours are missing" in issue.detail


def test_a_group_that_nobody_can_serve_is_told_with_the_hours_that_it_needs() -> None:
    centre = organisation()
    expert = replace(centre.groups[1], tier=Tier.RISK)
    centre = replace(centre, groups=(centre.groups[0], expert))
    issues = check_problem(problem(centre=centre, agents=0.1))
    assert [(i.code, i.severity) for i in issues] == [
        ("nobody_can_serve", Severity.WARNING),
        ("nobody_can_serve", Severity.WARNING),
    ]
    assert "16.8 hours" in issues[1].detail


def test_a_contract_without_limits_can_be_checked() -> None:
    bare = Contract("core", shifts_per_week=Range(), templates=("day",))
    centre = replace(organisation(), contracts=(bare, organisation().contracts[1]))
    assert check_problem(problem(centre=centre)) == []
