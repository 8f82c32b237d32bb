"""From scenarios to what is played: files read once, people and contacts as each scenario says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from api.scenarios import Scenario, ScenarioStaff, Sites
from api.trying import Attempt, attempt, rule_of
from forecasts import Forecast, ForecastError
from forecasts.adjustments import apply, read_adjustments
from forecasts.result import read_forecast
from optimizer.errors import InvalidInput, Issue, Severity, raise_errors
from optimizer.io import read_organisation, read_roster
from optimizer.model import Organisation, Roster, StaffClass
from optimizer.simulation import Settings, check_trial
from optimizer.staffing import shares_by_agents, split_by_site

__all__ = ["build", "staged"]

_SHARED = ("/organisation", "/roster", "/forecast")
"""Where issues point that belong to a file, not to what a scenario changes."""


@dataclass(slots=True)
class _Files:
    """Files that were read already: scenarios share most of them."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    forecasts: dict[str, Forecast] = field(default_factory=dict)

    def organisation(self, file: str) -> Organisation:
        if file not in self.organisations:
            self.organisations[file] = read_organisation(Path(file))
        return self.organisations[file]

    def forecast(self, file: str) -> Forecast:
        if file not in self.forecasts:
            self.forecasts[file] = read_forecast(Path(file))
        return self.forecasts[file]


def build(scenarios: Sequence[Scenario], settings: Settings, *, paths: int = 0) -> list[Attempt]:
    """Return what is to be played for each scenario.

    Parameters
    ----------
    settings
        How all are played; what a scenario says of it goes before.
    paths
        As in `api.trying.attempt`.

    Raises
    ------
    InvalidInput
        If a file or a combination cannot be used, or rosters are for different intervals; every
        problem of every scenario is listed with its name.
    """
    files = _Files()
    issues: list[Issue] = []
    told: set[tuple[object, ...]] = set()
    built: dict[str, Attempt] = {}
    for scenario in scenarios:
        try:
            made = _attempt(scenario, files, settings, paths)
            plan = made.organisation, made.roster, made.offered, made.aht_s
            raise_errors("It cannot be played.", check_trial(*plan, settings=made.settings))
        except (InvalidInput, ForecastError, OSError) as error:
            for issue in _issues(error):
                # What is wrong with a file that scenarios share is told once.
                shared = scenario.organisation, scenario.roster, scenario.forecast
                if issue.pointer.startswith(_SHARED) and (*shared, issue) in told:
                    continue
                told.add((*shared, issue))
                issues.append(replace(issue, detail=f"{scenario.name}: {issue.detail}"))
        else:
            built[scenario.name] = made
    first = built.get(scenarios[0].name)
    for name, made in built.items():
        if first is not None and made.roster.grid != first.roster.grid:
            start, count = made.roster.grid.local(0), made.roster.grid.count
            detail = (
                f"{name}: the roster has {count} intervals from {start:%Y-%m-%d} on, that of "
                f"{scenarios[0].name} has {first.roster.grid.count} from "
                f"{first.roster.grid.local(0):%Y-%m-%d} on."
            )
            issues.append(Issue("other_intervals", "/roster/grid", detail))
    raise_errors("The scenarios cannot be compared.", issues)
    return list(built.values())


def _issues(error: InvalidInput | ForecastError | OSError) -> list[Issue]:
    """Return what an exception tells."""
    if isinstance(error, OSError):
        return [Issue("unreadable_file", "", f"{error.filename}: {error.strerror}.")]
    if not error.issues:
        return [Issue("unusable", "", error.detail)]
    return [
        Issue(issue.code, issue.pointer, issue.detail, Severity(issue.severity))
        for issue in error.issues
    ]


def _attempt(scenario: Scenario, files: _Files, settings: Settings, paths: int) -> Attempt:
    """Return what is to be played for one scenario."""
    assert scenario.organisation is not None
    assert scenario.roster is not None
    assert scenario.forecast is not None
    known = files.organisation(scenario.organisation)
    plain = files.forecast(scenario.forecast)
    adjusted = None
    if scenario.adjustments is not None:
        adjusted = apply(plain, read_adjustments(scenario.adjustments))
    roster = read_roster(Path(scenario.roster), known)
    return staged(scenario, known, roster, plain, adjusted, settings, paths=paths)


def staged(
    scenario: Scenario,
    known: Organisation,
    roster: Roster,
    plain: Forecast,
    adjusted: Forecast | None,
    settings: Settings,
    *,
    paths: int = 0,
) -> Attempt:
    """Return what is to be played for a scenario whose files were read.

    Parameters
    ----------
    scenario
        What is different; the files that it names are not looked at.
    adjusted
        The forecast with the scenario's adjustments; None if it has none.
    settings, paths
        As of `build`.

    Raises
    ------
    InvalidInput
        If the things do not fit together.
    """
    roster = _staffed(scenario, known, roster)
    forecast = plain if adjusted is None else adjusted
    chosen = _settings(scenario, settings)
    hours = bool(scenario.business_hours)
    # Flows that are multiplied change what comes back, not what comes from outside.
    built = attempt(known, roster, forecast, chosen, paths=paths, business_hours=hours)
    built = replace(built, organisation=_with_flows(known, scenario.flow_factors or {}))
    if scenario.pilot_site is not None and adjusted is None:
        detail = "A pilot needs adjustments that hold for its site alone."
        issues = [Issue("missing_field", "/scenario/adjustments", detail)]
        raise InvalidInput("There is nothing to pilot.", issues)
    if scenario.pilot_site is not None:
        return _piloted(scenario, built, attempt(known, roster, plain, chosen, paths=paths))
    return _by_site(scenario, built) if scenario.sites is Sites.SEPARATE else built


def _settings(scenario: Scenario, settings: Settings) -> Settings:
    """Return how a scenario is played."""
    if scenario.rule is not None:
        rule = scenario.rule
        settings = replace(settings, rule=rule_of(rule) if isinstance(rule, str) else rule)
    if scenario.absence is not None:
        settings = replace(settings, absence=scenario.absence)
    if scenario.adherence_seconds is not None:
        settings = replace(settings, adherence_s=scenario.adherence_seconds)
    if scenario.busyness is not None:
        settings = replace(settings, busyness=scenario.busyness)
    return settings


def _by_site(scenario: Scenario, built: Attempt) -> Attempt:
    """Give every site its share of the contacts."""
    shares = scenario.site_shares or shares_by_agents(built.organisation)
    split = split_by_site(built.organisation, shares)
    settings = built.settings
    if settings.open_slots is not None:
        settings = replace(settings, open_slots=settings.open_slots[split.sources])
    if isinstance(settings.absence, np.ndarray):
        settings = replace(settings, absence=settings.absence[split.sources])
    return Attempt(
        split.organisation,
        built.roster,
        built.offered[..., split.sources, :] * split.shares[:, np.newaxis],
        built.aht_s[split.sources],
        settings,
    )


def _piloted(scenario: Scenario, built: Attempt, others: Attempt) -> Attempt:
    """Return the attempt in which all but the pilot site have the contacts of `others`."""
    here = _by_site(scenario, built)
    there = _by_site(scenario, replace(others, organisation=built.organisation))
    pilot = np.array([[group.site == scenario.pilot_site] for group in here.organisation.groups])
    if not pilot.any():
        detail = f"No contacts belong to a site {scenario.pilot_site!r}."
        raise InvalidInput(
            "There is no pilot.", [Issue("unknown_site", "/scenario/pilot_site", detail)]
        )
    return replace(
        here,
        offered=np.where(pilot, here.offered, there.offered),
        aht_s=np.where(pilot, here.aht_s, there.aht_s),
    )


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
    issues = [
        Issue("unknown_flow", "/scenario/flow_factors", f"There is no flow {name!r}.")
        for name in factors
        if name not in known
    ]
    raise_errors("There are no such flows.", issues)
    flows = tuple(
        replace(flow, share=flow.share * factors.get(f"{flow.source}>{flow.target}", 1.0))
        for flow in organisation.flows
    )
    return replace(organisation, flows=flows)
