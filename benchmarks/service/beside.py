"""Assignments over HTTP from several connections, in quiet and while a job solves a roster."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from benchmarks.centre import centre
from benchmarks.routing.over_http import requests_of
from benchmarks.service.client import Connection, get, post
from benchmarks.service.load import load
from benchmarks.service.running import Service, serving
from optimizer.io import encode

__all__ = ["measure"]

SIZES = ((50, 50),)
ROSTER = {"agents": 1500, "skills": 4, "days": 7}
BEGIN_SECONDS = 180.0
SPARE_SECONDS = 600.0
JOBS = 8
"""One after another, so that there is always one that solves."""

SETTLE_SECONDS = 15.0
"""Until all web workers take connections: the first one that is there would have them all."""


def measure(
    connections: tuple[int, ...],
    seconds: float,
    rate: float,
    seed: int,
    tick: Callable[[str], None],
) -> dict[str, Any]:
    """Ask for assignments of 50 tickets to 50 agents for a while, in four ways.

    Parameters
    ----------
    connections
        Numbers of connections that ask as fast as they are answered.
    seconds
        For each of the ways.
    rate
        Requests a second where they come at fixed times.
    """
    tick("Starting the service")
    with serving("--no-pools") as service:
        request = requests_of(seed, service.key, SIZES)["50x50"]
        load(service.port, request, max(connections), SETTLE_SECONDS)
        found = {"quiet": _ways(service, request, connections, seconds, rate, tick)}
        tick("Waiting for the roster to begin")
        jobs = _begin(service, seed, 4.0 * seconds * (len(connections) + 1) + SPARE_SECONDS)
        found["while_solving"] = _ways(service, request, connections, seconds, rate, tick)
        asking = Connection(service.port)
        states = [json.loads(asking.ask(get(f"/v1/jobs/{job}", service.key))) for job in jobs]
        asking.close()
    return {
        "roster": ROSTER,
        "seconds": seconds,
        "jobs": [state["state"] for state in states],
        **found,
    }


def _ways(
    service: Service,
    request: bytes,
    connections: tuple[int, ...],
    seconds: float,
    rate: float,
    tick: Callable[[str], None],
) -> list[dict[str, Any]]:
    ways: list[tuple[int, float | None]] = [*((one, None) for one in connections), (4, rate)]
    rows = []
    for number, given in ways:
        tick(f"{number} connections, {'at once' if given is None else f'{given:g} a second'}")
        rows.append(load(service.port, request, number, seconds, given))
    return rows


def _begin(service: Service, seed: int, seconds: float) -> list[str]:
    """Submit a roster several times, and wait until the first one has an incumbent."""
    problem = centre(**ROSTER, seed=seed, distinct=True)
    document = json.loads(encode(problem.organisation, problem.requirement))
    body = {
        "organisation": document["organisation"],
        "requirement": document["requirement"],
        "limits": {"seconds": seconds, "gap": 0.0},
    }
    asking = Connection(service.port)
    submission = post("/v1/rosters", json.dumps(body).encode(), service.key)
    job, *others = (str(json.loads(asking.ask(submission))["id"]) for _ in range(JOBS))
    until = time.monotonic() + BEGIN_SECONDS
    while time.monotonic() < until:
        state = json.loads(asking.ask(get(f"/v1/jobs/{job}", service.key)))
        if state["state"] == "running" and state["first_result"] is not None:
            asking.close()
            return [job, *others]
        if state["state"] not in ("queued", "running"):
            raise RuntimeError(f"the roster ended before its time: {state}")
        time.sleep(0.5)
    raise RuntimeError("the roster did not begin in time")
