"""Clocks that jump by a day, forwards and back, while a job runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from api.jobs.queue import get_job
from api.jobs.records import JobState
from api.store import open_store
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
        # It may have been begun again; one result counts.
        assert happened(store, job).count("started") == get_job(store, TENANT, job).attempts
        later = counting(store, 0.2)
        assert over(store, later) is JobState.DONE
        assert happened(store, later) == ["submitted", "started", "done"]
