"""Progress of a long call, as events handed to whoever wants to watch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Event", "Observer", "silent"]


@dataclass(frozen=True, slots=True)
class Event:
    """Where a long call stands.

    Parameters
    ----------
    phase
        What is being done now, in a few words.
    seconds
        Since the call entered.
    objective, bound
        Best known values so far; None while there is none.
    """

    phase: str
    seconds: float
    objective: float | None = None
    bound: float | None = None


Observer = Callable[[Event], None]


def silent(_: Event) -> None:
    """Watch nothing."""
