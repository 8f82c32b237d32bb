"""How changes of a roster and their costs read on the terminal."""

from __future__ import annotations

from datetime import date
from typing import Any

from rich.table import Column

from api.cli.output import console

__all__ = ["price", "print_changes", "right", "rule_name", "shift_text"]


def right(heading: str) -> Column:
    """Return a column of figures."""
    return Column(heading, justify="right")


def rule_name(name: str) -> str:
    """Return the name of a rule in words."""
    return name.replace("_", " ")


def price(effect: dict[str, Any]) -> str:
    """Return what something costs, with what of it each rule brings."""
    parts = ", ".join(f"{rule_name(rule)} {cost:+,.2f}" for rule, cost in effect["costs"].items())
    total = sum(effect["costs"].values()) if effect["cost"] is None else effect["cost"]
    return f"{total:,.2f}" + (f" ({parts})" if parts else "")


def shift_text(shift: dict[str, Any] | None) -> str:
    """Return a shift's template and times, or that there is none."""
    if shift is None:
        return "free"
    return f"{shift['template']} {shift['start'][11:16]}-{shift['end'][11:16]}"


def print_changes(changes: list[dict[str, Any]]) -> None:
    """Print a line per day that changes."""
    for change in changes:
        day = date.fromisoformat(change["day"])
        console.print(
            f"     {change['agent']} {day:%a %d %b}: {shift_text(change['before'])} -> "
            f"{shift_text(change['after'])}",
            markup=False,
            soft_wrap=True,
        )
