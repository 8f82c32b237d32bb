"""Rosters that were made, fetched and asked about over HTTP, beside what the library says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from api.app import create_app
from api.config import Settings
from api.schemas.examples import as_json
from api.schemas.rosters import (
    DifferenceFigures,
    RecommendationFigures,
    RosterAnalysis,
    RosterDocument,
    WhyFigures,
)
from api.tasks import KINDS
from api.tasks.rostering import problem_of
from api.v1 import here, turns
from optimizer.codec import decode
from optimizer.model import Roster, check_roster
from optimizer.roster import verify
from optimizer.roster.after import diff, recommend_for_absence, why
from tests.api.working import work_off

REQUEST = as_json(KINDS["rosters"].example)
MONDAY = "2026-11-23"
AWAY = {"start": "2026-11-23T00:00:00+01:00", "end": "2026-11-24T00:00:00+01:00"}


def request(agent: str, **said: Any) -> dict[str, Any]:
    """Return the example with more said of one agent."""
    agents = [
        each | said if each["id"] == agent else each for each in REQUEST["organisation"]["agents"]
    ]
    return REQUEST | {"organisation": REQUEST["organisation"] | {"agents": agents}}


@dataclass
class Made:
    """A service with two rosters; in the second, somebody who works on Monday is away."""

    client: FlaskClient
    first: str
    second: str
    waiting: str
    away: str

    def get(self, path: str, **options: Any) -> Any:
        answer = self.client.get(f"/v1/rosters/{path}", **options)
        assert answer.status_code == 200, answer.text
        return answer

    def roster(self, job: str) -> Roster:
        return decode(RosterDocument, self.get(job).data).roster

    def issues(self, path: str, status: int = 422) -> set[tuple[str, str]]:
        answer = self.client.get(f"/v1/rosters/{path}")
        assert answer.status_code == status, answer.text
        errors = answer.get_json(force=True)["errors"]
        return {(issue["pointer"], issue["code"]) for issue in errors}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    path = tmp_path_factory.mktemp("rosters") / "callboard.db"
    app = create_app(Settings(access="open", database_url=f"sqlite:///{path}"))
    client = app.test_client()

    def submit(body: dict[str, Any]) -> str:
        answer = client.post("/v1/rosters", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.get_json()["id"])

    with app.app_context(), closing(here.store()) as store:
        first = submit(request("ada", name='=HYPERLINK("x")'))
        work_off(store)
        shifts = decode(RosterDocument, client.get(f"/v1/rosters/{first}").data).roster.shifts
        away = next(shift.agent for shift in shifts if shift.end <= 24)
        second = submit(request(away, absences=[AWAY]) | {"previous": first})
        work_off(store)
        yield Made(client, first, second, submit(REQUEST), away)


def test_a_roster_is_a_document_that_is_sound(made: Made) -> None:
    document = made.get(made.first).get_json()
    assert document["schema"] == "callboard/1"
    problem = KINDS["rosters"].example
    assert check_roster(made.roster(made.first), problem.organisation, "/roster") == []


def test_a_roster_is_a_table_that_no_spreadsheet_runs(made: Made) -> None:
    for answer in (
        made.get(f"{made.first}?format=csv"),
        made.get(made.first, headers={"Accept": "text/csv"}),
    ):
        assert answer.mimetype == "text/csv"
        assert answer.headers["Content-Disposition"].endswith(f'"roster-{made.first}.csv"')
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(rows) == len(made.roster(made.first).shifts)
        assert {row["name"] for row in rows if row["agent"] == "ada"} == {'\'=HYPERLINK("x")'}


@pytest.mark.parametrize("whose", ["agent={}", "site=paris"])
def test_a_calendar_has_the_shifts_and_cancels_those_that_are_gone(made: Made, whose: str) -> None:
    whose = whose.format(made.away)
    answer = made.get(f"{made.second}?{whose}", headers={"Accept": "text/calendar"})
    events = [
        (event["DTSTART"].dt.date().isoformat(), str(event["STATUS"]))
        for event in Calendar.from_ical(answer.data).walk("VEVENT")
        if "agent" in whose or str(event["SUMMARY"]).startswith(made.away)
    ]
    stands = {day for day, status in events if status == "CONFIRMED"}
    shifts = [s for s in made.roster(made.second).shifts if s.agent == made.away]
    assert len(stands) == len(shifts)
    assert (MONDAY, "CANCELLED") in events


def test_the_calendar_of_a_roster_that_is_put_back_replaces_and_cancels_what_came_between(
    made: Made,
) -> None:
    def told(job: str) -> tuple[set[int], set[tuple[str, str]]]:
        body = made.get(f"{job}?format=ics&agent={made.away}").data
        found = Calendar.from_ical(body).walk("VEVENT")
        return {int(event["SEQUENCE"]) for event in found}, {
            (event["DTSTART"].dt.date().isoformat(), str(event["STATUS"])) for event in found
        }

    def put(path: str, version: int) -> None:
        answer = made.client.post(path, json={"expected_version": version})
        assert answer.status_code < 300, answer.text

    put(f"/v1/rosters/{made.first}/publish", 0)
    put(f"/v1/rosters/{made.second}/publish", 1)
    (between,), days = told(made.second)
    assert (MONDAY, "CANCELLED") in days
    put("/v1/publications/1/rollback", 2)
    (back,), days = told(made.first)
    assert back > between
    assert (MONDAY, "CONFIRMED") in days
    stood = {day for day, status in told(made.second)[1] if status == "CONFIRMED"}
    assert stood <= {day for day, _ in days}


@pytest.mark.parametrize(
    "query", ["format=ics", "format=ics&agent=ada&site=paris", "agent=ada", "format=xls", "size=1"]
)
def test_a_form_that_cannot_be_is_refused(made: Made, query: str) -> None:
    assert made.issues(f"{made.first}?{query}")


def test_calendars_are_of_those_who_exist(made: Made) -> None:
    assert made.issues(f"{made.first}?format=ics&agent=zoe") == {("/agent", "unknown_agent")}
    assert made.issues(f"{made.first}?format=ics&site=rome") == {("/site", "unknown_site")}


def test_the_analysis_is_that_of_the_library(made: Made) -> None:
    told = decode(RosterAnalysis, made.get(f"{made.first}/analysis").data)
    problem = problem_of(KINDS["rosters"].example)
    judged = verify(problem, made.roster(made.first))
    assert told.objective == judged.objective
    assert told.payroll == judged.payroll
    assert {rule.rule: rule.cost for rule in told.rules} == pytest.approx(
        {rule: cost for rule, cost in judged.costs.items() if cost}
    )
    assert [share.agent for share in told.agents] == ["ada", "ben", "cem", "dia"]


def test_any_roster_can_be_analysed(made: Made) -> None:
    roster = made.get(made.first).get_json()["roster"]
    said = {name: REQUEST[name] for name in ("organisation", "requirement")}
    sent, named, emptied = (
        made.client.post("/v1/rosters/analysis", json=said | {"roster": given})
        for given in (roster, made.first, roster | {"shifts": []})
    )
    assert sent.get_json() == named.get_json()
    assert (
        decode(RosterAnalysis, sent.data).objective < decode(RosterAnalysis, emptied.data).objective
    )
    assert emptied.get_json()["paid_hours"] == 0


def test_the_analysis_of_a_roster_that_does_not_fit_says_why(made: Made) -> None:
    roster = made.get(made.first).get_json()["roster"]
    roster["shifts"][0]["agent"] = "zoe"
    said = {name: REQUEST[name] for name in ("organisation", "requirement")}

    def ask(**body: Any) -> tuple[int, set[str]]:
        answer = made.client.post("/v1/rosters/analysis", json=body)
        return answer.status_code, {e["pointer"] for e in answer.get_json(force=True)["errors"]}

    assert ask(**said, roster=roster) == (422, {"/roster/shifts/0/agent"})
    assert ask(**said) == (422, {"/roster"})
    assert ask(roster=roster, requirement=said["requirement"]) == (422, {"/organisation"})
    assert ask(**said, roster="nobody")[0] == 404
    assert ask(**said, roster=made.waiting)[0] == 409


def test_why_is_answered_as_by_the_library(made: Made) -> None:
    asked = f"{made.first}/why?agent={made.away}&day={MONDAY}&free=true"
    told = decode(WhyFigures, made.get(asked).data)
    expected = why(
        problem_of(KINDS["rosters"].example),
        made.roster(made.first),
        made.away,
        date.fromisoformat(MONDAY),
        free=True,
    )
    assert told.alone.cost == pytest.approx(expected.effect.cost)
    assert told.shift is None
    assert told.now is not None
    assert told.now.start.startswith(f"{MONDAY}T")


def test_why_is_asked_about_one_shift_if_that_is_wanted(made: Made) -> None:
    path = f"{made.first}/why?agent=ada&day={MONDAY}"
    assert decode(WhyFigures, made.get(f"{path}&template=day").data).asked > 1
    told = decode(WhyFigures, made.get(f"{path}&template=day&start=10:00").data)
    assert told.shift is not None
    assert told.shift.start == f"{MONDAY}T10:00+01:00"


@pytest.mark.parametrize(
    "query",
    [
        f"day={MONDAY}",
        "agent=ada",
        "agent=ada&day=monday",
        f"agent=ada&day={MONDAY}&start=25:00",
        f"agent=ada&day={MONDAY}&start=9am",
        f"agent=ada&day={MONDAY}&free=true&template=day",
        f"agent=zoe&day={MONDAY}",
        f"agent=ada&day={MONDAY}&template=night",
        "agent=ada&day=2027-11-23",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(made: Made, query: str) -> None:
    assert made.issues(f"{made.first}/why?{query}")


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ("why?agent=ada&start=03:07", "/start"),
        ("why?agent=nobody", "/agent"),
        ("recommendations?shift=none", "/shift"),
        ("recommendations?shift=day&start=03:07", "/start"),
        ("recommendations?absent=nobody", "/absent"),
        ("recommendations?swap=nobody", "/swap"),
    ],
)
def test_what_is_wrong_is_told_at_the_parameter_that_was_sent(
    made: Made, question: str, pointer: str
) -> None:
    answer = made.client.get(f"/v1/rosters/{made.first}/{question}&day={MONDAY}")
    assert answer.status_code == 422
    assert [issue["pointer"] for issue in answer.json["errors"]] == [pointer]


def test_recommendations_for_an_absence_are_those_of_the_library(made: Made) -> None:
    told = made.get(f"{made.first}/recommendations?absent={made.away}&day={MONDAY}")
    found = decode(RecommendationFigures, told.data)
    expected = recommend_for_absence(
        problem_of(KINDS["rosters"].example),
        made.roster(made.first),
        made.away,
        date.fromisoformat(MONDAY),
    )
    assert found.undone is not None
    assert [(p.agents, p.cost) for p in found.proposals] == [
        (p.agents, pytest.approx(p.cost)) for p in expected.proposals
    ]


def test_recommendations_for_shifts_and_swaps_have_the_same_form(made: Made) -> None:
    for query in ("shift=day", "shift=day&start=09:00&most=1", f"swap={made.away}"):
        told = made.get(f"{made.first}/recommendations?day={MONDAY}&{query}")
        assert decode(RecommendationFigures, told.data).undone is None


@pytest.mark.parametrize(
    "query", ["", "&shift=day&absent=ada", "&absent=ada&start=09:00", "&shift=night", "&most=0"]
)
def test_recommendations_that_make_no_sense_are_refused(made: Made, query: str) -> None:
    assert (
        made.client.get(f"/v1/rosters/{made.first}/recommendations?day={MONDAY}{query}").status_code
        == 422
    )


def test_two_rosters_differ_as_the_library_says(made: Made) -> None:
    told = decode(DifferenceFigures, made.get(f"{made.first}/diff/{made.second}").data)
    people = KINDS["rosters"].example.organisation
    expected = diff(people, made.roster(made.first), made.roster(made.second))
    assert [(c.agent, c.day, c.kind) for c in told.changes] == [
        (c.agent, c.day, c.kind.value) for c in expected.changes
    ]
    assert (made.away, date.fromisoformat(MONDAY), "removed") in [
        (c.agent, c.day, c.kind) for c in told.changes
    ]
    assert made.get(f"{made.first}/diff/{made.first}").get_json()["changes"] == []


def test_what_is_not_done_cannot_be_asked_about_and_what_is_not_there_cannot_be_found(
    made: Made,
) -> None:
    questions = ("", "/analysis", f"/why?agent=ada&day={MONDAY}", f"/diff/{made.first}")
    for question in (*questions, f"/recommendations?absent=ada&day={MONDAY}"):
        assert made.issues(made.waiting + question, 409) == {("", "wrong_state")}
        made.issues(f"nobody{question}", 404)
    assert made.client.get(f"/v1/forecasts/{made.first}").status_code == 404


def test_questions_are_refused_while_too_many_are_answered(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_LONGEST_WAIT", 0.01)
    with turns.turn():
        answer = made.client.get(f"/v1/rosters/{made.first}/analysis")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert made.client.get(f"/v1/rosters/{made.first}/analysis").status_code == 200
