"""The image: what its file says, and that its steps work and its command serves."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
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


def test_one_image_has_what_the_cluster_and_the_database_need() -> None:
    (installed,) = [line for line in arguments("RUN") if "/dist/*.whl" in line and "pip" in line]
    assert "[cluster,postgres]" in installed


def may_mount() -> bool:
    """Tell whether this process may give a process file systems of its own."""
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return os.geteuid() == 0 and _works(tried)


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.wheel
def test_every_step_works_in_a_clean_place_and_what_is_built_serves() -> None:
    if not may_mount():
        pytest.skip("building the image needs root, and file systems of its own")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    build = ["unshare", "--mount", sys.executable, str(ROOT / "tests/house/image.py")]
    done = subprocess.run(
        [*build, str(ROOT), str(port)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    steps = [line for line in done.stdout.splitlines() if line.startswith("RUN ")]
    assert [step.removeprefix("RUN ") for step in steps] == arguments("RUN")
    assert '"status":"ready"' in done.stdout
    assert "ended with 0" in done.stdout
