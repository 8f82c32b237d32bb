"""Which column of a table is which of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecasts.errors import Severity, pointer
from forecasts.history.log import ROWS_PER_ISSUE, IssueLog

__all__ = ["Field", "Found", "find_columns"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a table may have.

    Parameters
    ----------
    required
        Whether a table without it is refused.
    alias
        Another name under which it is looked up.
    joined
        Whether it may be mapped to several columns, ``channel+skill``.
    flag
        Whether it may be mapped to values of a column, ``outcome:HANG|LOST``.
    """

    name: str
    required: bool = False
    alias: str | None = None
    joined: bool = False
    flag: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Where a field is found in a table.

    Parameters
    ----------
    label
        As it is told in issues.
    columns
        One, or several to be joined.
    values
        The cells that mean yes, for a flag that is mapped to them.
    """

    label: str
    columns: tuple[str, ...]
    values: frozenset[str] | None = None


def find_columns(
    there: Sequence[str],
    fields: Sequence[Field],
    mapping: Mapping[str, str],
    log: IssueLog,
    unused: Severity = Severity.WARNING,
) -> dict[str, Found]:
    """Return the fields that a table has, by name.

    Parameters
    ----------
    mapping
        Our name to the table's; a name left out is looked up as it is, then by its alias.
    unused
        How much a column matters that none of the fields is.
    """
    for name in dict.fromkeys(name for name in there if there.count(name) > 1):
        log.error(
            "duplicate_column", pointer("columns", name), f"More than one column is named {name!r}."
        )
    known = [field.name for field in fields]
    for own in mapping:
        if own not in known:
            log.error(
                "unknown_mapping",
                pointer("mapping", own),
                f"{own!r} is none of our columns: {', '.join(known)}.",
            )
    places = {}
    for field in fields:
        own = field.name
        candidates = [mapping[own]] if own in mapping else [own, field.alias or own]
        found = next(filter(None, (_place(name, field, there) for name in candidates)), None)
        if found is not None:
            places[own] = found
        elif field.required or own in mapping:
            log.error(
                "missing_column",
                pointer("columns", candidates[0]),
                f"There is no column {' or '.join(map(repr, dict.fromkeys(candidates)))} for "
                f"{own!r}; the columns are {_listed(there)}.",
            )
    used = {name for found in places.values() for name in found.columns}
    for name in [name for name in there if name not in used][:ROWS_PER_ISSUE]:
        log.note(
            "unknown_column",
            pointer("columns", name),
            f"Column {name!r} is not used; map it if it should be.",
            unused,
        )
    return places


def _place(text: str, field: Field, there: Sequence[str]) -> Found | None:
    """Return what a name stands for: a column, else several, else values of one."""
    if text in there:
        return Found(text, (text,))
    parts = tuple(text.split("+"))
    if field.joined and all(part in there for part in parts):
        return Found(text, parts)
    column, colon, values = text.rpartition(":")
    if field.flag and colon and column in there:
        return Found(column, (column,), frozenset(values.split("|")))
    return None


def _listed(names: Iterable[str], most: int = 12) -> str:
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
