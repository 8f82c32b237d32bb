"""The registry of benchmark cases: a case is a click command in a file of its own."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["CASES", "machine", "peak_memory_mb"]

CASES = {
    "all": ("benchmarks.cases.everything:everything", "Run every case as published."),
    "assign": ("benchmarks.cases.assign:assign", "Live matching beside greedy and exact flow."),
    "correction": ("benchmarks.cases.correction:correction", "Cost and service corrected."),
    "day": ("benchmarks.cases.day:day", "Routing rules on a busy day and a real month."),
    "deadlines": (
        "benchmarks.cases.deadlines:deadlines",
        "How late rosters come in a hurry.",
    ),
    "forecast": ("benchmarks.cases.forecast:forecast", "Forecasts beside Prophet and others."),
    "nsp": ("benchmarks.cases.nsp:nsp", "Rosters on a published instance."),
    "pool": ("benchmarks.cases.pool:pool", "A resident pool under random events."),
    "replan": ("benchmarks.cases.replan:replan", "Absences mended in three ways."),
    "report": ("benchmarks.cases.report:report", "The roster cases' report from kept figures."),
    "roster": (
        "benchmarks.cases.roster:roster",
        "Rosters of a generated centre, and peers'.",
    ),
    "service": ("benchmarks.cases.service:service", "The running service under load."),
    "simulation": ("benchmarks.cases.simulation:simulation", "Speed and published scenarios."),
    "staffing": ("benchmarks.cases.staffing:staffing", "Erlang models against references."),
    "textbooks": ("benchmarks.cases.textbooks:textbooks", "Roster optima that textbooks print."),
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


def peak_memory_mb() -> float:
    """Return the peak of the memory in use by this process, in MB.

    Linux keeps it for the program that runs; what `getrusage` says there may be the peak of the
    process that started it.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        peak = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))
        if peak:
            return int(peak[1]) / 1024.0
    # Not everywhere, and seldom needed.
    import resource

    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (1024.0**2 if sys.platform == "darwin" else 1024.0)
