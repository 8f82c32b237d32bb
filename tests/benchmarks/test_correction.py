from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from api.cli import main
from api.volumes import requirement_for, volumes_of
from benchmarks.correction.centres import LOAD_PER_AGENT, voice_centre, voice_forecast
from optimizer.model import check_organisation

SIZES = ("--agents", "30", "--skills", "2", "--days", "2", "--rounds", "2")
SHORT = ("--roster-seconds", "1", "--replications", "5")


def test_half_of_the_people_have_a_second_skill_and_a_tenth_all() -> None:
    centre = voice_centre(4000, 4, seed=1)
    counts = np.array([len(agent.skills) for agent in centre.agents])
    assert not check_organisation(centre, "")
    assert (counts == 4).mean() == pytest.approx(0.1, abs=0.02)
    # Of those who draw a second skill, a quarter draw the one they have.
    assert (counts == 2).mean() == pytest.approx(0.5 * 0.75, abs=0.03)


def test_the_forecast_loads_the_people_as_it_says() -> None:
    centre = voice_centre(60, 3, seed=2)
    expected = voice_forecast(centre, 7, seed=2)
    assert len(expected.days) == 7
    busy = expected.open.any(axis=0)
    load = (expected.offered * expected.aht_s / 1800.0).sum(axis=0)[busy]
    assert load.mean() == pytest.approx(LOAD_PER_AGENT * 60)
    # Nobody has to be in two places: the staff could give half as much again and more.
    needed = requirement_for(centre, volumes_of(centre, expected)).agents.sum() / 2
    assert needed < 60 * 5 * 6


def test_three_centres_are_measured_before_and_after() -> None:
    shown = CliRunner().invoke(main, ["bench", "correction", *SIZES, *SHORT, "--json"])
    assert shown.exit_code == 0, shown.output
    figures = json.loads(shown.stdout)
    names = [found["centre"] for found in figures["centres"]]
    assert names == ["generated, 2 skills", "voice, 2 skills", "voice, 2 skills"]
    assert [found["agents"] for found in figures["centres"]] == [30, 15, 10]
    for found in figures["centres"]:
        objectives = [told["objective"] for told in found["rounds"]]
        assert objectives[found["kept"]] == min(objectives)
        assert 0 < found["checked"]["after"]["in_time"]["mean"] <= 1
    assert figures["machine"]["cores"]


def test_a_person_sees_one_table() -> None:
    shown = CliRunner().invoke(main, ["bench", "correction", *SIZES, *SHORT])
    assert shown.exit_code == 0, shown.output
    assert "generated, 2 skills" in shown.stdout
    assert "rounds in" in shown.stdout
