"""Does an organisation, a requirement or a roster problem make sense? All issues at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from optimizer.errors import Issue, Severity
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY, TimeGrid
from optimizer.model.organisation import Organisation, can_serve
from optimizer.model.people import Agent, Contract
from optimizer.model.roster import Requirement, Roster, RosterProblem
from optimizer.model.service_checks import check_channel, check_flows, check_group
from optimizer.model.services import HIGHEST_LEVEL
from optimizer.model.shifts import ShiftTemplate

__all__ = [
    "check_grid",
    "check_organisation",
    "check_problem",
    "check_requirement",
    "check_roster",
]


def check_grid(grid: TimeGrid, pointer: str = "") -> list[Issue]:
    """Return the issues of a grid."""
    found = Findings(pointer)
    found.aware("start", grid.start)
    found.zone("zone", grid.zone)
    found.within("count", grid.count, 1, 1_000_000)
    if grid.interval_minutes < 1 or 60 % grid.interval_minutes:
        found.at("interval_minutes").error(
            "bad_interval", f"{grid.interval_minutes} minutes do not divide an hour."
        )
    return found.issues


def check_organisation(organisation: Organisation, pointer: str = "") -> list[Issue]:
    """Return the issues of an organisation: ranges, references, duplicates, orphans."""
    found = Findings(pointer)
    found.zone("zone", organisation.zone)
    channels = found.unique("channels", (c.id for c in organisation.channels))
    skills = found.unique("skills", (s.id for s in organisation.skills))
    sites = found.unique("sites", (s.id for s in organisation.sites))
    vendors = found.unique("vendors", (v.id for v in organisation.vendors))
    templates = found.unique("templates", (t.id for t in organisation.templates))
    contracts = found.unique("contracts", (c.id for c in organisation.contracts))
    found.unique("groups", (g.id for g in organisation.groups))
    found.unique("agents", (a.id for a in organisation.agents))
    if not organisation.groups:
        found.at("groups").error("no_groups", "There is no planning group.")

    for i, channel in enumerate(organisation.channels):
        check_channel(found.at("channels", i), channel)
    for i, site in enumerate(organisation.sites):
        found.at("sites", i).zone("zone", site.zone)
    for i, vendor in enumerate(organisation.vendors):
        found.at("vendors", i).within("max_shifts_per_day", vendor.max_shifts_per_day, 0)
    for i, group in enumerate(organisation.groups):
        check_group(found.at("groups", i), group, channels, skills, sites)
    check_flows(found, organisation)
    for i, template in enumerate(organisation.templates):
        _check_template(found.at("templates", i), template)
    for i, contract in enumerate(organisation.contracts):
        _check_contract(found.at("contracts", i), contract, templates, vendors)
    for i, agent in enumerate(organisation.agents):
        _check_agent(found.at("agents", i), agent, contracts, skills, sites, channels)
    for i, group in enumerate(organisation.groups):
        if not any(can_serve(agent, group) for agent in organisation.agents):
            found.at("groups", i).warning(
                "nobody_can_serve", f"No agent can take the contacts of group {group.id!r}."
            )
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
    for row, column in np.argwhere(~(np.isfinite(requirement.agents) & (requirement.agents >= 0))):
        found.at("agents", int(row), int(column)).error(
            "out_of_range", f"{requirement.agents[row, column]:g} agents cannot be required."
        )
    return found.issues


def check_problem(problem: RosterProblem) -> list[Issue]:
    """Return the issues of a roster problem, those of its parts included."""
    organisation, requirement = problem.organisation, problem.requirement
    issues = check_organisation(organisation, "/organisation")
    issues += check_requirement(requirement, {g.id for g in organisation.groups}, "/requirement")
    found = Findings("", issues)
    if not organisation.agents:
        found.at("organisation", "agents").error("no_agents", "There is nobody to schedule.")
    step = requirement.grid.interval_minutes
    for i, template in enumerate(organisation.templates):
        here = found.at("organisation", "templates", i)
        times = [template.earliest_start, *template.lengths]
        # A step is taken only where there is more than one place to begin.
        if template.latest_start > template.earliest_start:
            times.append(template.step_minutes)
        for activity in template.activities:
            times += [activity.minutes, activity.earliest_minute]
            if activity.latest_minute > activity.earliest_minute:
                times.append(activity.step_minutes)
        if step > 0 and any(minutes % step for minutes in times):
            here.error(
                "off_grid",
                f"Template {template.id!r} does not fit intervals of {step} minutes.",
            )
    if not any(issue.severity is Severity.ERROR for issue in issues):
        # Only with a sound grid and zones that exist can clocks be compared.
        _check_clocks(found.at("organisation", "sites"), problem)
    return found.issues


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
        if not 0 <= shift.start < shift.end:
            here.error("bad_slots", f"The shift runs from slot {shift.start} to {shift.end}.")
        for j, activity in enumerate(shift.activities):
            if not shift.start <= activity.start < activity.end <= shift.end:
                here.at("activities", j).error(
                    "bad_slots",
                    f"The activity runs from slot {activity.start} to {activity.end}.",
                )
    return found.issues


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


def _check_template(found: Findings, template: ShiftTemplate) -> None:
    found.within("earliest_start", template.earliest_start, 0, MINUTES_PER_DAY, open_high=True)
    found.within("latest_start", template.latest_start, 0, MINUTES_PER_DAY, open_high=True)
    found.ordered("latest_start", template.earliest_start, template.latest_start)
    found.within("step_minutes", template.step_minutes, 1)
    if not template.lengths:
        found.at("lengths").error("no_lengths", "The template has no shift length.")
    for i, length in enumerate(template.lengths):
        found.at("lengths").within(str(i), length, 1, MINUTES_PER_DAY)
    for i, weekday in enumerate(template.weekdays):
        found.at("weekdays").within(str(i), weekday, 0, 6)
    shortest = min(template.lengths, default=0)
    each_fits = True
    for i, activity in enumerate(template.activities):
        here = found.at("activities", i)
        here.within("minutes", activity.minutes, 1)
        here.within("step_minutes", activity.step_minutes, 1)
        here.within("earliest_minute", activity.earliest_minute, 0)
        here.ordered("latest_minute", activity.earliest_minute, activity.latest_minute)
        each_fits &= activity.earliest_minute + activity.minutes <= shortest
        each_fits &= activity.step_minutes > 0
        if activity.earliest_minute + activity.minutes > shortest:
            here.error(
                "activity_outside_shift",
                f"The activity cannot end within the shortest shift, {shortest} minutes.",
            )
    if each_fits and not _one_after_the_other(template, shortest):
        found.at("activities").error(
            "activities_do_not_fit",
            f"The activities cannot follow each other in a shift of {shortest} minutes.",
        )


def _one_after_the_other(template: ShiftTemplate, length: int) -> bool:
    """Tell whether the activities fit into a shift in order, each as early as it can be."""
    free = 0
    for activity in template.activities:
        late = max(0, free - activity.earliest_minute)
        begin = activity.earliest_minute + -(-late // activity.step_minutes) * activity.step_minutes
        if begin > min(activity.latest_minute, length - activity.minutes):
            return False
        free = begin + activity.minutes
    return True


def _check_contract(
    found: Findings, contract: Contract, templates: set[str], vendors: set[str]
) -> None:
    for name in ("minutes_per_day", "minutes_per_week", "minutes_per_period", "shifts_per_week"):
        bounds = getattr(contract, name)
        found.at(name).within("minimum", bounds.minimum, 0)
        found.ordered(name, bounds.minimum, bounds.maximum)
    found.within("rest_minutes", contract.rest_minutes, 0)
    found.within("max_consecutive_days", contract.max_consecutive_days, 1)
    found.within("min_consecutive_days_off", contract.min_consecutive_days_off, 1)
    found.within("max_weekends", contract.max_weekends, 0)
    found.within("guaranteed_minutes_per_week", contract.guaranteed_minutes_per_week, 0)
    found.within("hourly_cost", contract.hourly_cost, 0)
    found.within("call_cost", contract.call_cost, 0)
    found.within("weekend_premium", contract.weekend_premium, 0)
    found.within("notice_hours", contract.notice_hours, 0)
    found.known("vendor", contract.vendor, vendors, "vendor")
    if not contract.templates:
        found.at("templates").error("no_templates", "The contract allows no shift template.")
    for i, template in enumerate(contract.templates):
        found.at("templates").known(str(i), template, templates, "template")


def _check_agent(
    found: Findings,
    agent: Agent,
    contracts: set[str],
    skills: set[str],
    sites: set[str],
    channels: set[str],
) -> None:
    found.known("contract", agent.contract, contracts, "contract")
    found.known("site", agent.site, sites, "site")
    for skill, level in agent.skills.items():
        found.at("skills").known(skill, skill, skills, "skill")
        found.at("skills").within(skill, level, 1, HIGHEST_LEVEL)
    for i, channel in enumerate(agent.channels or ()):
        found.at("channels").known(str(i), channel, channels, "channel")
    for i, window in enumerate(agent.availability):
        here = found.at("availability", i)
        here.ordered("end_minute", window.start_minute, window.end_minute)
        here.within("start_minute", window.start_minute, 0, MINUTES_PER_DAY)
        here.within("end_minute", window.end_minute, 0, 2 * MINUTES_PER_DAY)
        for j, weekday in enumerate(window.weekdays):
            here.at("weekdays").within(str(j), weekday, 0, 6)
    for i, request in enumerate(agent.requests):
        found.at("requests", i).within("weight", request.weight, 0, open_low=True)
    found.at("history").aware("last_shift_end", agent.history.last_shift_end)
    found.at("history").within("days_worked", agent.history.days_worked, 0)
    found.at("history").within("days_off", agent.history.days_off, 0)
    found.at("history").within("minutes_this_week", agent.history.minutes_this_week, 0)
    found.at("history").within("shifts_this_week", agent.history.shifts_this_week, 0)
    found.within("authority", agent.authority, 0)
