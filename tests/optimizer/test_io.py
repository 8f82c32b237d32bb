from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer import io, wire
from optimizer.errors import InvalidInput
from optimizer.model import (
    AgentState,
    Assignment,
    ChangePrices,
    Clock,
    Directives,
    Keep,
    Obstacle,
    Pin,
    Priority,
    Relaxation,
    Roster,
    RoutingWeights,
    RuleName,
    Shift,
    ShiftDemand,
    Snapshot,
    Ticket,
    Tier,
    TimeGrid,
    Waiting,
    check_snapshot,
)
from tests.optimizer.builders import MONDAY, organisation, requirement

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def snapshot() -> Snapshot:
    return Snapshot(
        NOW,
        (Ticket("t1", "voice", NOW, {"orders": 2}, priority=Priority.P0),),
        (AgentState("a1", {"orders": 3}, idle_since=NOW),),
        RoutingWeights(wait=5.0),
    )


def issues_of(body: bytes) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        io.decode_snapshot(body)
    return {(issue.code, issue.pointer) for issue in caught.value.issues}


def meant(body: bytes) -> set[tuple[str, str]]:
    """Return the issues of a body that has the right shape."""
    return {(issue.code, issue.pointer) for issue in check_snapshot(io.decode_snapshot(body))}


def test_an_organisation_comes_back_as_it_was_written(tmp_path: Path) -> None:
    io.write(tmp_path / "o.json", organisation())
    assert io.read_organisation(tmp_path / "o.json") == organisation()


def test_a_requirement_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made = requirement(np.random.default_rng(1).random((2, 96)))
    io.write(tmp_path / "r.json", made)
    read = io.read_requirement(tmp_path / "r.json")
    assert (read.groups, read.grid.count) == (made.groups, made.grid.count)
    assert read.grid.start == made.grid.start
    np.testing.assert_array_equal(read.agents, made.agents)


def test_a_roster_and_a_snapshot_come_back_as_they_were_written(tmp_path: Path) -> None:
    roster = Roster(TimeGrid.of_days(MONDAY, 7), (Shift("a0", "day", 16, 34),))
    io.write(tmp_path / "r.json", roster)
    assert io.read_roster(tmp_path / "r.json", organisation()) == roster
    io.write(tmp_path / "s.json", snapshot())
    assert io.read_snapshot(tmp_path / "s.json") == snapshot()


def test_what_is_null_though_that_is_no_default_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    always = replace(snapshot(), weights=RoutingWeights(continuity_seconds=None))
    broken = Relaxation("a0", RuleName.SHIFTS_PER_WEEK, None, 1.0)
    roster = Roster(TimeGrid.of_days(MONDAY, 7), (), relaxed=(broken,))
    io.write(path, always, roster)
    assert io.read_snapshot(path) == always
    assert io.read_roster(path, organisation()) == roster
    assert b'"site"' not in path.read_bytes()


def test_an_assignment_of_twins_is_written_like_one_of_records() -> None:
    def answer(waiting: Any, clock: Any, obstacle: Any) -> Assignment:
        left = waiting("t1", (obstacle("skill", 2),), "No.", clock(1.0, 2.0, NOW, Tier.RISK), NOW)
        return Assignment((), (left,), 0.0, 0.0, {}, 0.5)

    kinds = (Waiting, Clock, Obstacle)
    assert io.encode(answer(*map(wire.twin, kinds))) == io.encode(answer(*kinds))


def test_one_document_may_hold_both_parts_of_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    io.write(path, organisation(), requirement(np.ones((2, 48))))
    problem = io.read_problem(path, path)
    assert problem.organisation == organisation()
    assert problem.requirement.agents.sum() == 96


def test_directives_and_the_roster_before_are_parts_of_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    said = Directives(
        shift_demand=(ShiftDemand(MONDAY, "day", 2),),
        pins=(Pin("a0", MONDAY, Keep.SHIFT), Pin("a1", MONDAY, works=True)),
        changes=ChangePrices(called=5.0),
        now=NOW,
    )
    before = Roster(TimeGrid.of_days(MONDAY, 1, 30, "Europe/Paris"), (Shift("a0", "day", 16, 34),))
    io.write(path, organisation(), requirement(np.zeros((2, 48))), said, before)
    problem = io.read_problem(path, path, path, path)
    assert (problem.directives, problem.previous) == (said, before)
    alone = io.read_problem(path, path)
    assert (alone.directives, alone.previous) == (Directives(), None)


def test_a_document_without_directives_says_so(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    io.write(path, organisation(), requirement(np.zeros((2, 48))))
    with pytest.raises(InvalidInput) as caught:
        io.read_problem(path, path, path)
    assert [issue.pointer for issue in caught.value.issues] == ["/directives"]


def test_every_misfit_of_a_document_is_reported_at_once() -> None:
    body = json.dumps(
        {
            "now": "yesterday",
            "colour": "blue",
            "tickets": [{"channel": 7, "created": "2026-11-23T09:00:00Z", "priority": "P9"}],
            "agents": [{"id": "a", "skills": {"orders": "3"}, "capacity": 1.5}],
        }
    ).encode()
    assert issues_of(body) == {
        ("wrong_type", "/now"),
        ("unknown_field", "/colour"),
        ("missing_field", "/tickets/0/id"),
        ("wrong_type", "/tickets/0/channel"),
        ("unknown_value", "/tickets/0/priority"),
        ("wrong_type", "/agents/0/skills/orders"),
        ("wrong_type", "/agents/0/capacity"),
    }


def test_what_a_bare_snapshot_means_is_left_to_who_uses_it() -> None:
    body = json.dumps(
        {
            "now": "2026-11-23T09:00:00",
            "tickets": [
                {"id": "t", "channel": "v", "created": "2026-11-23T09:00:00Z", "amount": -1},
                {
                    "id": "t",
                    "channel": "v",
                    "created": "2026-11-23T09:00:00Z",
                    "skills": {"orders": 6},
                },
            ],
            "agents": [{"id": "", "skills": {}, "capacity": -1, "open_work": {"v": -2}}],
        }
    ).encode()
    assert meant(body) == {
        ("missing_offset", "/now"),
        ("duplicate_id", "/tickets/1/id"),
        ("out_of_range", "/tickets/0/amount"),
        ("out_of_range", "/tickets/1/skills/orders"),
        ("empty_id", "/agents/0/id"),
        ("out_of_range", "/agents/0/capacity"),
        ("out_of_range", "/agents/0/open_work/v"),
    }


def test_a_deadline_before_the_beginning_is_reported() -> None:
    late = replace(snapshot().tickets[0], first_response_due=NOW, resolution_due=NOW)
    body = json.loads(io.encode(replace(snapshot(), tickets=(late,))))["snapshot"]
    assert meant(json.dumps(body).encode()) == {
        ("due_before_created", "/tickets/0/first_response_due"),
        ("due_before_created", "/tickets/0/resolution_due"),
    }


def test_numbers_and_times_beyond_all_bounds_are_reported() -> None:
    section = json.loads(io.encode(snapshot()))["snapshot"]
    section["agents"][0]["capacity"] = 10**400
    section["now"] = "9999-12-31T23:59:59-23:59"
    assert meant(json.dumps(section).encode()) == {
        ("out_of_range", "/agents/0/capacity"),
        ("out_of_range", "/now"),
    }


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"1e999", b'"x"'])
def test_nonsense_is_one_clear_issue(body: bytes) -> None:
    assert len(issues_of(body)) == 1


def test_numbers_that_are_not_finite_are_refused() -> None:
    body = io.encode(snapshot())
    section = json.loads(body)["snapshot"]
    section["tickets"][0]["customer_value"] = float("nan")
    assert issues_of(json.dumps(section).encode()) == {
        ("out_of_range", "/tickets/0/customer_value")
    }


def test_a_document_of_another_version_or_without_the_section_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"schema": "callboard/99"}')
    with pytest.raises(InvalidInput) as caught:
        io.read_organisation(path)
    assert [i.pointer for i in caught.value.issues] == ["/schema"]
    io.write(path, snapshot())
    with pytest.raises(InvalidInput) as caught:
        io.read_organisation(path)
    assert [i.pointer for i in caught.value.issues] == ["/organisation"]


def test_a_missing_file_is_an_issue_not_a_stack_trace(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        io.read_organisation(tmp_path / "gone.json")
    assert [i.code for i in caught.value.issues] == ["unreadable_file"]


def test_a_ragged_requirement_names_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    io.write(path, requirement(np.ones((2, 48))))
    document = json.loads(path.read_bytes())
    document["requirement"]["agents"][1].pop()
    path.write_text(json.dumps(document))
    with pytest.raises(InvalidInput) as caught:
        io.read_requirement(path)
    assert [i.pointer for i in caught.value.issues] == ["/requirement/agents/1"]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_whatever_cause_anything_but_a_list_of_issues(body: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        io.decode_snapshot(body)
    assert caught.value.issues
