"""Processes count into one folder: sums are right, also when one of them dies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from api.metrics.shared import FOLDER, fold

COUNT = (
    "import os\n"
    "from api.metrics.requests import count_request\n"
    "from api.metrics.pools import set_waiting\n"
    "for _ in range({requests}): count_request('/v1/staffing', 'POST', 200, 0.003)\n"
    "set_waiting({waiting})\n"
    "print(os.getpid(), flush=True)\n"
    "os.kill(os.getpid(), 9)\n"
)
TELL = "import sys; from api.metrics.exposition import exposition\nprint(exposition().decode())"


def counted(folder: Path, requests: int, waiting: int) -> int:
    """Have a process count and die, without a chance to put anything in order."""
    code = COUNT.format(requests=requests, waiting=waiting)
    return int(run(folder, code).stdout)


def told(folder: Path) -> dict[str, float]:
    """Return what a process that counted nothing tells, by name and outermost bucket."""
    return {
        sample.name + sample.labels.get("le", ""): sample.value
        for family in text_string_to_metric_families(run(folder, TELL).stdout)
        for sample in family.samples
    }


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, FOLDER: str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


def test_nothing_counted_is_lost_or_doubled_when_processes_die(tmp_path: Path) -> None:
    dead = [counted(tmp_path, 3, 10), counted(tmp_path, 4, 20)]
    before = told(tmp_path)
    assert before["callboard_requests_total"] == 7
    assert before["callboard_request_seconds_count"] == 7
    assert before["callboard_request_seconds_bucket0.005"] == 7
    assert before["callboard_request_seconds_bucket0.002"] == 0
    assert before["callboard_pool_waiting"] == 30
    for pid in dead:
        fold(tmp_path, pid)
    after = told(tmp_path)
    # Whoever is dead holds no pools and no tickets; what it did was done all the same.
    now = {"callboard_pool_waiting", "callboard_pools_resident"}
    assert after == {name: value for name, value in before.items() if name not in now}
    assert not any(str(pid) in path.name for pid in dead for path in tmp_path.iterdir())


def test_the_folder_is_made_once_and_goes_with_its_maker() -> None:
    code = (
        "import os\n"
        "from api.metrics.shared import share_figures, shared_folder\n"
        "share_figures(); first = shared_folder(); share_figures()\n"
        "assert first is not None and first.is_dir() and shared_folder() == first\n"
        "if os.fork() == 0: raise SystemExit\n"
        "os.wait(); assert first.is_dir(), 'a child took it along'\n"
        "print(first)"
    )
    clean = {name: value for name, value in os.environ.items() if name != FOLDER}
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()
