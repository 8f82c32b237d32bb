"""What every command owes its users: help with an example, JSON, and no web framework."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from api.cli import COMMANDS, main
from benchmarks.centre import centre
from benchmarks.registry import CASES
from optimizer import io

README = (Path(__file__).parents[2] / "README.md").read_text()
OFFLINE = sorted(set(COMMANDS) - {"runner", "serve"})


def command(*path: str) -> click.Command:
    group: click.Command = main
    for name in path:
        assert isinstance(group, click.Group)
        found = group.get_command(click.Context(group), name)
        assert found is not None
        group = found
    return group


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_has_an_example(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert f"callboard {name}" in shown.output.split("Options:")[0].split("\n", 2)[2]


def leaves(*path: str) -> list[tuple[str, ...]]:
    """Return the commands under a path, or the path itself where there are none."""
    found = command(*path)
    if not isinstance(found, click.Group):
        return [path]
    return [(*path, name) for name in found.list_commands(click.Context(found))]


@pytest.mark.parametrize(
    "path", [*(p for n in OFFLINE for p in leaves(n)), *(("bench", n) for n in sorted(CASES))]
)
def test_every_offline_command_speaks_json(path: tuple[str, ...]) -> None:
    assert any("--json" in parameter.opts for parameter in command(*path).params)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_readme_names_the_command(name: str) -> None:
    assert f"`{name}`" in README


def test_an_unknown_command_is_bad_input() -> None:
    assert CliRunner().invoke(main, ["juggle"]).exit_code == 2


@pytest.mark.parametrize("name", [*OFFLINE, "bench"])
def test_no_command_imports_the_web_framework(name: str) -> None:
    code = (
        "import sys; from api.cli import main\n"
        f"try: main([{name!r}, '--help'])\n"
        "except SystemExit: pass\n"
        "loaded = {m for m in ('flask', 'flask_openapi3', 'werkzeug') if m in sys.modules}\n"
        "sys.exit(str(loaded) if loaded else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_bad_usage_is_json_where_json_is_wanted() -> None:
    shown = CliRunner().invoke(main, ["forecast", "--json", "--horizon", "soon"])
    assert shown.exit_code == 2
    assert json.loads(shown.stdout)["errors"][0]["code"] == "bad_usage"


def test_a_place_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shown = CliRunner().invoke(
        main, ["demo", "--agents", "30", "--skills", "2", "--out", str(tmp_path / "file" / "x")]
    )
    assert shown.exit_code == 2
    assert "unusable_file" in shown.stderr


@pytest.mark.parametrize(
    ("times", "code", "told"), [(1, 0, b"Stopping with the best"), (2, 130, b"Interrupted")]
)
def test_an_interrupt_keeps_the_best_roster_and_a_second_one_gives_it_up(
    tmp_path: Path, times: int, code: int, told: bytes
) -> None:
    made = centre(300, 4, 7, 1)
    io.write(tmp_path / "problem.json", made.organisation, made.requirement)
    # A shell that runs the tests in the background has told its children to ignore the signal.
    program = (
        "import signal, sys, optimizer.roster; from api.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print('loaded', file=sys.stderr, flush=True)\n"
        "main(sys.argv[1:])"
    )
    files = [f"--{name}={tmp_path / 'problem.json'}" for name in ("organisation", "requirement")]
    solving = subprocess.Popen(
        [sys.executable, "-c", program, "roster", *files, "--seconds", "60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    assert solving.stderr is not None
    solving.stderr.readline()  # a busy machine takes its time to load everything
    with pytest.raises(subprocess.TimeoutExpired):
        solving.communicate(timeout=4)
    solving.send_signal(signal.SIGINT)
    # Two signals at once are one: the second has to wait until the first was heard.
    said = solving.stderr.readline()
    if times == 2:
        solving.send_signal(signal.SIGINT)
    said += solving.communicate(timeout=10)[1]
    assert solving.returncode == code
    assert told in said


def test_a_name_that_looks_like_markup_is_told_as_it_is(tmp_path: Path) -> None:
    made = centre(12, 2, 7, 1)
    agents = tuple(replace(agent, contract="[/x]") for agent in made.organisation.agents)
    io.write(tmp_path / "p.json", replace(made.organisation, agents=agents), made.requirement)
    files = [f"--{name}={tmp_path / 'p.json'}" for name in ("organisation", "requirement")]
    shown = CliRunner().invoke(main, ["roster", *files])
    assert shown.exit_code == 2
    assert "'[/x]'" in shown.stderr
