"""What the commands about a history share: how it is read, and how issues are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE
from rich.table import Table

from api.cli.options import FILE
from api.cli.output import notes

if TYPE_CHECKING:
    from forecasts import History, Issue, Repairs

__all__ = [
    "HistoryReader",
    "HorizonType",
    "history_options",
    "horizon_option",
    "map_option",
    "narrow_table",
    "print_issues",
    "seed_option",
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


class PairType(click.ParamType[tuple[str, str]]):
    """Two names, such as ``start=interval_begin``."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the pair of names."""
        first, equals, second = str(value).partition("=")
        if not (first and equals and second):
            self.fail(f"{value!r} is not of the form {self.name}.", param, ctx)
        return first, second


@dataclass(frozen=True, slots=True)
class HistoryReader:
    """A file with a history, and how it is to be read.

    Parameters
    ----------
    path
        The file.
    contacts
        Whether it is a log with one row per contact.
    interval_minutes
        Length of the intervals that a log is counted in.
    zone
        Time zone that times with an offset are converted to.
    mapping, repairs
        Pairs of names: own and theirs, kind of doubt and choice.
    as_of
        Date at which the file was made.
    once_per_case
        Time within which contacts of one case are one; None if each counts.
    """

    path: Path
    contacts: bool = False
    interval_minutes: int = 30
    zone: str | None = None
    mapping: Sequence[tuple[str, str]] = ()
    repairs: Sequence[tuple[str, str]] = ()
    as_of: date | None = None
    once_per_case: timedelta | None = None

    def chosen_repairs(self) -> Repairs:
        """Return what to do about rows in doubt.

        Raises
        ------
        ForecastError
            If a kind or a choice does not exist.
        """
        from forecasts import Repairs

        return Repairs.of(dict(self.repairs))

    def read(self) -> History:
        """Read the file.

        Raises
        ------
        ForecastError
            If a repair does not exist, or with every problem of the file.
        """
        from forecasts import read_contacts, read_history

        repairs = self.chosen_repairs()
        if not self.contacts:
            return read_history(
                self.path, dict(self.mapping), zone=self.zone, repairs=repairs, as_of=self.as_of
            )
        return read_contacts(
            self.path,
            dict(self.mapping),
            interval_minutes=self.interval_minutes,
            zone=self.zone,
            repairs=repairs,
            as_of=self.as_of,
            once_per_case=self.once_per_case,
        )


_HISTORY_OPTION = click.option(
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
seed_option = click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Seed of everything that is drawn.",
)
map_option = click.option(
    "--map",
    "mapping",
    multiple=True,
    type=PairType("own=theirs"),
    help="A column of the file under another name; may be repeated.",
)


_CONTACTS_OPTIONS = (
    click.option("--contacts", is_flag=True, help="The file is a log with one row per contact."),
    click.option(
        "--interval",
        "interval_minutes",
        metavar="MIN",
        type=click.IntRange(1, 24 * 60),
        help="Minutes per interval that a log is counted in.  [default: 30]",
    ),
    click.option(
        "--once-per-case",
        "case_hours",
        metavar="HOURS",
        type=click.FloatRange(0.0, 24.0 * 366, min_open=True),
        help="In a log, contacts of a case within this time of each other are one.",
    ),
)

_READING_OPTIONS = (
    click.option("--zone", help="Convert times with an offset or Z to local: Europe/Paris."),
    map_option,
    click.option(
        "--repair",
        "repairs",
        multiple=True,
        type=PairType("kind=choice"),
        help="What to do about rows in doubt, duplicates=sum; may be repeated.",
    ),
    click.option(
        "--as-of",
        metavar="DATE",
        type=click.DateTime(["%Y-%m-%d"]),
        help="When the file was made; rows after it are told.  [default: today]",
    ),
)


def history_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add every option about reading a history; the command gets one argument, ``reader``."""

    @wraps(command)
    def with_reader(
        *args: Any,
        history_path: Path,
        contacts: bool,
        interval_minutes: int | None,
        case_hours: float | None,
        zone: str | None,
        mapping: Sequence[tuple[str, str]],
        repairs: Sequence[tuple[str, str]],
        as_of: datetime | None,
        **others: Any,
    ) -> Any:
        if not contacts and (interval_minutes is not None or case_hours is not None):
            raise click.UsageError("--interval and --once-per-case are about logs: --contacts.")
        reader = HistoryReader(
            path=history_path,
            contacts=contacts,
            interval_minutes=interval_minutes or 30,
            zone=zone,
            mapping=mapping,
            repairs=repairs,
            as_of=date.today() if as_of is None else as_of.date(),
            once_per_case=None if case_hours is None else timedelta(hours=case_hours),
        )
        return command(*args, reader=reader, **others)

    # Options are listed in the help in the reverse order of their decoration.
    decorated: Callable[..., Any] = with_reader
    for option in reversed((_HISTORY_OPTION, *_CONTACTS_OPTIONS, *_READING_OPTIONS)):
        decorated = option(decorated)
    return decorated


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
