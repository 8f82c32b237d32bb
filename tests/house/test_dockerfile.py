"""What can be said of the image without building it: its sources exist, it is not root."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
LINES = [line.split(maxsplit=1) for line in TEXT.splitlines() if line and line[0] != "#"]


def arguments(instruction: str) -> list[str]:
    return [rest for name, rest in LINES if name == instruction]


@pytest.mark.parametrize("copied", [a for a in arguments("COPY") if not a.startswith("--from")])
def test_everything_that_is_copied_exists(copied: str) -> None:
    *sources, _ = copied.split()
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_every_package_of_the_wheel_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(" ".join(arguments("COPY")).split())


def test_stages_that_are_copied_from_exist() -> None:
    named = {line.partition(" AS ")[2] for line in arguments("FROM")}
    used = {a.split()[0].removeprefix("--from=") for a in arguments("COPY") if "--from=" in a}
    assert used <= named


def test_the_service_does_not_run_as_root() -> None:
    users = arguments("USER")
    assert users
    assert users[-1] not in ("root", "0")
    assert any(users[-1] in line and "useradd" in line for line in arguments("RUN"))


def test_it_starts_the_service_for_everybody_and_watches_it() -> None:
    (command,) = arguments("CMD")
    assert json.loads(command) == ["callboard", "serve", "--host", "0.0.0.0"]
    (check,) = arguments("HEALTHCHECK")
    (port,) = arguments("EXPOSE")
    assert f":{port}/healthz" in check
    assert isinstance(json.loads(check.partition("CMD ")[2]), list)
