from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import correcting, main
from api.correction import Correction
from api.volumes import requirement_for, volumes_of
from benchmarks.correction.centres import voice_centre, voice_forecast
from forecasts import write_forecast
from optimizer import io
from optimizer.model import Organisation, Requirement, RosterProblem
from optimizer.roster import verify

FILES = {"requirement.json", "roster.json", "roster.csv", "simulation.json", "correction.json"}


@pytest.fixture(scope="module")
def centre() -> Organisation:
    return voice_centre(24, 2, seed=3)


@pytest.fixture(scope="module")
def folder(centre: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a centre of two skills and what it expects on one day."""
    folder = tmp_path_factory.mktemp("centre")
    io.write(folder / "organisation.json", centre)
    write_forecast(voice_forecast(centre, days=1, seed=3), folder)
    return folder


def correct(folder: Path, *more: str) -> Result:
    files = ["--organisation", str(folder / "organisation.json"), "--forecast", str(folder)]
    short = ["--roster-seconds", "1", "--seconds", "40"]
    return CliRunner().invoke(main, ["correct", *files, *short, *more])


@pytest.fixture(scope="module")
def shown(folder: Path) -> tuple[dict[str, Any], Path]:
    """Return what three rounds print as JSON, and where they write."""
    out = folder / "out"
    result = correct(folder, "--rounds", "3", "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), out


def test_rounds_saving_and_check_are_one_json_object(
    shown: tuple[dict[str, Any], Path],
) -> None:
    figures, _ = shown
    first, kept = figures["rounds"][0], figures["rounds"][figures["kept"]]
    assert len(figures["rounds"]) == 3
    assert figures["saved"]["cost"] == pytest.approx(first["cost"] - kept["cost"])
    assert figures["saved"]["cost"] > 0
    checked = figures["checked"]
    assert checked["before"]["in_time"]["mean"] > checked["after"]["in_time"]["mean"] > 0.75
    assert len(figures["missed"]) == checked["after"]["missed"]
    assert kept["objective"] == min(told["objective"] for told in figures["rounds"])


def test_the_files_belong_together_and_none_is_left_half_written(
    shown: tuple[dict[str, Any], Path], centre: Organisation
) -> None:
    figures, out = shown
    assert {path.name for path in out.iterdir()} == FILES
    assert {Path(file).name for file in figures["files"]} == FILES
    requirement = io.read_requirement(out / "requirement.json")
    roster = io.read_roster(out / "roster.json", centre)
    judged = verify(RosterProblem(centre, requirement), roster)
    kept = figures["rounds"][figures["kept"]]
    assert judged.sound
    assert judged.payroll == pytest.approx(kept["payroll"])
    assert requirement.agents.sum() / 2 == pytest.approx(kept["required_hours"])
    stored = json.loads((out / "correction.json").read_text())
    assert stored["rounds"] == figures["rounds"]
    simulated = json.loads((out / "simulation.json").read_text())
    assert simulated["cost"] == pytest.approx(kept["cost"])


def test_a_person_sees_the_rounds_and_what_they_brought(folder: Path) -> None:
    result = correct(folder, "--rounds", "2")
    assert result.exit_code == 0
    assert "asked h" in result.stdout
    assert "is kept" in result.stdout
    assert "that no round has met" in result.stdout


def test_the_loop_can_begin_anywhere(folder: Path, centre: Organisation, tmp_path: Path) -> None:
    forecast = voice_forecast(centre, days=1, seed=3)
    needed = requirement_for(centre, volumes_of(centre, forecast))
    start = Requirement(needed.grid, needed.groups, np.ceil(needed.agents / 2))
    io.write(tmp_path / "requirement.json", start)
    arguments = ("--requirement", str(tmp_path / "requirement.json"), "--rounds", "1", "--json")
    result = correct(folder, *arguments)
    figures = json.loads(result.stdout)
    assert figures["rounds"][0]["required_hours"] == pytest.approx(start.agents.sum() / 2)
    worst = [miss["contacts_short"] for miss in figures["missed"]]
    assert worst
    assert worst == sorted(worst, reverse=True)
    assert {miss["group"] for miss in figures["missed"]} <= set(needed.groups)
    shown = correct(folder, *arguments[:-1])
    assert "Still missed" in shown.stdout
    assert "11-23" in shown.stdout


def test_ctrl_c_keeps_the_best_so_far(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def interrupted(call: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return call()

    monkeypatch.setattr(correcting, "interruptible", interrupted)
    result = correct(folder, "--rounds", "9", "--out", str(tmp_path), "--json")
    assert result.exit_code == 0
    assert "Interrupted after 2 rounds" in result.stderr
    assert len(json.loads(result.stdout)["rounds"]) == 2
    assert {path.name for path in tmp_path.iterdir()} == FILES


def test_ctrl_c_in_the_first_round_ends_with_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Any) -> Iterator[Correction]:
        raise KeyboardInterrupt

    monkeypatch.setattr(correcting, "interruptible", interrupted)
    result = correct(folder, "--out", str(tmp_path))
    assert result.exit_code == 130
    assert not list(tmp_path.iterdir())


def test_another_week_is_bad_input(folder: Path, tmp_path: Path) -> None:
    text = (folder / "organisation.json").read_text().replace('"voice:skill1"', '"voice:other"')
    (tmp_path / "organisation.json").write_text(text)
    files = ["--organisation", str(tmp_path / "organisation.json"), "--forecast", str(folder)]
    result = CliRunner().invoke(main, ["correct", *files])
    assert result.exit_code == 2
    assert "unknown_group" in result.stderr
