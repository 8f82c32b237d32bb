"""The same M/M/n queue in Ciw (https://ciw.readthedocs.io) and in ours: contacts per second.

Both run on one thread, in turns, and draw what they need while they run; ours counts
waits, Ciw writes a record of every customer. The mean wait of both, from an empty start, is kept
beside the figures: they simulate the same.
"""

from __future__ import annotations

import statistics
import time
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from optimizer.simulation.scenario import Scenario
from optimizer.simulation.traffic import Draws

__all__ = ["INSTALL", "compare", "installed"]

INSTALL = "pip install 'callboard[bench]'"

_SERVICE_S = 180.0


def installed() -> str | None:
    """Return the version of Ciw, None if it is not there."""
    try:
        return version("ciw")
    except PackageNotFoundError:
        return None


def compare(contacts: int, repeats: int, seed: int, agents: int, load: float) -> dict[str, Any]:
    """Time both on one queue.

    Parameters
    ----------
    contacts
        That are expected, all served.
    load
        Offered load per agent, below 1.
    """
    found = installed()
    _ours(contacts, seed, repeats, agents, load)  # loads what was compiled
    ours, theirs = [], []
    for number in range(repeats):
        ours.append(_ours(contacts, seed, number, agents, load))
        if found is not None:
            theirs.append(_ciw(contacts, seed + number, agents, load))
    result: dict[str, Any] = {
        "queue": f"M/M/{agents}, {load:.0%} loaded, from empty until all are served",
        "contacts": contacts,
        "repeats": repeats,
        "ours": _summary(ours),
    }
    if found is None:
        return result | {"ciw": None, "not_installed": f"ciw: {INSTALL}"}
    ciw = {"version": found, **_summary(theirs)}
    ratio = result["ours"]["contacts_per_second"] / ciw["contacts_per_second"]
    return result | {"ciw": ciw, "times_as_fast": ratio}


def _summary(runs: list[tuple[float, float, float]]) -> dict[str, Any]:
    """Return the median rate, and the mean wait of all contacts of all runs."""
    count, seconds, waited = np.array(runs).T
    return {
        "contacts_per_second": statistics.median((count / seconds).tolist()),
        "mean_wait_s": float(waited.sum() / count.sum()),
    }


def _ours(
    contacts: int, seed: int, replication: int, agents: int, load: float
) -> tuple[float, float, float]:
    began = time.perf_counter()
    queue = Scenario(
        period_s=contacts * _SERVICE_S / (load * agents),
        offered=np.array([[float(contacts)]]),
        handling_s=np.array([[_SERVICE_S]]),
        patience_s=np.array([[np.inf]]),
        agents=np.array([[agents]]),
        choice=np.zeros((1, 1)),
    )
    counts = queue.run(Draws(seed, replication)).counts
    seconds = time.perf_counter() - began
    return float(counts["answered"].sum()), seconds, float(counts["waited"].sum())


def _ciw(contacts: int, seed: int, agents: int, load: float) -> tuple[float, float, float]:
    ciw = import_module("ciw")
    began = time.perf_counter()
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=load * agents / _SERVICE_S)],
        service_distributions=[ciw.dists.Exponential(rate=1.0 / _SERVICE_S)],
        number_of_servers=[agents],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(contacts, method="Finish")
    seconds = time.perf_counter() - began
    waits = [record.waiting_time for record in simulation.get_all_records()]
    return float(len(waits)), seconds, float(sum(waits))
