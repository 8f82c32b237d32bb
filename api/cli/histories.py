"""What the commands about a history share: how it is read, and how issues are shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE
from rich.table import Table

from api.cli.options import FILE
from api.cli.output import notes

if TYPE_CHECKING:
    from forecasts import History, Issue

__all__ = [
    "HorizonType",
    "history_option",
    "horizon_option",
    "map_option",
    "narrow_table",
    "print_issues",
    "read_history_file",
]

LONGEST_HORIZON_DAYS = 400


class HorizonType(click.ParamType[int]):
    """A number of days or weeks such as ``7d`` or ``4w``."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the horizon in days."""
        found = re.fullmatch(r"(\d{1,4})([dw])", str(value))
        days = int(found[1]) * (7 if found[2] == "w" else 1) if found else 0
        if not 1 <= days <= LONGEST_HORIZON_DAYS:
            self.fail(
                f"{value!r} is not a horizon such as 7d or 4w of 1 to {LONGEST_HORIZON_DAYS} days.",
                param,
                ctx,
            )
        return days


class MappingType(click.ParamType[tuple[str, str]]):
    """One of our column names and the file's, such as ``start=interval_begin``."""

    name = "own=theirs"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the pair of names."""
        own, equals, theirs = str(value).partition("=")
        if not (own and equals and theirs):
            self.fail(f"{value!r} is not of the form own=theirs.", param, ctx)
        return own, theirs


history_option = click.option(
    "--history",
    "history_path",
    required=True,
    type=FILE,
    help="CSV file with group,start,offered[,aht_s][,handled] or unique_id,ds,y.",
)
horizon_option = click.option(
    "--horizon",
    "horizon_days",
    default="7d",
    show_default=True,
    type=HorizonType(),
    help="How far ahead: days (7d) or weeks (4w).",
)
map_option = click.option(
    "--map",
    "mapping",
    multiple=True,
    type=MappingType(),
    help="A column of the file under another name; may be repeated.",
)


def read_history_file(path: Path, mapping: Sequence[tuple[str, str]]) -> History:
    """Read a history file, its columns renamed."""
    from forecasts import read_history

    return read_history(path, dict(mapping))


def narrow_table(title: str) -> Table:
    """Return a table narrow enough for a terminal of 80 columns."""
    return Table(title=title, box=SIMPLE, pad_edge=False, collapse_padding=True)


def print_issues(issues: Sequence[Issue]) -> None:
    """Print what is worth knowing, once for all places that share it."""
    places: dict[tuple[str, str], list[str]] = {}
    for issue in issues:
        places.setdefault((issue.severity, issue.detail), []).append(issue.pointer)
    for (severity, detail), pointers in places.items():
        where = pointers[0] if len(pointers) == 1 else f"{len(pointers)} places"
        notes.print(f"{severity}: {where}: {detail}", soft_wrap=True, markup=False)
