"""What the page is made of: figures to see first, and tables."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Card", "Cell", "Table"]


@dataclass(frozen=True, slots=True)
class Card:
    """One figure to see first."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a table cell, with a style class of the page."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as there are columns."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
