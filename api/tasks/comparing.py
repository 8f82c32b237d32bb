"""Comparisons of plans as jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from api.jobs.records import Outcome
from api.scenarios import Scenario
from api.tasks import results
from api.tasks.acceptance import Acceptance
from api.tasks.context import Context
from api.tasks.requests.comparisons import ComparisonRequest, PlanScenario
from api.tasks.sizes import MOST_SCENARIOS, Count, refuse_beyond
from api.tasks.trials import (
    check_terms,
    place_of_trial,
    read_expected,
    refuse_large_trial,
    refuse_many_contacts,
    resolve_expected,
    resolve_rule,
    resolve_staged,
    uncertain,
)
from optimizer.errors import NoSolution
from optimizer.progress import Event

if TYPE_CHECKING:
    from api.trying import Attempt
    from forecasts import Forecast
    from optimizer.simulation import Settings, SimulationResult, Study

__all__ = ["accept_comparison", "run_comparison"]

USUAL_SECONDS = 900.0

_NEEDED = ("roster", "forecast")
"""What the first scenario has to say."""

_TERMS = tuple(
    field.name
    for field in fields(PlanScenario)
    if field.name
    not in ("name", "organisation", "roster", "forecast", "adjustments", "forecast_files")
)
"""What a scenario says beside the things it is about; `Scenario` has the same names."""


def accept_comparison(
    acceptance: Acceptance, request: ComparisonRequest
) -> tuple[ComparisonRequest, float]:
    """Check a request and complete it; see `Kind.accept`."""
    seconds = acceptance.common(request, USUAL_SECONDS)
    check_terms(acceptance, request)
    refuse_beyond(Count("/scenarios", "scenarios", len(request.scenarios), MOST_SCENARIOS))
    _check_names(acceptance, request.scenarios)
    if not acceptance.sound:
        return request, seconds
    scenarios = tuple(
        _resolved(acceptance, scenario, f"/scenarios/{number}", first=number == 0)
        for number, scenario in enumerate(request.scenarios)
    )
    complete = replace(request, scenarios=scenarios)
    if acceptance.sound:
        _check(acceptance, request, complete)
    return complete, seconds


def run_comparison(request: ComparisonRequest, context: Context) -> Outcome:
    """Play all scenarios and compare them; see `Kind.run`.

    Where the time ends before all are done, those that are done are compared.
    """
    from api.comparison_report import as_dict
    from optimizer.simulation import compare

    names: list[str] = []
    studies: list[Study] = []
    outcomes: list[SimulationResult] = []
    everything = completed(request.scenarios)
    read = _Read()
    for scenario in everything:
        done = _played(request, scenario, read, context)
        if done is None:
            break
        names.append(scenario.name)
        studies.append(done[0])
        outcomes.append(done[1])
    if len(names) < min(2, len(everything)):
        context.tell("second scenario")
        raise NoSolution("There was no time for two scenarios.", [])
    figures = as_dict(compare(names, studies, outcomes))
    figures["left_out"] = [scenario.name for scenario in everything[len(names) :]]
    return Outcome((results.json_document(results.COMPARISON, figures),))


def completed(scenarios: Sequence[PlanScenario]) -> list[PlanScenario]:
    """Fill in what later scenarios do not say; a forecast of its own has no others' what-ifs."""
    base = scenarios[0]

    def whole(scenario: PlanScenario) -> PlanScenario:
        own = {"adjustments", "pilot_site", "forecast_files"} if scenario.forecast else set()
        given: dict[str, Any] = {
            field.name: getattr(base, field.name)
            for field in fields(PlanScenario)
            if getattr(scenario, field.name) is None and field.name not in own
        }
        return replace(scenario, **given)

    return [base, *map(whole, scenarios[1:])]


@dataclass(slots=True)
class _Read:
    """Forecasts that were read already: scenarios share most of them."""

    known: dict[int, Forecast] | None = None

    def forecast(self, scenario: PlanScenario) -> Forecast:
        """Return what a complete scenario expects, without its adjustments."""
        self.known = {} if self.known is None else self.known
        key = id(scenario.forecast_files or scenario.forecast)
        if key not in self.known:
            self.known[key] = read_expected(scenario)
        return self.known[key]


def _check_names(acceptance: Acceptance, scenarios: Sequence[PlanScenario]) -> None:
    """Report names that are empty or stand twice, and what the first scenario does not say."""
    if not scenarios:
        acceptance.error("too_short", "/scenarios", "There is nothing to compare.")
        return
    seen: set[str] = set()
    for number, scenario in enumerate(scenarios):
        where = f"/scenarios/{number}/name"
        if not scenario.name:
            acceptance.error("empty_id", where, "The name is empty.")
        if scenario.name in seen:
            acceptance.error("duplicate_id", where, f"{scenario.name!r:.60} stands here twice.")
        seen.add(scenario.name)
    for name in _NEEDED:
        if getattr(scenarios[0], name) is None:
            detail = "The first scenario needs it; the others are as the first."
            acceptance.error("missing_field", f"/scenarios/0/{name}", detail)


def _resolved(
    acceptance: Acceptance, scenario: PlanScenario, base: str, *, first: bool
) -> PlanScenario:
    """Return a scenario with the things that it names."""
    if scenario.roster is not None:
        if first or isinstance(scenario.roster, str):
            staged = resolve_staged(acceptance, base, scenario.roster, scenario.organisation)
            scenario = replace(scenario, organisation=staged.organisation)
            roster = staged.roster
        else:
            roster = scenario.roster
        scenario = replace(scenario, roster=roster)
    if scenario.forecast is not None:
        scenario, _ = resolve_expected(acceptance, base, scenario)
    rule = resolve_rule(acceptance, f"{base}/rule", scenario.rule)
    return replace(scenario, rule=rule)


def _check(acceptance: Acceptance, request: ComparisonRequest, complete: ComparisonRequest) -> None:
    """Check what each scenario plays, without drawing paths, and that all play the same time."""
    from optimizer.simulation import check_trial

    read = _Read()
    grids = []
    told: set[tuple[str, str, str]] = set()
    scenarios = completed(complete.scenarios)
    for number, scenario in enumerate(scenarios):
        base = f"/scenarios/{number}"
        assert scenario.organisation is not None, "it was resolved"
        assert scenario.roster is not None, "it was resolved"
        assert not isinstance(scenario.roster, str), "it was resolved"
        refuse_large_trial(
            base, scenario.organisation, scenario.roster, request.replications, request.paths
        )
        grids.append(scenario.roster.grid)
        before = len(acceptance.issues)
        place = place_of_trial(base)
        with acceptance.gathering(place):
            if request.paths > 0 and read.forecast(scenario).uncertainty is None:
                acceptance.issues.append(uncertain(f"{base}/forecast"))
            played = _attempt(complete, scenario, read, 0)
            refuse_many_contacts(base, played)
            plan = played.organisation, played.roster, played.offered, played.aht_s
            acceptance.add(check_trial(*plan, settings=played.settings), place)
        _once(acceptance, before, request.scenarios[number], told)
    for number, grid in enumerate(grids):
        if grid != grids[0]:
            detail = (
                f"The roster has {grid.count} intervals from {grid.local(0):%Y-%m-%d} on, that of "
                f"the first scenario {grids[0].count} from {grids[0].local(0):%Y-%m-%d} on."
            )
            acceptance.error("other_intervals", f"/scenarios/{number}/roster/grid", detail)


def _once(
    acceptance: Acceptance,
    before: int,
    sent: PlanScenario,
    told: set[tuple[str, str, str]],
) -> None:
    """Keep issues of things that a scenario has from the first one from being told again."""
    new = acceptance.issues[before:]
    del acceptance.issues[before:]
    for issue in new:
        _, _, number, thing, *rest = [*issue.pointer.split("/"), "", "", ""]
        key = (thing, "/".join(rest), issue.detail)
        shared = number != "0" and getattr(sent, thing, "said") is None
        if not (shared and key in told):
            acceptance.issues.append(issue)
        if number == "0":
            told.add(key)


def _played(
    request: ComparisonRequest, scenario: PlanScenario, read: _Read, context: Context
) -> tuple[Study, SimulationResult] | None:
    """Return what a scenario came to; None where the time ended before all was played."""
    from optimizer.simulation import summarise, try_out

    def tell(event: Event) -> None:
        context.observer(Event(f"{scenario.name}: {event.phase}", context.deadline.elapsed()))

    tell(Event("forecast", 0.0))
    played = _attempt(request, scenario, read, request.paths)
    try:
        study = try_out(
            played.organisation,
            played.roster,
            played.offered,
            played.aht_s,
            settings=played.settings,
            executor=context.executor,
            observer=tell,
            deadline=context.deadline,
        )
    except NoSolution:
        return None
    if study.trial.settings.replications < request.replications:
        return None
    return study, summarise(study, played.organisation, played.roster)


def _attempt(
    request: ComparisonRequest, scenario: PlanScenario, read: _Read, paths: int
) -> Attempt:
    """Return what a complete scenario plays."""
    from api.attempts import staged

    assert scenario.organisation is not None, "it was filled in"
    assert scenario.roster is not None, "it was filled in"
    assert not isinstance(scenario.roster, str), "it was filled in"
    plain = read.forecast(scenario)
    return staged(
        Scenario(scenario.name, **{name: getattr(scenario, name) for name in _TERMS}),
        scenario.organisation,
        scenario.roster,
        plain,
        _adjusted(scenario, plain),
        _settings(request),
        paths=paths,
    )


def _adjusted(scenario: PlanScenario, plain: Forecast) -> Forecast | None:
    """Return the forecast with the adjustments of a scenario; None if it has none.

    Raises
    ------
    ForecastError
        If adjustments cannot be read or do not fit; every problem is listed.
    """
    if scenario.adjustments is None:
        return None
    from forecasts import ForecastError
    from forecasts import Issue as ForecastIssue
    from forecasts.adjustments import adjustments_from_json, apply

    found: list[ForecastIssue] = []
    adjustments = adjustments_from_json(scenario.adjustments, found)
    if found:
        raise ForecastError("The adjustments cannot be read.", found)
    return apply(plain, adjustments)


def _settings(request: ComparisonRequest) -> Settings:
    from optimizer.simulation import Settings

    return Settings(
        seed=request.seed, replications=request.replications, antithetic=request.antithetic
    )
