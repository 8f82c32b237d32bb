"""Jobs that are stopped keep their best, or say that there was nothing to keep."""

from __future__ import annotations

import json

import pytest

from api.store import Store
from api.tasks import Context, examples
from api.tasks.results import read_problem, read_roster
from optimizer.errors import NoSolution
from optimizer.progress import Event
from optimizer.result import Termination
from optimizer.roster import verify
from optimizer.stop import Deadline
from tests.api.tasks.working import accepted, done, named


def stopping_at(word: str) -> Context:
    """Return a context whose job is stopped when it tells a phase with that word in it."""
    deadline = Deadline.after(60.0)

    def watch(event: Event) -> None:
        if word in event.phase:
            deadline.stop()

    return Context(deadline, watch, threads=1)


@pytest.mark.parametrize("word", ["first roster", "bound", "people"])
def test_a_roster_that_is_stopped_is_sound(empty: Store, word: str) -> None:
    body = accepted(empty, "rosters").body
    outcome = done(empty, "rosters", body, stopping_at(word))
    made = named(outcome)
    assert outcome.termination in (Termination.STOPPED, Termination.OPTIMAL)
    assert verify(read_problem(made["problem"]), read_roster(made["roster"])).sound


@pytest.mark.parametrize("kind", ["forecasts", "plans"])
def test_without_a_forecast_there_is_nothing_to_keep(empty: Store, kind: str) -> None:
    body = accepted(empty, kind).body
    with pytest.raises(NoSolution, match="stopped before there was a") as caught:
        done(empty, kind, body, stopping_at("rehearsal"))
    assert caught.value.issues[0].code == "stopped"


def test_a_plan_that_is_stopped_keeps_its_roster(empty: Store) -> None:
    body = accepted(empty, "plans").body
    made = named(done(empty, "plans", body, stopping_at("trial")))
    assert json.loads(made["plan"].body)["roster"]["verified"]


def test_a_simulation_that_is_stopped_is_one_of_fewer_replications(empty: Store) -> None:
    from dataclasses import replace

    body = accepted(empty, "simulations").body
    outcome = done(empty, "simulations", body, stopping_at("replication 9 of"))
    cut = json.loads(named(outcome)["simulation"].body)
    assert 2 <= cut["replications"] < 20
    fewer = replace(examples.SIMULATION, replications=cut["replications"])
    asked = done(empty, "simulations", accepted(empty, "simulations", fewer).body)
    whole = json.loads(named(asked)["simulation"].body)
    for figures in (cut, whole):
        figures.pop("seconds")
    assert cut == whole


def test_a_comparison_that_is_stopped_leaves_out_what_was_not_played(empty: Store) -> None:
    body = accepted(empty, "comparisons").body
    outcome = done(empty, "comparisons", body, stopping_at("fewer calls: forecast"))
    told = json.loads(named(outcome)["comparison"].body)
    assert [scenario["name"] for scenario in told["scenarios"]] == ["three", "four"]
    assert told["left_out"] == ["fewer calls"]
    with pytest.raises(NoSolution, match="stopped"):
        done(empty, "comparisons", body, stopping_at("four: forecast"))
