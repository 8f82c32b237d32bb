"""Every kind of job: its example is accepted, done, and read back, the same wherever it is done."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from api.store import Store
from api.tasks import KINDS, Context, examples
from api.tasks.requests.simulations import SimulationRequest
from api.tasks.results import read_forecast_files, read_problem, read_roster
from api.tasks.rostering import problem_of
from optimizer.codec import decode
from optimizer.progress import Event
from optimizer.result import Termination
from optimizer.roster import verify
from optimizer.stop import Deadline
from tests.api.tasks.working import Remote, accepted, done, kept, named

DOCUMENTS = {
    "forecasts": {"forecast", "forecast_table", "forecast_files"},
    "rosters": {"roster", "problem", "report"},
    "simulations": {"simulation"},
    "comparisons": {"comparison"},
    "plans": {
        "forecast", "forecast_table", "forecast_files", "roster", "problem", "report",
        "simulation", "plan",
    },
}  # fmt: skip

CLOCKS = {"seconds", "phases"}


def without_clocks(value: Any) -> Any:
    """Return a JSON value without the times that it took."""
    if isinstance(value, dict):
        return {name: without_clocks(v) for name, v in value.items() if name not in CLOCKS}
    return [without_clocks(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_is_accepted_and_done(empty: Store, kind: str) -> None:
    taken = accepted(empty, kind)
    assert taken.issues == ()
    outcome = done(empty, kind, taken.body)
    assert {document.name for document in outcome.documents} == DOCUMENTS[kind]
    for document in outcome.documents:
        if document.media_type == "application/json":
            json.loads(document.body, parse_constant=pytest.fail)


@pytest.mark.parametrize("kind", KINDS)
def test_results_are_the_same_when_parts_are_done_elsewhere(empty: Store, kind: str) -> None:
    body = accepted(empty, kind).body
    remote = Remote()
    here = named(done(empty, kind, body))
    context = Context(Deadline.after(60.0), executor=remote, parallel=2, threads=1)
    there = named(done(empty, kind, body, context))
    assert remote.tasks > 0 or kind == "rosters", "one team is one part"
    for name, document in here.items():
        if document.media_type == "application/json":
            both = (json.loads(made[name].body) for made in (here, there))
            first, second = map(without_clocks, both)
            assert first == second
        else:
            assert document == there[name]


def test_a_roster_is_read_back_with_its_problem_and_is_sound(empty: Store) -> None:
    body = accepted(empty, "rosters").body
    outcome = done(empty, "rosters", body)
    made = named(outcome)
    problem, roster = read_problem(made["problem"]), read_roster(made["roster"])
    judged = verify(problem, roster)
    assert judged.sound
    assert judged.objective == pytest.approx(outcome.objective)
    assert outcome.termination is Termination.OPTIMAL
    asked = problem_of(decode(KINDS["rosters"].request, body))
    assert problem.organisation == asked.organisation
    assert (problem.requirement.agents == asked.requirement.agents).all()
    assert outcome.figures["short_hours"] == 0.0


def test_a_forecast_is_read_back_with_all_that_is_known_of_it(empty: Store) -> None:
    made = named(done(empty, "forecasts", accepted(empty, "forecasts").body))
    forecast = read_forecast_files(made["forecast_files"])
    assert forecast.groups == ("voice:orders",)
    assert forecast.uncertainty is not None
    told = json.loads(made["forecast"].body)
    assert told["groups"][0]["offered"] == pytest.approx(forecast.offered.sum(), abs=1e-2)


def test_incumbents_and_bounds_of_a_roster_are_told_as_they_come(empty: Store) -> None:
    told: list[Event] = []
    context = Context(Deadline.after(60.0), told.append, threads=1)
    outcome = done(empty, "rosters", accepted(empty, "rosters").body, context)
    objectives = [event.objective for event in told if event.objective is not None]
    assert objectives == sorted(objectives, reverse=True)
    assert objectives[-1] == outcome.objective
    assert told[-1].bound == outcome.bound
    assert all(event.phase for event in told)


def test_results_of_earlier_jobs_stand_for_what_is_left_out(empty: Store) -> None:
    forecast = kept(empty, "forecasts")
    asked = replace(examples.ROSTER, requirement=None, forecast=forecast)
    roster = kept(empty, "rosters", asked)
    again = replace(examples.ROSTER, previous=roster, warm_start=roster)
    changed = named(done(empty, "rosters", accepted(empty, "rosters", again).body))
    assert "previous" in changed
    assert read_problem(changed["problem"], changed["previous"]).previous is not None
    tried = SimulationRequest(roster=roster, forecast=forecast, paths=2, replications=2)
    played = named(done(empty, "simulations", accepted(empty, "simulations", tried).body))
    assert json.loads(played["simulation"].body)["replications"] == 2


def test_pins_and_prices_beside_the_directives_count_like_theirs(empty: Store) -> None:
    from datetime import date

    from optimizer.model import ChangePrices, Pin

    first = kept(empty, "rosters")
    asked = replace(
        examples.ROSTER,
        previous=first,
        pins=(Pin("ada", date(2026, 11, 24), works=False),),
        change_cost=ChangePrices(called=5.0, cancelled=5.0, moved=5.0),
    )
    made = named(done(empty, "rosters", accepted(empty, "rosters", asked).body))
    problem = read_problem(made["problem"], made["previous"])
    assert problem.directives.changes.moved == 5.0
    worked = {
        problem.requirement.grid.local(shift.start).date()
        for shift in read_roster(made["roster"]).shifts
        if shift.agent == "ada"
    }
    assert date(2026, 11, 24) not in worked
