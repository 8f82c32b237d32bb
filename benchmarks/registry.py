"""The registry of benchmark cases: a case is a click command in a file of its own."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

__all__ = ["CASES", "machine"]

CASES = {
    "all": ("benchmarks.cases.everything:everything", "Run every case as published."),
    "assign": ("benchmarks.cases.assign:assign", "Live matching beside greedy and exact flow."),
    "correction": ("benchmarks.cases.correction:correction", "Cost and service corrected."),
    "forecast": ("benchmarks.cases.forecast:forecast", "Forecasts beside Prophet and others."),
    "nsp": ("benchmarks.cases.nsp:nsp", "Rosters on a published instance."),
    "roster": ("benchmarks.cases.roster:roster", "Gap and seconds on a generated centre."),
    "simulation": ("benchmarks.cases.simulation:simulation", "Speed and published scenarios."),
    "staffing": ("benchmarks.cases.staffing:staffing", "Erlang models against references."),
}


def machine(*packages: str) -> dict[str, Any]:
    """Return what a figure needs beside it: cores, Python and the versions of `packages`."""
    found: dict[str, str] = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "versions": found,
    }
