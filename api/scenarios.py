"""Scenarios: plans as files, each said by what is different from the first of them.

A file is ``{"schema": "callboard/1", "scenario": {...}}``; `docs/simulation.md` describes the
fields. File names in it are relative to it. What a scenario does not say is as in the baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import numpy as np

from api.trying import Attempt, attempt
from forecasts import Forecast
from forecasts.adjustments import apply, read_adjustments
from forecasts.result import read_forecast
from optimizer.codec import decode
from optimizer.errors import InvalidInput, Issue
from optimizer.io import read_organisation, read_roster
from optimizer.model import Organisation, Roster, RoutingRule, StaffClass
from optimizer.model.record import Record
from optimizer.simulation import RULES, Settings
from optimizer.staffing import shares_by_agents, split_by_site

__all__ = ["Scenario", "ScenarioStaff", "Sites", "build", "read_scenarios"]


class ScenarioStaff(StrEnum):
    """Whose shifts are worked."""

    ALL = "all"
    CORE = "core"


class Sites(StrEnum):
    """Whether all sites answer together, or each its own share of the contacts."""

    POOLED = "pooled"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True)
class Scenario(Record):
    """A plan; what is None is as in the baseline.

    Parameters
    ----------
    organisation, roster, forecast
        Files; a forecast may be a folder.
    adjustments
        File of what-if adjustments of the forecast.
    pilot_site
        The adjustments hold for this site alone; sites are separate then.
    rule
        Name of a routing rule, or the rule itself.
    staff
        ``core`` leaves out the shifts of elastic staff.
    sites, site_shares
        ``separate`` gives every site its share of the contacts, by default by its agents.
    absence, adherence_seconds, busyness
        As in `optimizer.simulation.Settings`.
    flow_factors
        Multiplies the share of flows: ``source>target`` to factor.
    business_hours
        Whether clocks of tickets run only while voice or chat is open.
    """

    name: str
    organisation: str | None = None
    roster: str | None = None
    forecast: str | None = None
    adjustments: str | None = None
    pilot_site: str | None = None
    rule: str | RoutingRule | None = None
    staff: ScenarioStaff | None = None
    sites: Sites | None = None
    site_shares: dict[str, float] | None = None
    absence: float | None = None
    adherence_seconds: float | None = None
    busyness: float | None = None
    flow_factors: dict[str, float] | None = None
    business_hours: bool | None = None


@dataclass(frozen=True, slots=True)
class _Document(Record):
    schema: Literal["callboard/1"]
    scenario: Scenario


@dataclass(slots=True)
class _Files:
    """Files that were read already: scenarios share most of them."""

    organisations: dict[Path, Organisation] = field(default_factory=dict)
    forecasts: dict[Path, Forecast] = field(default_factory=dict)


_PATHS = ("organisation", "roster", "forecast", "adjustments")


def read_scenarios(files: Sequence[Path]) -> list[Scenario]:
    """Read scenarios; the later ones are completed from the first.

    Raises
    ------
    InvalidInput
        If a file cannot be read, or the first does not name what all need; every problem is
        listed.
    """
    issues: list[Issue] = []
    read: list[Scenario] = []
    for file in files:
        try:
            scenario = decode(_Document, file.read_bytes()).scenario
        except OSError as error:
            issues.append(Issue("unreadable_file", "", f"{file}: {error.strerror}."))
        except InvalidInput as error:
            issues += [replace(issue, detail=f"{file}: {issue.detail}") for issue in error.issues]
        else:
            read.append(_from_here(scenario, file.parent))
    if issues:
        raise InvalidInput("The scenarios cannot be read.", issues)
    base = read[0]
    missing = [name for name in _PATHS[:3] if getattr(base, name) is None]
    if missing:
        found = [
            Issue("missing_field", f"/scenario/{name}", f"{files[0]}: the baseline needs {name!r}.")
            for name in missing
        ]
        raise InvalidInput("The baseline is not complete.", found)
    names = [scenario.name for scenario in read]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        found = [Issue("duplicate_id", "/scenario/name", f"{n!r} stands twice.") for n in twice]
        raise InvalidInput("Scenarios need names of their own.", found)
    return [_completed(scenario, base) for scenario in read]


def _from_here(scenario: Scenario, folder: Path) -> Scenario:
    """Return a scenario whose file names do not depend on where it stands."""
    named = {name: getattr(scenario, name) for name in _PATHS}
    here: dict[str, Any] = {name: str(folder / f) for name, f in named.items() if f}
    return replace(scenario, **here)


def _completed(scenario: Scenario, base: Scenario) -> Scenario:
    """Fill in what a scenario does not say; a forecast of its own has no adjustments of others."""
    own = scenario.forecast is not None and scenario.adjustments is None
    return replace(
        scenario,
        **{
            each.name: getattr(base, each.name)
            for each in fields(Scenario)
            if getattr(scenario, each.name) is None and not (own and each.name == "adjustments")
        },
    )


def build(scenarios: Sequence[Scenario], settings: Settings, *, paths: int = 0) -> list[Attempt]:
    """Return what is to be played for each scenario.

    Raises
    ------
    InvalidInput, ForecastError
        If a file or a combination cannot be used; problems name the scenario.
    """
    files = _Files()
    result = []
    for scenario in scenarios:
        try:
            result.append(_attempt(scenario, files, settings, paths))
        except InvalidInput as error:
            issues = [replace(i, detail=f"{scenario.name}: {i.detail}") for i in error.issues]
            raise InvalidInput(error.detail, issues) from None
    return result


def _attempt(scenario: Scenario, files: _Files, settings: Settings, paths: int) -> Attempt:
    assert scenario.organisation is not None
    assert scenario.roster is not None
    assert scenario.forecast is not None
    place = Path(scenario.organisation)
    if place not in files.organisations:
        files.organisations[place] = read_organisation(place)
    known = files.organisations[place]
    roster = _staffed(scenario, known, read_roster(Path(scenario.roster), known))
    place = Path(scenario.forecast)
    if place not in files.forecasts:
        files.forecasts[place] = read_forecast(place)
    plain = files.forecasts[place]
    forecast = plain
    if scenario.adjustments is not None:
        forecast = apply(plain, read_adjustments(scenario.adjustments))
    chosen = replace(
        settings,
        rule=_rule(scenario.rule),
        absence=settings.absence if scenario.absence is None else scenario.absence,
        adherence_s=scenario.adherence_seconds or settings.adherence_s,
        busyness=scenario.busyness or settings.busyness,
    )
    hours = bool(scenario.business_hours)
    # Flows that are multiplied change what comes back, not what comes from outside.
    built = attempt(known, roster, forecast, chosen, paths=paths, business_hours=hours)
    built = replace(built, organisation=_with_flows(known, scenario.flow_factors or {}))
    if scenario.sites is not Sites.SEPARATE and scenario.pilot_site is None:
        return built
    others = None
    if scenario.pilot_site is not None:
        others = attempt(known, roster, plain, chosen, paths=paths)
    return _by_site(scenario, built, others)


def _by_site(scenario: Scenario, built: Attempt, others: Attempt | None) -> Attempt:
    """Give every site its share; with a pilot, all but its site have the contacts of `others`."""
    shares = scenario.site_shares or shares_by_agents(built.organisation)
    split = split_by_site(built.organisation, shares)
    share = split.shares[:, np.newaxis]
    offered = built.offered[..., split.sources, :] * share
    aht_s = built.aht_s[split.sources]
    if others is not None:
        pilot = np.array([[g.site == scenario.pilot_site] for g in split.organisation.groups])
        if not pilot.any():
            detail = f"No contacts belong to a site {scenario.pilot_site!r}."
            raise InvalidInput("There is no pilot.", [Issue("unknown_site", "/pilot_site", detail)])
        offered = np.where(pilot, offered, others.offered[..., split.sources, :] * share)
        aht_s = np.where(pilot, aht_s, others.aht_s[split.sources])
    settings = built.settings
    if settings.open_slots is not None:
        settings = replace(settings, open_slots=settings.open_slots[split.sources])
    if isinstance(settings.absence, np.ndarray):
        settings = replace(settings, absence=settings.absence[split.sources])
    return Attempt(split.organisation, built.roster, offered, aht_s, settings)


def _rule(rule: str | RoutingRule | None) -> RoutingRule:
    if rule is None:
        return RULES["score"]
    if isinstance(rule, RoutingRule):
        return rule
    if rule not in RULES:
        detail = f"There is no rule {rule!r}; there are {', '.join(RULES)}."
        raise InvalidInput("The rule is not known.", [Issue("unknown_rule", "/rule", detail)])
    return RULES[rule]


def _staffed(scenario: Scenario, organisation: Organisation, roster: Roster) -> Roster:
    """Return the roster with the shifts of those who are to work."""
    if scenario.staff is not ScenarioStaff.CORE:
        return roster
    contracts = {c.id for c in organisation.contracts if c.staff_class is StaffClass.CORE}
    core = {agent.id for agent in organisation.agents if agent.contract in contracts}
    return replace(roster, shifts=tuple(shift for shift in roster.shifts if shift.agent in core))


def _with_flows(organisation: Organisation, factors: dict[str, float]) -> Organisation:
    """Return an organisation whose flows are multiplied."""
    known = {f"{flow.source}>{flow.target}" for flow in organisation.flows}
    unknown = [
        Issue("unknown_flow", f"/flow_factors/{name}", f"There is no flow {name!r}.")
        for name in factors
        if name not in known
    ]
    if unknown:
        raise InvalidInput("There are no such flows.", unknown)
    return replace(
        organisation,
        flows=tuple(
            replace(flow, share=flow.share * factors.get(f"{flow.source}>{flow.target}", 1.0))
            for flow in organisation.flows
        ),
    )
