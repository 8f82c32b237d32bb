from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from optimizer.errors import Issue
from optimizer.model import (
    Agent,
    Availability,
    Contract,
    History,
    Organisation,
    PlanningGroup,
    Range,
    Request,
    RequestKind,
    Requirement,
    Roster,
    RosterProblem,
    ServiceGoal,
    Shift,
    ShiftTemplate,
    Tier,
    TimeGrid,
    can_serve,
    check_organisation,
    check_problem,
    check_requirement,
    check_roster,
)
from tests.optimizer.builders import MONDAY, organisation, requirement


def found(issues: list[Issue]) -> set[tuple[str, str]]:
    return {(issue.code, issue.pointer) for issue in issues}


def test_a_sound_organisation_has_no_issue() -> None:
    assert check_organisation(organisation()) == []


def test_a_sound_problem_has_no_issue() -> None:
    assert check_problem(RosterProblem(organisation(), requirement(np.full((2, 48), 0.2)))) == []


def test_every_problem_of_an_organisation_is_listed_with_its_pointer() -> None:
    good = organisation()
    bad_agent = Agent(
        "a0",
        contract="gone",
        site="mars",
        skills={"orders": 9, "a/b": 1},
        channels=("fax",),
        availability=(Availability((7,), 900, 100),),
        requests=(Request(date(2026, 11, 23), RequestKind.ON, weight=0.0),),
        history=History(days_worked=-1, last_shift_end=datetime(2026, 11, 22, 8)),
        authority=-1.0,
    )
    bad = replace(
        good,
        zone="Nowhere",
        groups=(
            PlanningGroup(
                "g",
                "fax",
                "cobol",
                min_level=0,
                site="mars",
                shrinkage=1.0,
                patience_seconds=0.0,
                goal=ServiceGoal(target_share=1.0, max_occupancy=0.0),
            ),
        ),
        contracts=(
            Contract("core", shifts_per_week=Range(6, 5), templates=("day", "night")),
            Contract("core", vendor="ghost", hourly_cost=-1.0),
        ),
        templates=(ShiftTemplate("day", 600, 500, lengths=()),),
        agents=(bad_agent, replace(good.agents[0])),
    )
    assert found(check_organisation(bad)) >= {
        ("unknown_zone", "/zone"),
        ("unknown_channel", "/groups/0/channel"),
        ("unknown_skill", "/groups/0/skill"),
        ("unknown_site", "/groups/0/site"),
        ("out_of_range", "/groups/0/min_level"),
        ("out_of_range", "/groups/0/shrinkage"),
        ("out_of_range", "/groups/0/patience_seconds"),
        ("out_of_range", "/groups/0/goal/target_share"),
        ("out_of_range", "/groups/0/goal/max_occupancy"),
        ("half_a_goal", "/groups/0/goal"),
        ("duplicate_id", "/contracts/1/id"),
        ("minimum_above_maximum", "/contracts/0/shifts_per_week"),
        ("unknown_template", "/contracts/0/templates/1"),
        ("no_templates", "/contracts/1/templates"),
        ("unknown_vendor", "/contracts/1/vendor"),
        ("out_of_range", "/contracts/1/hourly_cost"),
        ("minimum_above_maximum", "/templates/0/latest_start"),
        ("no_lengths", "/templates/0/lengths"),
        ("duplicate_id", "/agents/1/id"),
        ("unknown_contract", "/agents/0/contract"),
        ("unknown_site", "/agents/0/site"),
        ("out_of_range", "/agents/0/skills/orders"),
        ("unknown_skill", "/agents/0/skills/a~1b"),
        ("unknown_channel", "/agents/0/channels/0"),
        ("minimum_above_maximum", "/agents/0/availability/0/end_minute"),
        ("out_of_range", "/agents/0/availability/0/weekdays/0"),
        ("out_of_range", "/agents/0/requests/0/weight"),
        ("out_of_range", "/agents/0/history/days_worked"),
        ("missing_offset", "/agents/0/history/last_shift_end"),
        ("out_of_range", "/agents/0/authority"),
    }


def test_an_organisation_without_anything_says_so() -> None:
    empty = Organisation("x", "UTC", (), (), (), (), (), (), ())
    assert found(check_organisation(empty)) == {("no_groups", "/groups")}


def test_a_group_that_nobody_can_serve_is_a_warning_not_an_error() -> None:
    good = organisation()
    expert = replace(good.groups[0], id="tier2", tier=Tier.RISK)
    issues = check_organisation(replace(good, groups=(*good.groups, expert)))
    assert [(i.code, i.severity) for i in issues] == [("nobody_can_serve", "warning")]


def test_figures_that_cannot_be_required_are_named_by_row_and_slot() -> None:
    values = np.ones((2, 48))
    values[0, 3], values[1, 4], values[1, 5] = -1, np.nan, np.inf
    issues = check_requirement(requirement(values), ["voice:orders", "voice:billing"])
    assert found(issues) == {
        ("out_of_range", "/agents/0/3"),
        ("out_of_range", "/agents/1/4"),
        ("out_of_range", "/agents/1/5"),
    }


def test_a_requirement_of_the_wrong_shape_or_for_unknown_groups_is_refused() -> None:
    grid = TimeGrid.of_days(MONDAY, 1)
    issues = check_requirement(Requirement(grid, ("a", "a"), np.ones((1, 48))), ["b"])
    assert found(issues) == {
        ("unknown_group", "/groups/0"),
        ("unknown_group", "/groups/1"),
        ("duplicate_id", "/groups/1"),
        ("bad_shape", "/agents"),
    }


def test_a_requirement_keeps_its_figures_when_the_source_changes() -> None:
    values = np.ones((2, 48))
    made = requirement(values)
    values[0, 0] = 99
    assert made.agents[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        made.agents[0, 0] = 2


def test_templates_that_do_not_fit_the_grid_are_reported_by_the_problem() -> None:
    good = organisation()
    odd = replace(good.templates[1], lengths=(250,))
    problem = RosterProblem(
        replace(good, templates=(good.templates[0], odd)), requirement(np.full((2, 48), 0.2))
    )
    assert found(check_problem(problem)) == {("off_grid", "/organisation/templates/1")}


def test_a_problem_without_agents_says_so() -> None:
    problem = RosterProblem(replace(organisation(), agents=()), requirement(np.ones((2, 48))))
    assert ("no_agents", "/organisation/agents") in found(check_problem(problem))


def test_a_roster_that_names_strangers_or_impossible_slots_cannot_be_judged() -> None:
    grid = TimeGrid.of_days(MONDAY, 1)
    roster = Roster(grid, (Shift("nobody", "night", 5, 5),))
    assert found(check_roster(roster, organisation())) == {
        ("unknown_agent", "/shifts/0/agent"),
        ("unknown_template", "/shifts/0/template"),
        ("bad_slots", "/shifts/0"),
    }


@pytest.mark.parametrize(
    ("change", "served"),
    [
        ({}, True),
        ({"skills": {"orders": 2}}, False),
        ({"skills": {"billing": 5}}, False),
        ({"channels": ("chat",)}, False),
        ({"channels": ("voice", "chat")}, True),
        ({"tier": Tier.RISK}, True),
        ({"site": "elsewhere"}, False),
    ],
)
def test_serving_needs_skill_level_channel_tier_and_site(
    change: dict[str, object], served: bool
) -> None:
    group = PlanningGroup("g", "voice", "orders", min_level=3, site="here")
    agent = Agent("a", "core", "here", {"orders": 3})
    assert can_serve(replace(agent, **change), group) is served  # type: ignore[arg-type]


def test_expert_work_needs_an_expert_of_that_kind() -> None:
    group = PlanningGroup("g", "voice", "fraud", tier=Tier.RISK)
    for tier in Tier:
        agent = Agent("a", "core", "here", {"fraud": 5}, tier=tier)
        assert can_serve(agent, group) is (tier is Tier.RISK)
