"""The distribution works where nobody has the source: an empty environment, another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from optimizer import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it in an empty environment and return its scripts' folder."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("callboard-*.whl")
    venv.create(folder / "env", with_pip=True)
    scripts = folder / "env" / "bin"
    constraints = str(ROOT / "constraints.txt")
    install = [scripts / "python", "-m", "pip", "install", "-q", "-c", constraints, str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return scripts


def run(scripts: Path, folder: Path, *arguments: str) -> str:
    """Run the installed command in a folder, without this checkout on any path."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [scripts / "callboard", *arguments],
        cwd=folder, env=clean, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.wheel
def test_the_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    assert __version__ in run(installed, tmp_path, "--version")


@pytest.mark.wheel
def test_the_installed_command_plays_the_demo(installed: Path, tmp_path: Path) -> None:
    arguments = ["demo", "--agents", "40", "--seconds", "15", "--out", "shown", "--json"]
    summary = json.loads(run(installed, tmp_path, *arguments))
    assert summary["roster"]["verified"] is True
    page = (tmp_path / "shown" / "report.html").read_text()
    assert "<h2" in page
    assert 'src="http' not in page


@pytest.mark.wheel
def test_the_installed_software_makes_the_tables_of_a_database(
    installed: Path, tmp_path: Path
) -> None:
    """The migrations are no modules that anything imports: they have to be in the wheel."""
    code = (
        "from api.store import open_store, upgrade, downgrade\n"
        "from api.store.versions import stored_version, wanted_version\n"
        "store = open_store('sqlite:///made.db')\n"
        "upgrade(store)\n"
        "assert stored_version(store) == wanted_version()\n"
        "downgrade(store, 'base')\n"
        "assert stored_version(store) is None\n"
        "import api.store\n"
        "print(api.store.__file__)\n"
    )
    done = subprocess.run(
        [installed / "python", "-P", "-c", code],
        cwd=tmp_path, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert str(ROOT) not in done.stdout
    (mako,) = (Path(done.stdout.strip()).parent / "migrations").glob("*.mako")
    assert "revision" in mako.read_text()
