"""A plan of many sites on a Dask cluster of two workers, beside the same on the process pool."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from api.config import Settings
from api.executors import open_executor
from api.jobs.records import Outcome
from api.tasks import run_task
from benchmarks.centre import centre
from optimizer.codec import encode
from optimizer.model import Agent, Organisation, PlanningGroup, Site, Skill

__all__ = ["measure", "plan_of_sites"]

AGENTS, SKILLS, DAYS = 24, 2, 7
"""Of a site."""

WEEKS = 6
AHT_S, INTERVAL_S = 300.0, 1800.0
GAP = 0.01
WORKERS = 2
START_SECONDS = 120.0
_MEASURED = frozenset({"seconds", "phases"})


def measure(sites: int, seed: int, tick: Callable[[str], None]) -> dict[str, Any]:
    """Run one plan both ways; every solver has one thread, so that equal seeds give equal plans."""
    bodies = plan_of_sites(WORKERS, seed), plan_of_sites(sites, seed)
    found: dict[str, Any] = {"sites": sites, "agents": AGENTS * sites, "bytes": len(bodies[1])}
    tick("On the process pool")
    here, found["processes_s"] = _run(Settings(job_parts=WORKERS, job_threads=1), *bodies)
    tick("Starting a cluster")
    with _cluster(WORKERS) as address:
        tick("On the cluster")
        there, found["cluster_s"] = _run(Settings(executor=address, job_threads=1), *bodies)
    found["objective"] = here.objective
    found["same"] = {
        one.name: _plain(one.body) == _plain(other.body)
        for one, other in zip(here.documents, there.documents, strict=True)
        if one.media_type == "application/json"
    }
    return found


def plan_of_sites(sites: int, seed: int) -> bytes:
    """Return the request for a week's plan of sites that share nothing, with their history."""
    random = np.random.default_rng(seed)
    groups: list[PlanningGroup] = []
    skills: list[Skill] = []
    agents: list[Agent] = []
    columns: dict[str, list[Any]] = {"group": [], "start": [], "offered": [], "aht_s": []}
    for number in range(sites):
        site = f"site{number + 1:02}"
        one = centre(AGENTS, SKILLS, DAYS, seed + number)
        own = one.organisation
        skills += [Skill(f"{site}:{skill.id}") for skill in own.skills]
        groups += [
            replace(group, id=f"{site}:{group.id}", skill=f"{site}:{group.skill}", site=site)
            for group in own.groups
        ]
        agents += [
            replace(
                agent,
                id=f"{site}:{agent.id}",
                site=site,
                skills={f"{site}:{skill}": level for skill, level in agent.skills.items()},
            )
            for agent in own.agents
        ]
        _add_history(columns, site, one.requirement.groups, one.requirement.agents, random)
    organisation = Organisation(
        name=f"{sites} sites",
        zone=own.zone,
        channels=own.channels,
        skills=tuple(skills),
        groups=tuple(groups),
        sites=tuple(Site(f"site{number + 1:02}") for number in range(sites)),
        templates=own.templates,
        contracts=own.contracts,
        agents=tuple(agents),
    )
    request = {
        "organisation": json.loads(encode(organisation)),
        "history": columns,
        "days": DAYS,
        "roster_seconds": 60.0 * sites,
        "replications": 10,
        "seed": seed,
        "limits": {"seconds": 120.0 * sites, "gap": GAP},
    }
    return json.dumps(request).encode()


def _add_history(
    columns: dict[str, list[Any]],
    site: str,
    groups: tuple[str, ...],
    required: np.ndarray[Any, np.dtype[np.float64]],
    random: np.random.Generator,
) -> None:
    """Add weeks in which about so many contacts came as the required agents can handle."""
    starts = np.arange("2026-10-12T00:00", WEEKS * DAYS * 48, dtype="datetime64[30m]")
    times = [str(start) for start in starts.astype("datetime64[m]")]
    open_at = required.sum(axis=0) > 0
    for group, agents in zip(groups, required, strict=True):
        drawn = random.poisson(np.tile(0.8 * agents * INTERVAL_S / AHT_S, WEEKS))
        for time_of, contacts, is_open in zip(
            times, drawn.tolist(), np.tile(open_at, WEEKS).tolist(), strict=True
        ):
            if is_open:
                columns["group"].append(f"{site}:{group}")
                columns["start"].append(time_of)
                columns["offered"].append(contacts)
                columns["aht_s"].append(AHT_S)


def _run(settings: Settings, warm: bytes, body: bytes) -> tuple[Outcome, float]:
    """Run a small plan for what is loaded and compiled by it, and the whole one for its time."""
    executor = open_executor(settings, run_task)
    try:
        until = time.monotonic() + START_SECONDS
        while not executor.capacity and time.monotonic() < until:
            time.sleep(0.1)
        for turn, request in (("warm", warm), ("timed", body)):
            began = time.perf_counter()
            running = executor.start(turn, "plans", request, 3600.0)
            while not running.done():
                running.events()
                time.sleep(0.05)
            outcome = running.outcome()
            seconds = time.perf_counter() - began
    finally:
        executor.close()
    return outcome, seconds


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """Run a scheduler and workers of one thread in processes of their own; return the address."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as processes:
        file = Path(folder, "scheduler.json")

        def start(*command: str) -> None:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
            )
            processes.callback(process.wait)
            processes.callback(process.terminate)

        start(
            "dask_scheduler", "--port", "0", "--scheduler-file", str(file), "--no-dashboard",
            "--host", "127.0.0.1",
        )  # fmt: skip
        for _ in range(workers):
            start(
                "dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--nanny",
                "--no-dashboard", "--local-directory", folder,
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        yield json.loads(file.read_text(encoding="utf-8"))["address"]


def _plain(body: bytes) -> Any:
    """Return a document without what it took to make it."""
    return _without(json.loads(body))


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(own) for name, own in value.items() if name not in _MEASURED}
    if isinstance(value, list):
        return [_without(own) for own in value]
    return value
