"""Scenarios are read with their files, and completed from the first."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.scenarios import ScenarioStaff, Sites, read_scenarios
from optimizer.errors import InvalidInput
from optimizer.model import RoutingRule, RuleKind
from tests.api.builders import baseline, write_scenario


def test_what_a_scenario_does_not_say_is_as_in_the_first(tmp_path: Path) -> None:
    first = baseline(tmp_path, rule="fifo", adherence_seconds=60.0)
    second = write_scenario(tmp_path, "core", staff="core", sites="separate", adherence_seconds=0.0)
    base, other = read_scenarios([first, second])
    assert other.name == "core"
    assert (other.organisation, other.roster) == (base.organisation, base.roster)
    assert (other.rule, other.staff, other.sites) == ("fifo", ScenarioStaff.CORE, Sites.SEPARATE)
    assert (base.adherence_seconds, other.adherence_seconds) == (60.0, 0.0)


def test_file_names_are_relative_to_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "ideas").mkdir()
    first = baseline(tmp_path)
    second = write_scenario(
        tmp_path / "ideas",
        "bot",
        roster="own.json",
        adjustments="bot_adjustments.json",
        rule="r.json",
    )
    base, other = read_scenarios([first, second])
    assert base.roster == str(tmp_path / "roster.json")
    assert other.roster == str(tmp_path / "ideas" / "own.json")
    assert other.adjustments == str(tmp_path / "ideas" / "bot_adjustments.json")
    assert other.rule == str(tmp_path / "ideas" / "r.json")
    assert other.forecast == base.forecast


def test_a_rule_may_stand_in_the_scenario(tmp_path: Path) -> None:
    rule = {"name": "shares", "kind": "queue_ratio", "queue_shares": {"voice:orders": 0.3}}
    (base,) = read_scenarios([baseline(tmp_path, rule=rule)])
    assert isinstance(base.rule, RoutingRule)
    assert base.rule.kind is RuleKind.QUEUE_RATIO


def test_a_forecast_of_its_own_does_not_take_adjustments_over(tmp_path: Path) -> None:
    first = baseline(tmp_path, adjustments="a.json", pilot_site="lyon")
    own = write_scenario(tmp_path, "own", forecast="other.csv")
    adjusted = write_scenario(tmp_path, "adjusted", forecast="other.csv", adjustments="b.json")
    same = write_scenario(tmp_path, "same")
    _, own_, adjusted_, same_ = read_scenarios([first, own, adjusted, same])
    assert (own_.adjustments, own_.pilot_site) == (None, None)
    assert adjusted_.adjustments == str(tmp_path / "b.json")
    assert same_.adjustments == str(tmp_path / "a.json")
    assert same_.pilot_site == "lyon"


def test_every_problem_of_every_file_is_named_with_the_file(tmp_path: Path) -> None:
    first = write_scenario(tmp_path, "first", organisation="o.json", colour="red")
    second = tmp_path / "second.json"
    second.write_text("{not json")
    third = write_scenario(tmp_path, "third", staff="everybody", absence="some")
    with pytest.raises(InvalidInput) as caught:
        read_scenarios([first, second, third, tmp_path / "absent.json"])
    found = [(issue.code, Path(issue.detail.split(": ")[0]).name) for issue in caught.value.issues]
    assert sorted(found) == [
        ("invalid_json", "second.json"),
        ("unknown_field", "first.json"),
        ("unknown_value", "third.json"),
        ("unreadable_file", "absent.json"),
        ("wrong_type", "third.json"),
    ]


def test_the_first_must_name_what_all_need_and_names_must_differ(tmp_path: Path) -> None:
    first = write_scenario(tmp_path, "first", roster="r.json")
    (tmp_path / "more").mkdir()
    second = write_scenario(tmp_path / "more", "first")
    with pytest.raises(InvalidInput) as caught:
        read_scenarios([first, second])
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("missing_field", "/scenario/organisation"),
        ("missing_field", "/scenario/forecast"),
        ("duplicate_id", "/scenario/name"),
    ]
