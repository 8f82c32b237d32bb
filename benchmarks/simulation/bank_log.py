"""The log of a bank's calls, as the laboratory of the Technion published it, made fit for a replay.

One row is one call: it passes a voice menu (``vru``), waits in line (``q``) or does not, and ends
with an agent (``AGENT``), by hanging up (``HANG``) or as a ``PHANTOM``. What is changed or left
out is counted in `Log.remarks`:

* left out are those who hung up in the menu, phantoms, and calls of agents without a name;
* a service ends at the latest when the same agent begins the next one, and after an hour: agents
  of the internet desk were logged as busy for up to ten hours;
* an answered call without times of service took none.

Callers are identified only if they have to wait, so that the priority of most of those who were
answered at once is not in the log (it says 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.simulation.system import Floats, Ints

__all__ = ["NOBODY", "PRIORITIES", "UNKNOWN", "Log", "read_log"]

PRIORITIES = 3
UNKNOWN = -1
"""Priority of a caller who was answered at once and not identified."""

NOBODY = -1

LONGEST_SERVICE_S = 3600.0
_DAY_S = 86_400.0
_UNNAMED = "NO_SERVER"
_COLUMNS = (
    "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "q_start", "q_time",
    "outcome", "ser_time", "server",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Calls that came to the line, in order of arrival, [calls] each.

    Parameters
    ----------
    arrival
        Seconds after the midnight before the first call.
    type
        Place among `types`.
    priority
        0 to 2, or `UNKNOWN`.
    wait
        Seconds in line, until the answer or until hanging up.
    server
        Place among `servers` of who answered; `NOBODY` if the caller hung up.
    service
        Seconds with the agent.
    remarks
        How many calls were read, left out, or changed.
    """

    arrival: Floats
    type: Ints
    priority: Ints
    wait: Floats
    server: Ints
    service: Floats
    types: tuple[str, ...]
    servers: tuple[str, ...]
    remarks: Mapping[str, int]

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self.arrival)

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Return whether each call was answered."""
        return np.not_equal(self.server, NOBODY)

    @property
    def begin(self) -> Floats:
        """Return when service began, or when the caller hung up."""
        return self.arrival + self.wait


def read_log(path: Path) -> Log:
    """Read a log.

    Raises
    ------
    InvalidInput
        If the file cannot be read, lacks columns, has no answers, or a value that is none.
    """
    import pandas as pd

    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise _invalid("unreadable_file", "", f"{path}: {error}") from None
    absent = [
        Issue("missing_column", f"/{name}", f"There is no column {name!r}.")
        for name in _COLUMNS
        if name not in rows.columns
    ]
    raise_errors("The log lacks columns.", absent)
    read = len(rows)
    waits = rows["q_start"].ne("0:00:00").to_numpy()
    outcome = rows["outcome"].to_numpy()
    in_menu = (outcome == "HANG") & ~waits
    phantom = outcome == "PHANTOM"
    unnamed = (outcome == "AGENT") & (rows["server"] == _UNNAMED).to_numpy()
    kept = ~(in_menu | phantom | unnamed)
    if not (kept & (outcome == "AGENT")).any():
        raise _invalid("no_answers", "", "No call was answered by an agent with a name.")
    rows, waits = rows[kept], waits[kept]
    try:
        day = pd.to_datetime(rows["date"])
        entered, left, queued = (
            pd.to_timedelta(rows[name]).dt.total_seconds().to_numpy()
            for name in ("vru_entry", "vru_exit", "q_start")
        )
        priority, wait, service, customer = (
            rows[name].astype(np.int64).to_numpy()
            for name in ("priority", "q_time", "ser_time", "customer_id")
        )
    except ValueError as error:
        raise _invalid("wrong_type", "", f"{error}.") from None
    if not ((priority >= 0) & (priority < PRIORITIES) & (wait >= 0) & (service >= 0)).all():
        raise _invalid("out_of_range", "", "Priorities are 0 to 2, times 0 or more.")

    arrival = np.where(waits, queued, left)
    # A call is dated by its entry; the line may be reached after midnight.
    arrival += _DAY_S * (arrival < entered - _DAY_S / 2)
    arrival += (day - day.min()).dt.total_seconds().to_numpy()
    order = np.argsort(arrival, kind="stable")
    answered = outcome[kept] == "AGENT"
    types, type_of = np.unique(rows["type"].to_numpy(str), return_inverse=True)
    names = np.where(answered, rows["server"].to_numpy(str), "")
    servers = np.unique(names[answered])
    server = np.where(answered, np.searchsorted(servers, names), NOBODY)
    identified = waits | (customer != 0)
    ends, overlaps = _not_beyond_the_next(arrival + wait, service, server)
    return Log(
        arrival=arrival[order],
        type=type_of[order].astype(np.int64),
        priority=np.where(identified, priority, UNKNOWN)[order],
        wait=wait[order].astype(np.float64),
        server=server[order],
        service=np.where(answered, np.minimum(ends, LONGEST_SERVICE_S), 0.0)[order],
        types=tuple(types.tolist()),
        servers=tuple(servers.tolist()),
        remarks={
            "calls": read,
            "left_out_hung_up_in_the_menu": int(in_menu.sum()),
            "left_out_phantoms": int(phantom.sum()),
            "left_out_agent_without_name": int(unnamed.sum()),
            "came_to_the_line": int(kept.sum()),
            "not_identified": int((~identified).sum()),
            "ended_by_the_next_service": overlaps,
            "cut_at_an_hour": int((answered & (ends > LONGEST_SERVICE_S)).sum()),
            "answered_without_service": int((answered & (service == 0)).sum()),
        },
    )


def _not_beyond_the_next(begin: Floats, service: Ints, server: Ints) -> tuple[Floats, int]:
    """Return services that end when the same agent's next one begins, and how many did not."""
    order = np.lexsort((begin, server))
    room = np.full(len(begin), np.inf)
    same = (server[order][1:] == server[order][:-1]) & (server[order][1:] != NOBODY)
    room[order[:-1][same]] = np.diff(begin[order])[same]
    # Whole seconds are logged, so that one of them may be too much.
    return np.minimum(service, room), int((service > room + 1).sum())


def _invalid(code: str, pointer: str, detail: str) -> InvalidInput:
    return InvalidInput("The log cannot be used.", [Issue(code, pointer, detail)])
