"""Clocks that jump by a day, forwards and back, while a job runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from api.jobs.queue import get_job
from api.jobs.records import JobState
from api.store import open_store, upgrade
from tests.api.faults.harness import eventually
from tests.api.faults.postgres import binaries, cluster
from tests.api.faults.runners import TENANT, counting, happened, over, runner, with_a_value

LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib",
    "/usr/local/lib",
)


def faked(clock: Path) -> dict[str, str]:
    """Return what makes processes take their time from a file; sleeping is as it is."""
    found = [Path(folder, "faketime", "libfaketime.so.1") for folder in LIBRARIES]
    library = next((path for path in found if path.is_file()), None)
    if library is None:
        pytest.skip("libfaketime is not installed")
    clock.write_text("+0")
    clock.chmod(0o644)
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@pytest.mark.faults
@pytest.mark.parametrize("jump", ["+86400", "-86400"])
def test_a_runner_whose_clock_jumps_does_its_jobs_once(
    sqlite_url: str, tmp_path: Path, jump: str
) -> None:
    """On SQLite the clock of the machine is that of the leases; the lock of the file decides."""
    clock = tmp_path / "clock"
    given = faked(clock)
    with closing(open_store(sqlite_url)) as store, runner(sqlite_url, given), runner(sqlite_url):
        job = counting(store, 4.0)
        with_a_value(store, job)
        clock.write_text(jump)
        assert over(store, job) is JobState.DONE
        assert happened(store, job) == ["submitted", "started", "done"]
        later = counting(store, 0.2)
        assert over(store, later) is JobState.DONE
        assert happened(store, later) == ["submitted", "started", "done"]


@pytest.mark.faults
@pytest.mark.parametrize("jump", ["+86400", "-86400"])
def test_a_database_whose_clock_jumps_has_jobs_done_once(tmp_path: Path, jump: str) -> None:
    """The lease seems to be over, so the other runner may take the job: one result counts."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    clock = Path("/tmp") / f"callboard-clock-{tmp_path.name}"
    try:
        with cluster(programs, faked(clock)) as server:
            url = server.create("clock")
            with closing(open_store(url)) as store, runner(url), runner(url):
                upgrade(store)
                job = counting(store, 4.0)
                with_a_value(store, job)
                clock.write_text(jump)
                assert over(store, job) is JobState.DONE
                kinds = happened(store, job)
                assert kinds.count("started") == get_job(store, TENANT, job).attempts
                later = counting(store, 0.2)
                assert over(store, later) is JobState.DONE
                eventually(lambda: happened(store, later)[-1] == "done" or None, "no end")
    finally:
        clock.unlink(missing_ok=True)
