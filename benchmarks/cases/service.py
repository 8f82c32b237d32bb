"""`callboard bench service`: the running service under load, with a queue, listeners, a cluster."""

from __future__ import annotations

from typing import Any

import click

from api.cli.options import Seconds
from api.cli.output import console, emit_json, json_option, notes
from benchmarks.registry import machine

__all__ = ["service"]

WAYS = ("load", "queue", "listeners", "cluster")


@click.command()
@click.argument("way", type=click.Choice(WAYS))
@click.option(
    "--seconds",
    type=Seconds(0.1),
    default=60.0,
    show_default=True,
    help="load: of each way to ask.",
)
@click.option(
    "--connections",
    type=click.IntRange(1),
    multiple=True,
    default=(1, 4, 8),
    show_default=True,
    help="load: that ask at the same time; may be repeated. queue: the last counts.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0.1),
    default=100.0,
    show_default=True,
    help="load: requests a second where they come at fixed times.",
)
@click.option(
    "--jobs", type=click.IntRange(1), default=10_000, show_default=True, help="queue: submitted."
)
@click.option("--database-url", help="queue: another database than a file of SQLite.")
@click.option("--listeners", type=click.IntRange(1), default=200, show_default=True)
@click.option(
    "--events", type=click.IntRange(1), default=60, show_default=True, help="listeners: of the job."
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=128,
    show_default=True,
    help="listeners: of each of two processes.",
)
@click.option(
    "--sites", type=click.IntRange(1), default=20, show_default=True, help="cluster: of the plan."
)
@click.option("--seed", type=click.IntRange(0), default=3, show_default=True)
@json_option
def service(
    way: str,
    seconds: float,
    connections: tuple[int, ...],
    rate: float,
    jobs: int,
    database_url: str | None,
    listeners: int,
    events: int,
    threads: int,
    sites: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure the service as it runs, with its own processes and database.

    \b
    load       assignments of 50 x 50 from several connections, quiet and beside a roster job
    queue      submitting thousands of jobs, and looking at them
    listeners  hundreds who follow one job
    cluster    a plan of many sites on a Dask cluster of two workers and on the process pool

    \b
    Examples:
      callboard bench service load --json
      callboard bench service queue --jobs 10000 --json
      callboard bench service listeners --listeners 200 --json
      callboard bench service cluster --sites 20 --json
    """
    with notes.status("Measuring") as status:
        found: dict[str, Any]
        if way == "load":
            from benchmarks.service.beside import measure as measure_beside

            found = measure_beside(connections, seconds, rate, seed, status.update)
        elif way == "queue":
            from benchmarks.service.queueing import measure as measure_queueing

            found = measure_queueing(jobs, connections[-1], 200, status.update, database_url)
        elif way == "listeners":
            from benchmarks.service.listening import measure as measure_listening

            found = measure_listening(listeners, events, threads, seed, status.update)
        else:
            from benchmarks.service.clustered import measure as measure_clustered

            found = measure_clustered(sites, seed, status.update)
    found["machine"] = machine(
        "flask", "gunicorn", "sqlalchemy", "distributed", "ortools", "numpy", "psycopg"
    )
    if as_json:
        emit_json(found)
    else:
        console.print_json(data=found)
