"""How figures read to a person, the same on the terminal and on a page."""

from __future__ import annotations

__all__ = ["distance", "duration", "share"]


def share(value: float | None, digits: int = 1) -> str:
    """Return a fraction in percent, or a dash where there is none."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def duration(seconds: float | None) -> str:
    """Return a wait in seconds, minutes or hours, or a dash where there is none."""
    if seconds is None:
        return "–"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def distance(gap: float | None) -> str:
    """Return how far above the optimum something can be at most."""
    if gap is None or gap >= 1:
        return "no useful bound was proven in this time"
    return f"at most {share(gap, 2)} above the optimum"
