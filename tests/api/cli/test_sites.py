from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer.io import write
from optimizer.model import Site
from optimizer.staffing import least_agents
from tests.optimizer.builders import organisation

HEADER = "group,start,offered,lower80,upper80,lower95,upper95,aht_s"


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    """Return the arguments for two sites, two thirds of the agents at one, and a short Monday."""
    base = organisation()
    agents = tuple(
        replace(agent, site="lyon") if i == 0 else agent for i, agent in enumerate(base.agents)
    )
    write(
        tmp_path / "organisation.json",
        replace(base, sites=(*base.sites, Site("lyon")), agents=agents),
    )
    rows = [
        f"{group},2026-11-23 {clock},{offered},90,110,80,120,180"
        for group, offered in (("voice:orders", 100), ("voice:billing", 40))
        for clock in ("09:00", "09:30")
    ]
    (tmp_path / "forecast.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return [
        "--organisation",
        str(tmp_path / "organisation.json"),
        "--forecast",
        str(tmp_path / "forecast.csv"),
    ]


def sites(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sites", *arguments])


def test_shares_given_decide_what_each_site_needs(inputs: list[str]) -> None:
    chosen = ("--share", "paris=0.6", "--share", "lyon=0.4", "--share", "voice:billing@lyon=1")
    answer = json.loads(sites(*inputs, *chosen, "--json").stdout)
    by_pooling = {outcome["pooling"]: outcome for outcome in answer["outcomes"]}
    assert list(by_pooling) == ["centralised", "distributed", "hybrid"]
    goal = organisation().groups[0].goal
    expected = {
        "voice:orders@paris": least_agents(goal, 60, 180.0, 1800.0),
        "voice:orders@lyon": least_agents(goal, 40, 180.0, 1800.0),
        "voice:billing@lyon": least_agents(goal, 40, 180.0, 1800.0),
    }
    queues = {one["group"]: max(one["agents"]) for one in by_pooling["distributed"]["queues"]}
    assert queues == {name: float(agents) for name, agents in expected.items()}
    assert by_pooling["distributed"]["agent_hours"] == sum(queues.values())
    assert by_pooling["centralised"]["service_level"] >= 0.8


def test_by_default_sites_share_the_work_like_the_agents(inputs: list[str]) -> None:
    answer = json.loads(sites(*inputs, "--json").stdout)
    assert answer["shares"] == pytest.approx({"paris": 2 / 3, "lyon": 1 / 3})


def test_the_table_shows_the_three_ways_and_every_group(inputs: list[str]) -> None:
    result = sites(*inputs, "--pooled-share", "0.3")
    assert result.exit_code == 0
    for word in ("centralised", "distributed", "hybrid", "voice:orders", "voice:billing"):
        assert word in result.stdout


@pytest.mark.parametrize("share", ["paris", "=0.5", "paris=half", "@=1"])
def test_a_share_that_is_none_is_explained(inputs: list[str], share: str) -> None:
    result = sites(*inputs, "--share", share)
    assert result.exit_code == 2
    assert "SITE=SHARE" in result.stderr


def test_wrong_sites_are_listed_as_issues(inputs: list[str]) -> None:
    result = sites(*inputs, "--share", "moon=0.5", "--json")
    assert result.exit_code == 2
    assert {issue["code"] for issue in json.loads(result.stdout)["errors"]} == {
        "unknown_site",
        "shares_not_one",
    }
