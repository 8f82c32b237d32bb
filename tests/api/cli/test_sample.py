from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from sample_data import SMALL


def sample(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sample", *arguments])


def test_the_files_and_what_is_in_them_are_told_as_json(tmp_path: Path) -> None:
    out = tmp_path / "centre"
    result = sample(
        *("--agents", "40", "--skills", "2", "--days", "14", "--seed", "3", "--weeks", "5"),
        *("--distinct", "--tickets", "10", "--start", "2026-04-06", "--out", str(out), "--json"),
    )
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert {Path(file) for file in told["files"]} == set(out.iterdir())
    assert told["agents"] == 40
    assert told["tickets"] == 10
    assert told["arguments"] == {
        "agents": 40,
        "skills": 2,
        "days": 14,
        "seed": 3,
        "distinct": True,
        "weeks": 5,
        "tickets": 10,
        "start": "2026-04-06",
    }
    document = json.loads((out / "organisation.json").read_text(encoding="utf-8"))
    assert len(document["organisation"]["agents"]) == 40


def test_people_see_the_groups_and_the_special_days_to_plan(tmp_path: Path) -> None:
    result = sample(
        *("--agents", "30", "--skills", "2", "--weeks", "4", "--start", "2026-04-06"),
        *("--out", str(tmp_path)),
    )
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "voice:orders" in result.stdout
    assert "2026-04-06 Easter Monday" in result.stdout
    assert str(tmp_path / "history.csv") in result.stdout


def test_bad_arguments_are_all_told_with_exit_code_2(tmp_path: Path) -> None:
    result = sample("--agents", "2", "--skills", "99", "--out", str(tmp_path / "x"), "--json")
    assert result.exit_code == 2
    pointers = [error["pointer"] for error in json.loads(result.stdout)["errors"]]
    assert pointers == ["/agents", "/skills"]
    assert not (tmp_path / "x").exists()


def test_an_out_folder_must_be_named() -> None:
    assert sample("--agents", "30").exit_code == 2


def test_forecast_and_staff_run_as_the_readme_proposes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    lines = (tmp_path / "README.txt").read_text(encoding="utf-8").splitlines()
    proposed = [shlex.split(line)[1:] for line in lines if line.strip().startswith("callboard ")]
    tried = [arguments for arguments in proposed if arguments[0] in ("forecast", "staff")]
    assert [arguments[0] for arguments in tried] == ["forecast", "staff"]
    for arguments in tried:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
