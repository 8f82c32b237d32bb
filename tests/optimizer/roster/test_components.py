"""Parts of a problem that share nothing are problems of their own, exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.model import (
    Agent,
    Directives,
    Fairness,
    Floor,
    Requirement,
    Roster,
    RosterProblem,
    ShiftDemand,
    Site,
)
from optimizer.roster import verify
from optimizer.roster.components import components
from tests.optimizer.roster.cases import MONDAY, demand, problem, shift

SITES = (Site("north", zone="Europe/Paris"), Site("south", zone="Europe/Paris"))


def two_sites(**changes: object) -> RosterProblem:
    """Return a problem with a group of its own for each of two sites."""
    agents = tuple(
        Agent(f"{site.id}{n}", "c", site.id, {"s0": 3, "s1": 3}) for site in SITES for n in range(2)
    )
    made = problem(
        agents=agents,
        required=demand(7, range(8, 12), 3.0, groups=2),
        prices=(10.0, 4.0),
        sites=SITES,
        call_cost=1.0,
    )
    groups = tuple(
        replace(group, site=site.id)
        for group, site in zip(made.organisation.groups, SITES, strict=True)
    )
    organisation = replace(made.organisation, groups=groups)
    return replace(made, organisation=organisation, **changes)


def test_sites_that_share_nothing_are_parts_whose_objectives_add_up() -> None:
    whole = two_sites()
    parts = components(whole)
    assert [[agent.id for agent in part.organisation.agents] for part in parts] == [
        ["north0", "north1"],
        ["south0", "south1"],
    ]
    assert [part.requirement.groups for part in parts] == [("g0",), ("g1",)]
    shifts = [shift("north0", 0), shift("north1", 2), shift("south0", 0)]
    grid = whole.requirement.grid
    together = verify(whole, Roster(grid, tuple(shifts))).objective
    apart = [
        verify(
            part,
            Roster(
                grid,
                tuple(s for s in shifts if s.agent in {a.id for a in part.organisation.agents}),
            ),
        ).objective
        for part in parts
    ]
    assert together == sum(apart)


def test_a_group_that_both_serve_keeps_them_together() -> None:
    whole = two_sites()
    groups = (replace(whole.organisation.groups[0], site=None), whole.organisation.groups[1])
    assert (
        len(components(replace(whole, organisation=replace(whole.organisation, groups=groups))))
        == 1
    )


def test_so_do_shares_of_elastic_staff_fairness_and_floors_of_everybody() -> None:
    whole = two_sites()
    organisation = whole.organisation
    for tied in (
        replace(whole, organisation=replace(organisation, max_elastic_share=0.2)),
        replace(whole, organisation=replace(organisation, fairness=Fairness(weekends=1.0))),
        replace(whole, directives=Directives(floors=(Floor(1),))),
        replace(whole, directives=Directives(shift_demand=(ShiftDemand(MONDAY, "morning", 1),))),
    ):
        assert len(components(tied)) == 1


def test_what_counts_for_one_site_goes_with_it() -> None:
    floors = (Floor(1, site="south", start_minute=480, end_minute=720),)
    whole = two_sites(directives=Directives(floors=floors))
    first, second = components(whole)
    assert first.directives.floors == ()
    assert second.directives.floors == floors


def test_work_that_nobody_can_do_is_missing_in_one_part_only() -> None:
    whole = two_sites()
    lost = replace(whole.organisation.groups[0], id="lost", min_level=5)
    requirement = whole.requirement
    more = Requirement(
        requirement.grid, (*requirement.groups, "lost"), np.vstack([requirement.agents] * 2)[:3]
    )
    organisation = replace(whole.organisation, groups=(*whole.organisation.groups, lost))
    parts = components(replace(whole, organisation=organisation, requirement=more))
    assert sum("lost" in part.requirement.groups for part in parts) == 1


def test_people_without_any_work_are_still_in_exactly_one_part() -> None:
    whole = two_sites()
    idle = replace(whole.requirement, agents=np.zeros_like(whole.requirement.agents))
    parts = components(replace(whole, requirement=idle))
    names = sorted(agent.id for part in parts for agent in part.organisation.agents)
    assert names == sorted(agent.id for agent in whole.organisation.agents)
