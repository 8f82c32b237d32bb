"""Does an organisation, a requirement or a roster problem make sense? All issues at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from optimizer.errors import Issue, Severity
from optimizer.model.contract_checks import (
    check_changed_terms,
    check_contract,
    check_limits,
    check_vendor,
)
from optimizer.model.contracts import StaffClass
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.grid_checks import check_grid, check_slots
from optimizer.model.organisation import Organisation, can_serve
from optimizer.model.people_checks import Known, check_agent
from optimizer.model.period import Period
from optimizer.model.roster import Requirement, Roster, RosterProblem
from optimizer.model.roster_checks import (
    check_directives,
    check_people_in_period,
    check_previous,
)
from optimizer.model.service_checks import check_channel, check_flows, check_group
from optimizer.model.shift_checks import check_template, check_template_on_grid
from optimizer.model.staff_checks import check_staff

__all__ = [
    "check_grid",
    "check_organisation",
    "check_problem",
    "check_requirement",
    "check_roster",
]

MOST_AGENTS = 1e6
"""More agents than this in one interval are a slip of the pen, and beyond counting."""


CELLS_LISTED = 20
"""So many impossible numbers of a requirement are listed; the others are counted."""


def check_organisation(organisation: Organisation, pointer: str = "") -> list[Issue]:
    """Return the issues of an organisation: ranges, references, duplicates, orphans."""
    found = Findings(pointer)
    found.zone("zone", organisation.zone)
    channels = found.unique("channels", (c.id for c in organisation.channels))
    skills = found.unique("skills", (s.id for s in organisation.skills))
    sites = found.unique("sites", (s.id for s in organisation.sites))
    vendors = found.unique("vendors", (v.id for v in organisation.vendors))
    found.unique("templates", (t.id for t in organisation.templates))
    found.unique("contracts", (c.id for c in organisation.contracts))
    found.unique("groups", (g.id for g in organisation.groups))
    found.unique("agents", (a.id for a in organisation.agents))
    if not organisation.groups:
        found.at("groups").error("no_groups", "There is no planning group.")

    for i, channel in enumerate(organisation.channels):
        check_channel(found.at("channels", i), channel)
    for i, group in enumerate(organisation.groups):
        check_group(found.at("groups", i), group, channels, skills, sites)
    check_flows(found, organisation)
    templates = {template.id: template for template in organisation.templates}
    contracts = {contract.id: contract for contract in organisation.contracts}
    for i, site in enumerate(organisation.sites):
        found.at("sites", i).zone("zone", site.zone)
        if site.limits is not None:
            check_limits(found.at("sites", i, "limits"), site.limits, templates)
    for i, vendor in enumerate(organisation.vendors):
        check_vendor(found.at("vendors", i), vendor)
    for i, template in enumerate(organisation.templates):
        check_template(found.at("templates", i), template)
    for i, contract in enumerate(organisation.contracts):
        check_contract(found.at("contracts", i), contract, templates, vendors)
    known = Known(contracts, skills, sites, channels, templates)
    for i, agent in enumerate(organisation.agents):
        check_agent(found.at("agents", i), agent, known)
    _check_shares(found, organisation)
    for i, group in enumerate(organisation.groups):
        if not any(can_serve(agent, group) for agent in organisation.agents):
            found.at("groups", i).warning(
                "nobody_can_serve", f"No agent can take the contacts of group {group.id!r}."
            )
    if not any(issue.severity is Severity.ERROR for issue in found.issues):
        check_changed_terms(found, organisation)
    return found.issues


def check_requirement(
    requirement: Requirement, groups: Collection[str], pointer: str = ""
) -> list[Issue]:
    """Return the issues of a requirement against the planning groups that exist."""
    found = Findings(pointer)
    found.issues.extend(check_grid(requirement.grid, f"{pointer}/grid"))
    known = set(groups)
    for i, group in enumerate(requirement.groups):
        if group not in known:
            found.at("groups", i).error("unknown_group", f"There is no group {group!r}.")
        if group in requirement.groups[:i]:
            found.at("groups", i).error("duplicate_id", f"{group!r} stands here twice.")
    expected = (len(requirement.groups), requirement.grid.count)
    if requirement.agents.shape != expected:
        found.at("agents").error(
            "bad_shape", f"agents is {requirement.agents.shape} but must be {expected}."
        )
        return found.issues
    wrong = np.argwhere(~((requirement.agents >= 0) & (requirement.agents <= MOST_AGENTS))).tolist()
    for row, column in wrong[:CELLS_LISTED]:
        found.at("agents", row, column).error(
            "out_of_range", f"{requirement.agents[row, column]:g} agents cannot be required."
        )
    if len(wrong) > CELLS_LISTED:
        detail = f"{len(wrong) - CELLS_LISTED} further numbers of agents cannot be required."
        found.at("agents").error("out_of_range", detail)
    return found.issues


def check_problem(problem: RosterProblem) -> list[Issue]:
    """Return the issues of a roster problem, those of its parts included."""
    organisation, requirement = problem.organisation, problem.requirement
    issues = check_organisation(organisation, "/organisation")
    issues += check_requirement(requirement, {g.id for g in organisation.groups}, "/requirement")
    found = Findings("", issues)
    if not organisation.agents:
        found.at("organisation", "agents").error("no_agents", "There is nobody to schedule.")
    for i, template in enumerate(organisation.templates):
        check_template_on_grid(
            found.at("organisation", "templates", i), template, requirement.grid.interval_minutes
        )
    if check_grid(requirement.grid):
        return issues  # without a sound grid there is no period to compare with
    period = Period.of(problem)
    check_people_in_period(found.at("organisation"), period)
    if problem.previous is not None and not check_previous(
        found.at("previous"), problem.previous, period
    ):
        # What cannot be compared with is as good as none.
        period = replace(period, problem=replace(problem, previous=Roster(requirement.grid, ())))
    check_directives(found.at("directives"), period)
    if not any(issue.severity is Severity.ERROR for issue in issues):
        _check_clocks(found.at("organisation", "sites"), problem)
        check_staff(found, period)
    return issues


def check_roster(roster: Roster, organisation: Organisation, pointer: str = "") -> list[Issue]:
    """Return the issues that keep a roster from being judged: unknown names, bad slots."""
    found = Findings(pointer)
    found.issues.extend(check_grid(roster.grid, f"{pointer}/grid"))
    agents = {a.id for a in organisation.agents}
    templates = {t.id for t in organisation.templates}
    for i, shift in enumerate(roster.shifts):
        here = found.at("shifts", i)
        here.known("agent", shift.agent, agents, "agent")
        here.known("template", shift.template, templates, "template")
        check_slots(here, shift, roster.grid)
    return found.issues


def _check_shares(found: Findings, organisation: Organisation) -> None:
    """Report prices of fairness and an elastic share that make no sense."""
    fairness, here = organisation.fairness, found.at("fairness")
    for name in ("weekends", "late_shifts", "requests"):
        here.within(name, getattr(fairness, name), 0)
    here.within("late_end_minute", fairness.late_end_minute, 0, 2 * MINUTES_PER_DAY)
    share = organisation.max_elastic_share
    found.within("max_elastic_share", share, 0, 1)
    if share is not None and share < 1 and organisation.agents:
        core = {c.id for c in organisation.contracts if c.staff_class is StaffClass.CORE}
        if not any(agent.contract in core for agent in organisation.agents):
            found.at("max_elastic_share").warning(
                "elastic_share_without_core",
                f"All staff is elastic, but may work only {100 * share:g} % of the hours.",
            )


def _check_clocks(found: Findings, problem: RosterProblem) -> None:
    """Report sites on whose clock the slots do not begin at multiples of the interval."""
    grid = problem.requirement.grid
    for i, site in enumerate(problem.organisation.sites):
        clock = replace(grid, zone=site.zone)
        times = [clock.local(slot) for slot in (0, grid.count)]
        if any(t.minute % grid.interval_minutes or t.second for t in times):
            found.at(i, "zone").error(
                "zone_off_grid",
                f"In {site.zone} the intervals of {grid.interval_minutes} minutes begin at "
                f"{times[0]:%H:%M:%S}.",
            )
