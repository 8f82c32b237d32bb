"""Memory of long runs: it grows with whoever is there at the same time, not with who has been.

Each run has a process of its own, because the peak of a process never falls. What tracing tools
of Python see is not all of it, so the operating system is asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks.registry import peak_memory_mb
from benchmarks.simulation.speed import Centre

__all__ = ["measure", "peak"]

_PROGRAM = "from benchmarks.simulation.memory import peak; peak({contacts}, {records}, {seed})"
_WARM_UP = 1000


def measure(sizes: Mapping[int, bool], seed: int) -> list[dict[str, Any]]:
    """Return the peak memory of runs, and by how much each raised that of its process, in MB.

    Parameters
    ----------
    sizes
        Contacts, and whether a record of each is kept.
    """
    return [
        {"contacts": contacts, "records": records, **_in_own_process(contacts, records, seed)}
        for contacts, records in sizes.items()
    ]


def peak(contacts: int, records: bool, seed: int) -> None:
    """Print the peak memory of this process before and after a run, as JSON.

    A small run comes first and loads everything that a run needs.
    """
    Centre.of(_WARM_UP, "plain").run(seed, keep_records=records)
    before = peak_memory_mb()
    Centre.of(contacts, "plain").run(seed, keep_records=records)
    after = peak_memory_mb()
    print(json.dumps({"peak_mb": after, "peak_growth_mb": after - before}))


def _in_own_process(contacts: int, records: bool, seed: int) -> dict[str, float]:
    program = _PROGRAM.format(contacts=contacts, records=records, seed=seed)
    process = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    figures: dict[str, float] = json.loads(process.stdout)
    return figures
