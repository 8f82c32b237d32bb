"""Ready is who can solve and reach a database with the right tables; asking costs little."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api import readiness
from api.jobs.leases import take
from api.metrics.jobs import RUNNER
from api.readiness import Found, Probe, solve_something
from api.store import Store, downgrade, open_store, upgrade
from api.store.tables import pools
from api.store.versions import stored_version, wanted_version
from optimizer.errors import Issue, Severity


def parts(store: Store) -> dict[str, Found]:
    return {found.part: found for found in Probe(lambda: store).look()}


def codes(found: Found) -> list[str]:
    return [issue.code for issue in found.issues]


def test_the_solver_solves() -> None:
    assert solve_something() == []


def test_a_service_with_a_runner_has_nothing_to_report(store: Store) -> None:
    assert take(store, RUNNER, "me", 60) is not None
    found = parts(store)
    assert list(found) == ["solver", "database", "runner", "pools"]
    assert [codes(part) for part in found.values()] == [[], [], [], []]


def test_a_missing_runner_is_a_warning_since_jobs_wait_for_one(store: Store) -> None:
    found = parts(store)["runner"]
    assert found.well
    assert [(i.code, i.severity) for i in found.issues] == [("no_runner", Severity.WARNING)]


def test_pools_that_nobody_owns_are_a_warning(store: Store) -> None:
    pool = {"tenant": "main", "id": "p", "settings": b"", "opened": datetime.now(UTC)}
    state = {"saved": b"", "saved_number": 0, "active": False}
    with store.writing() as connection:
        connection.execute(pools.insert().values(pool | state))
    found = parts(store)["pools"]
    assert found.well
    assert codes(found) == ["no_owner"]
    assert take(store, "owner:http://10.0.0.1:9", "me", 60, "http://10.0.0.1:9") is not None
    assert codes(parts(store)["pools"]) == []


def test_tables_of_another_version_are_told(store: Store) -> None:
    downgrade(store, "0001")
    assert (stored_version(store), wanted_version() > "0001") == ("0001", True)
    assert codes(parts(store)["database"]) == ["wrong_tables"]
    assert not parts(store)["database"].well


def test_tables_of_a_later_software_are_told(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert codes(parts(store)["database"]) == ["wrong_tables"]

    def opened() -> Store:
        upgrade(store)
        return store

    found = Probe(opened).look()[1]
    assert [(i.code, i.pointer) for i in found.issues] == [("wrong_tables", "/database")]


def test_a_database_that_cannot_be_opened_is_told_without_its_address(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/no/such/folder.db")) as lost:
        found = parts(lost)
    assert codes(found["database"]) == ["unreachable"]
    assert "folder" not in str(found["database"].issues)
    assert found["solver"].well


def test_callers_at_the_same_time_share_one_look() -> None:
    looks: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def hangs() -> Store:
        looks.append(1)
        begun.set()
        assert go_on.wait(60)
        raise OperationalError("", {}, Exception())

    probe = Probe(hangs)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(probe.look)
        assert begun.wait(60)
        others = [pool.submit(probe.look) for _ in range(3)]
        go_on.set()
        assert all(other.result() is first.result() for other in others)
    # One look asks for the database three times: for its tables, the runner, and who owns pools.
    assert len(looks) == 3


def test_a_solver_that_solves_wrongly_stops_the_service(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [Issue("solver_failed", "/solver", "No.")]
    monkeypatch.setattr(readiness, "solve_something", lambda: broken)
    assert not parts(store)["solver"].well
