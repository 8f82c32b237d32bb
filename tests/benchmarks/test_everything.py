"""The published settings: every command can be read, and what has no data is named."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from api.cli import main
from benchmarks.cases.everything import PUBLISHED
from benchmarks.rostering.report import CASES


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_every_published_command_is_one_that_the_program_takes(name: str, tmp_path: Path) -> None:
    path: list[str] = []
    for part in shlex.split(PUBLISHED[name]):
        path.append(part.format(data=tmp_path))
        if "{data}" in part:
            file = Path(path[-1])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    found: click.Command = main
    while isinstance(found, click.Group):
        command = found.get_command(click.Context(found), path.pop(0))
        assert command is not None
        found = command
    context = found.make_context(name, [*path, "--json"])
    assert context.params["as_json"]


def test_figures_of_the_roster_cases_are_kept_where_their_report_looks_for_them() -> None:
    for name, command in PUBLISHED.items():
        case = shlex.split(command)[1]
        assert (name.split("_")[0] in CASES) == (case in CASES)


def test_a_case_without_its_data_is_named_and_no_report_is_written_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DATA", str(tmp_path / "nowhere"))
    out = tmp_path / "out"
    shown = CliRunner().invoke(main, ["bench", "all", "--only", "nsp_8", f"--out={out}"])
    assert shown.exit_code == 0, shown.output
    assert "nsp_8" in shown.stdout
    assert "left out" in shown.stdout
    assert list(out.iterdir()) == []


def test_a_case_is_kept_with_its_command_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PUBLISHED, "textbooks", "bench textbooks --seconds 1")
    shown = CliRunner().invoke(main, ["bench", "all", "--only", "textbooks", f"--out={tmp_path}"])
    assert shown.exit_code == 0, shown.output
    kept = json.loads((tmp_path / "textbooks.json").read_text())
    assert kept["command"] == "callboard bench textbooks --seconds 1 --json"
    assert "| Union Airways | 30,610 |" in (tmp_path / "roster.md").read_text()
