"""Every array that would lead the engine astray is named, all at once."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Law, LawKind
from optimizer.simulation.engine import play, run
from optimizer.simulation.system import Contacts, Flows, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Draws, Traffic
from tests.optimizer.simulation.small_centres import (
    back_to_itself,
    contacts,
    drawn,
    queue,
)

# What every line has one of.
LINE_ARRAYS = {"rank": int, "value": float, "target": float, "idle_until_s": float, "units": int}


def named(problem: InvalidInput) -> set[str]:
    return {issue.pointer for issue in problem.issues}


def test_every_wrong_array_is_named_at_once() -> None:
    system, staff = queue(2)
    wrong = Contacts(
        np.array([1.0, 0.0, math.nan]),
        np.array([0, 1, 0], np.int32),
        np.array([-1.0, 0.0, 0.0]),
        np.array([1.0, math.inf, 1.0]),
    )
    overlapping = replace(staff, agent=np.zeros(2, np.int64), pool=np.array([0, 7]))
    with pytest.raises(InvalidInput) as caught:
        play(system, overlapping, wrong)
    assert named(caught.value) == {
        "/staff/pool/1",
        "/staff/begin/0",
        "/contacts/arrival/2",
        "/contacts/arrival/0",
        "/contacts/line/1",
        "/contacts/patience/0",
        "/contacts/service/1",
    }


def every_part_wrong(system: System) -> System:
    """Return a system each array of which has something wrong in its first place."""
    wrong = -np.ones(1)
    flags = np.zeros(1, np.bool_)
    flow = Flows(np.array([9]), np.array([-1]), np.array([1.5]), wrong, flags, flags, flags)
    return replace(
        system,
        fit=np.array([[math.inf]]),
        rank=np.array([4]),
        value=np.array([math.nan]),
        target=np.zeros(1),
        idle_until_s=wrong,
        units=np.array([2]),
        bonus=np.array([math.inf]),
        ratio=np.array([math.nan]),
        after_s=np.array([[-1.0]]),
        escalate_s=wrong,
        escalate_to=np.array([3]),
        pace=np.zeros((1, 2)),
        flows=flow,
    )


def test_every_wrong_array_of_a_system_is_named_at_once() -> None:
    system, staff = queue(1)
    with pytest.raises(InvalidInput) as caught:
        run(every_part_wrong(system), staff, drawn(1.0), Draws(0))
    assert {pointer.removeprefix("/system/") for pointer in named(caught.value)} == {
        "fit/0/0", "rank/0", "value/0", "target/0", "idle_until_s/0", "units/0", "bonus/0",
        "ratio/0", "after_s/0/0", "escalate_s/0", "escalate_to/0", "pace/0/0", "flows/source/0",
        "flows/target/0", "flows/share/0", "flows/delay_s/0",
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"fit": np.zeros(1)}, id="fit"),
        pytest.param({"escalate_s": np.ones(1)}, id="escalate_to"),
        pytest.param({"capacity": 0}, id="capacity"),
        pytest.param({"after_s": np.zeros((2, 1))}, id="after_s"),
        pytest.param({"pace": np.ones((1, 5))}, id="pace"),
        pytest.param({"rank": np.zeros(3, np.int64)}, id="rank"),
    ],
)
def test_arrays_that_the_loop_would_misread_are_refused(
    changes: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    system, staff = queue(1)
    with pytest.raises(InvalidInput) as caught:
        play(replace(system, **changes), staff, contacts([0.0], service=1.0))
    assert [issue.pointer for issue in caught.value.issues] == [
        f"/system/{request.node.callspec.id}"
    ]


def test_lines_that_escalate_in_a_circle_are_refused() -> None:
    system, staff = queue(1)
    three = replace(
        system,
        fit=np.zeros((3, 1)),
        **{name: np.ones(3, kind) for name, kind in LINE_ARRAYS.items()},
        escalate_s=np.ones(3),
        escalate_to=np.array([1, 2, 1]),
    )
    with pytest.raises(InvalidInput) as caught:
        play(three, staff, contacts([0.0], service=1.0))
    (issue,) = caught.value.issues
    assert issue.pointer == "/system/escalate_to/0"
    assert "circle" in issue.detail


def test_given_contacts_are_not_played_with_flows() -> None:
    system, staff = queue(1)
    with pytest.raises(InvalidInput) as caught:
        play(replace(system, flows=back_to_itself()), staff, contacts([0.0], service=1.0))
    assert [issue.pointer for issue in caught.value.issues] == ["/system/flows"]


def test_arrays_of_unequal_length_are_refused() -> None:
    system, staff = queue(2)
    with pytest.raises(InvalidInput) as caught:
        play(system, replace(staff, end=np.zeros(1)), contacts([0.0], service=1.0))
    assert [issue.code for issue in caught.value.issues] == ["bad_shape"]


def test_every_wrong_array_of_traffic_is_named_at_once() -> None:
    system, staff = queue(1)
    wrong = replace(
        drawn(1.0),
        slot_s=0.0,
        offered=np.full((1, 4), math.inf),
        handling_s=np.full((1, 4), math.nan),
        patience_s=np.full((1, 4), -1.0),
        handling=[Law(LawKind.EMPIRICAL, points=(0.0, 0.0))],
        patience=[Law(LawKind.LOGNORMAL, variation=-1.0)],
        balking=np.array([1.1]),
        after_contact=np.ones(1),
    )
    with pytest.raises(InvalidInput) as caught:
        run(system, staff, wrong, Draws(0), horizon_s=math.nan)
    assert named(caught.value) == {"/horizon_s"}
    with pytest.raises(InvalidInput) as caught:
        run(system, staff, wrong, Draws(0))
    assert named(caught.value) == {
        "/traffic/slot_s", "/traffic/offered/0/0", "/traffic/handling_s/0/0",
        "/traffic/patience_s/0/0", "/traffic/handling/0", "/traffic/patience/0",
        "/traffic/balking/0", "/traffic/after_contact/0",
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"offered": np.zeros((1, 0))}, id="offered"),
        pytest.param({"handling_s": np.zeros((2, 4))}, id="handling_s"),
        pytest.param({"names": ["a", "b"]}, id="names"),
        pytest.param({"patience": []}, id="patience"),
        pytest.param({"balking": np.zeros(2)}, id="balking"),
    ],
)
def test_traffic_of_another_shape_is_refused(
    changes: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    system, staff = queue(1)
    with pytest.raises(InvalidInput) as caught:
        run(system, staff, replace(drawn(1.0), **changes), Draws(0))
    assert f"/traffic/{request.node.callspec.id}" in named(caught.value)


def test_lines_of_the_same_name_are_refused() -> None:
    system, staff = queue(1)
    two = replace(
        system,
        fit=np.zeros((2, 1)),
        **{name: np.ones(2, kind) for name, kind in LINE_ARRAYS.items()},
    )
    with pytest.raises(InvalidInput) as caught:
        run(two, staff, replace(Traffic.nothing(2), names=["a", "a"]), Draws(0))
    assert named(caught.value) == {"/traffic/names"}


def test_goals_need_the_calendars_that_they_name() -> None:
    system, staff = queue(1)
    calendars = {"calendar": np.ones(1, np.int64), "opened_s": np.zeros((1, 3))}
    with pytest.raises(InvalidInput) as caught:
        run(system, staff, drawn(1.0), Draws(0), goals=replace(Goals.none(1), **calendars))
    assert named(caught.value) == {"/goals/calendar/0", "/goals/opened_s"}
