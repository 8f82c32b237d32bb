"""Cells and tables of the Markdown report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["number", "percent", "table", "yes"]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with a line for each row."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with its thousands apart, or a dash where there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def percent(value: float | None) -> str:
    """Return a fraction in per cent, or a dash where there is none."""
    return "-" if value is None else f"{value:.2%}".replace("%", " %")


def yes(value: bool) -> str:
    """Return whether something holds; what does not stands out."""
    return "yes" if value else "**no**"
