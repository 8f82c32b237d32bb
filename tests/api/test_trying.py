"""What is played is what the forecast says comes from outside, on the slots of the roster."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.trying import attempt, rule_of
from optimizer.errors import InvalidInput
from optimizer.model import (
    Channel,
    ChannelKind,
    Flow,
    PlanningGroup,
    Ring,
    RuleKind,
    ShrinkageWindow,
    TimeGrid,
)
from optimizer.simulation import RULES, Settings, try_out
from optimizer.staffing import all_contacts, shrinkage_of
from tests.api.builders import GRID, OPEN, centre, day_roster, forecast
from tests.optimizer.builders import MONDAY

VOLUMES = {"voice:orders": 30.0, "voice:billing": 12.0}
FLOWS = (Flow("voice:orders", "voice:billing", 0.2),)


def test_volumes_and_handling_times_stand_on_the_slots_of_the_roster() -> None:
    people = centre()
    wider = TimeGrid.of_days(MONDAY, 3, 30, "Europe/Paris")
    made = attempt(people, day_roster(people, wider), forecast(VOLUMES), Settings())
    assert made.offered.shape == made.aht_s.shape == (2, 144)
    assert made.offered[0, OPEN].tolist() == [30.0] * 16
    assert made.offered.sum() == 2 * 16 * 42.0  # nothing is known of the third day
    assert (made.aht_s > 0).all()


def test_what_flows_bring_is_taken_out_so_that_it_is_not_played_twice() -> None:
    people = replace(centre(), flows=FLOWS)
    made = attempt(people, day_roster(people), forecast(VOLUMES), Settings())
    whole = all_contacts(people, made.offered, 1800.0)
    assert whole[:, OPEN] == pytest.approx(np.tile([[30.0], [12.0]], 16))
    assert made.offered[1, 20] == pytest.approx(6.0)


def test_sample_paths_scatter_around_what_comes_from_outside() -> None:
    people = replace(centre(), flows=FLOWS)
    expected = forecast(VOLUMES, known=True)
    many = Settings(seed=1, replications=400)
    made = attempt(people, day_roster(people), expected, many, paths=400)
    fresh = attempt(people, day_roster(people), expected, Settings()).offered
    assert made.offered.shape == (400, 2, 96)
    assert made.offered.mean(axis=0)[:, OPEN] == pytest.approx(fresh[:, OPEN], rel=0.06)
    assert made.offered[:, 0, 20].std() == pytest.approx(0.3 * 30.0, rel=0.3)
    assert (made.offered >= 0).all()


def test_sample_paths_need_a_forecast_that_knows_how_sure_it_is() -> None:
    people = centre()
    with pytest.raises(InvalidInput) as caught:
        attempt(people, day_roster(people), forecast(VOLUMES), Settings(), paths=3)
    assert [issue.code for issue in caught.value.issues] == ["no_uncertainty"]


def test_people_are_absent_by_the_hour_where_shrinkage_has_windows() -> None:
    base = centre()
    window = ShrinkageWindow(0.3, 0.1, weekdays=(0,), start_minute=600, end_minute=720)
    people = replace(
        base, groups=(replace(base.groups[0], shrinkage_windows=(window,)), base.groups[1])
    )
    made = attempt(people, day_roster(people), forecast(VOLUMES), Settings())
    assert isinstance(made.settings.absence, np.ndarray)
    assert np.array_equal(made.settings.absence, shrinkage_of(people, GRID).total)
    asked = attempt(people, day_roster(people), forecast(VOLUMES), Settings(absence=0.0))
    assert asked.settings.absence == 0.0


def test_business_hours_are_those_in_which_voice_or_chat_expects_somebody() -> None:
    base = centre()
    email = PlanningGroup("email:orders", "email", "orders")
    people = replace(
        base,
        channels=(*base.channels, Channel("email", ChannelKind.EMAIL)),
        groups=(*base.groups, email),
    )
    expected = forecast({**VOLUMES, "email:orders": 5.0})
    around_the_clock = expected.offered.copy()
    around_the_clock[2] = 5.0
    expected = replace(expected, offered=around_the_clock, open=around_the_clock > 0)
    made = attempt(people, day_roster(people), expected, Settings(), business_hours=True)
    opened = made.settings.open_slots
    assert opened is not None
    assert opened.shape == (3, 96)
    for row in opened:
        assert np.flatnonzero(row).tolist() == [*range(18, 34), *range(66, 82)]


def test_an_attempt_can_be_played() -> None:
    people = replace(centre(16), flows=FLOWS)
    made = attempt(people, day_roster(people), forecast(VOLUMES), Settings(absence=0.0))
    study = try_out(
        made.organisation, made.roster, made.offered, made.aht_s, settings=made.settings
    )
    assert study.totals["offered"][:, :2].mean(axis=0) == pytest.approx([960, 384], rel=0.05)


def test_a_rule_is_known_by_name_or_read_from_a_file(tmp_path: Path) -> None:
    assert rule_of("c_mu") is RULES["c_mu"]
    path = tmp_path / "rings.json"
    rings = [{"after_seconds": 0, "level_change": 1}, {"after_seconds": 30}]
    rule = {"name": "rings", "kind": "priority", "rings": rings}
    path.write_text(json.dumps({"schema": "callboard/1", "rule": rule}))
    read = rule_of(str(path))
    assert (read.name, read.kind, read.rings) == (
        "rings",
        RuleKind.PRIORITY,
        (Ring(0.0, 1), Ring(30.0)),
    )


def test_a_rule_that_cannot_be_read_names_its_file_and_every_problem(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        rule_of("first_in_first_out")
    assert [issue.code for issue in caught.value.issues] == ["unknown_rule"]
    path = tmp_path / "odd.json"
    path.write_text('{"schema": "callboard/1", "rule": {"kind": "luck", "colour": "red"}}')
    with pytest.raises(InvalidInput) as caught:
        rule_of(str(path))
    assert sorted(issue.code for issue in caught.value.issues) == ["unknown_field", "unknown_value"]
    assert all("odd.json" in issue.detail for issue in caught.value.issues)


def test_no_more_paths_are_drawn_than_are_played() -> None:
    expected = forecast(VOLUMES, known=True)
    few = Settings(replications=3)
    assert len(attempt(centre(), day_roster(centre()), expected, few, paths=1000).offered) == 3


def test_days_with_shifts_of_which_nothing_is_forecast_are_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    people = centre()
    attempt(people, day_roster(people), forecast(VOLUMES), Settings())
    assert not caplog.messages
    wider = TimeGrid.of_days(MONDAY, 4, 30, "Europe/Paris")
    attempt(people, day_roster(people, wider), forecast(VOLUMES), Settings())
    assert caplog.messages == [
        "/forecast: nothing is forecast for 2 of the days with shifts, 2026-11-25 to 2026-11-26"
    ]
