"""A file system without room: what was accepted waits until there is some, and nothing is torn."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api.jobs.queue import Submission, get_job, list_jobs, submit
from api.jobs.records import JobState
from api.store import open_store, upgrade
from tests.api.faults.runners import TENANT, counting, happened, over, runner, with_a_value

SIZE = "4m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own that holds four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "callboard", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("a file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Write a file until there is no room."""
    with suppress(OSError), ballast.open("wb", 0) as file:
        while True:
            file.write(bytes(4096))


def test_a_job_whose_result_finds_no_room_is_done_when_there_is_some(small_disk: Path) -> None:
    url = f"sqlite:///{small_disk / 'callboard.db'}"
    ballast = small_disk / "ballast"
    with closing(open_store(url)) as store:
        upgrade(store)
        with runner(url):
            job = counting(store, 4.0)
            with_a_value(store, job)
            fill(ballast)
            # Incompressible, so that there is no room for it in what is there.
            request = Submission(TENANT, "count", os.urandom(500_000), 1.0)
            with pytest.raises(OperationalError):
                submit(store, request, max_queued=100)
            ballast.unlink()
            assert over(store, job) is JobState.DONE
            assert happened(store, job)[-1] == "done"
            assert [one.id for one in list_jobs(store, TENANT)[0]] == [job]
            later = counting(store, 0.2)
            assert over(store, later) is JobState.DONE
        assert get_job(store, TENANT, job).attempts <= 2
        with store.reading() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
