"""Services and PostgreSQL clusters that tests may kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.api.faults.harness import Service
from tests.api.faults.postgres import Postgres, binaries, cluster

_NUMBERS = count()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A cluster of its own for each module: others need theirs alive."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with cluster(programs) as server:
        yield server


@pytest.fixture(scope="module")
def services(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Service]]:
    """Services on databases that were empty, one for each kind that is asked for."""
    made: dict[str, Service] = {}

    def service(database: str) -> Service:
        if database not in made:
            folder = tmp_path_factory.mktemp("service")
            if database == "sqlite":
                url = f"sqlite:///{folder / 'callboard.db'}"
            else:
                server: Postgres = request.getfixturevalue("postgres")
                url = server.create(f"faults_{next(_NUMBERS)}")
            made[database] = Service(folder, url)
            made[database].start()
        return made[database]

    yield service
    for one in made.values():
        one.end()
