"""How much one job may ask for: caps that are known before anything is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.counts import Count, refuse_counts

if TYPE_CHECKING:
    from api.data.history import Extent

__all__ = [
    "MOST_AGENTS",
    "MOST_AGENT_DAYS",
    "MOST_CELLS",
    "MOST_CONTACTS",
    "MOST_FORECAST_CELLS",
    "MOST_HISTORY_CELLS",
    "MOST_PATH_CELLS",
    "MOST_SCENARIOS",
    "MOST_SHIFTS",
    "Count",
    "refuse_beyond",
    "refuse_large_history",
]

MOST_AGENTS = 20_000
"""Agents of an organisation."""

MOST_AGENT_DAYS = 250_000
"""Agents times days of a roster; a solver holds some kilobytes for each."""

MOST_CELLS = 4_000_000
"""Planning groups times intervals of what is planned."""

MOST_HISTORY_CELLS = 12_000_000
"""Planning groups times intervals between the first and the last of a history."""

MOST_FORECAST_CELLS = 12_000_000
"""Planning groups times intervals of a forecast."""

MOST_PATH_CELLS = 20_000_000
"""Paths times planning groups times intervals of paths that are drawn."""

MOST_SHIFTS = 500_000
"""Shifts of a roster that is sent."""

MOST_SCENARIOS = 50
"""Scenarios of a comparison."""

MOST_CONTACTS = 10_000_000
"""Contacts expected in one replication; about ten seconds of work and a gigabyte."""


def refuse_beyond(*sizes: Count) -> None:
    """Refuse what is too much for one job.

    Raises
    ------
    TooLarge
        If any size is above its limit; all that are, are listed.
    """
    refuse_counts("The request asks for too much.", sizes)


def refuse_large_history(extent: Extent) -> None:
    """Refuse a stored history that no process could hold, before it is read.

    Raises
    ------
    TooLarge
        If it is.
    """
    refuse_beyond(Count("/history", "groups times intervals", extent.cells, MOST_HISTORY_CELLS))
