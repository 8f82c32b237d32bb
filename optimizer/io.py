"""JSON in and out: one document shape with named sections and a schema version.

A document is ``{"schema": "callboard/1", "<section>": {...}, ...}``; `docs/formats.md` describes
the sections. Reading is strict: unknown fields, wrong types and values that make no sense are
all reported at once, each with its JSON pointer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from msgspec import Struct
from pydantic_core import to_json

from optimizer import wire
from optimizer.codec import decode
from optimizer.errors import InvalidInput, Issue, Severity, raise_errors
from optimizer.model import (
    Assignment,
    Directives,
    Organisation,
    Requirement,
    Roster,
    RosterProblem,
    Snapshot,
    TimeGrid,
    check_grid,
    check_organisation,
    check_problem,
    check_requirement,
    check_roster,
    check_snapshot,
)
from optimizer.model.record import Record

__all__ = [
    "SCHEMA",
    "decode_problem",
    "decode_roster",
    "decode_snapshot",
    "encode",
    "read_organisation",
    "read_problem",
    "read_requirement",
    "read_roster",
    "read_snapshot",
    "write",
]

log = logging.getLogger(__name__)

SCHEMA = "callboard/1"
"""Version of the document shape; it rises when a reader of the old shape would be misled."""

T = TypeVar("T")
Section = Organisation | Requirement | Directives | Roster | Snapshot | Assignment


@dataclass(frozen=True, slots=True)
class _Requirement(Record):
    """A requirement as nested lists, the way it stands in JSON."""

    grid: TimeGrid
    groups: tuple[str, ...]
    agents: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class _Document(Record):
    schema: Literal["callboard/1"]
    organisation: Organisation | None = None
    requirement: _Requirement | None = None
    directives: Directives | None = None
    roster: Roster | None = None
    snapshot: Snapshot | None = None
    assignment: Assignment | None = None


def encode(*sections: Section) -> bytes:
    """Return a document with the given sections, as JSON in UTF-8 with a final newline."""
    parts = {type(section).__name__.lower(): _lean(_plain(section)) for section in sections}
    return to_json({"schema": SCHEMA, **parts}, inf_nan_mode="null") + b"\n"


def write(path: Path, *sections: Section) -> None:
    """Write a document with the given sections to a file."""
    path.write_bytes(encode(*sections))


def read_organisation(path: Path) -> Organisation:
    """Read a file with an ``organisation``.

    Raises
    ------
    InvalidInput
        If the file is missing or is not such a document; every problem is listed. The other
        readers raise the same.
    """
    organisation = _section(_read(path), "organisation")
    assert isinstance(organisation, Organisation)
    return _checked(organisation, lambda o: check_organisation(o, "/organisation"))


def read_requirement(path: Path) -> Requirement:
    """Read a file with a ``requirement``."""
    requirement = _requirement(_read(path))
    return _checked(requirement, lambda r: check_requirement(r, r.groups, "/requirement"))


def read_problem(
    organisation: Path,
    requirement: Path,
    directives: Path | None = None,
    previous: Path | None = None,
) -> RosterProblem:
    """Read a roster problem from the files that hold its parts (several may be one).

    Parameters
    ----------
    directives
        A file with ``directives``; None means that nothing is said of the period.
    previous
        A file with the ``roster`` that stood before; None means that there was none.
    """
    people = _section(_read(organisation), "organisation")
    needed = _requirement(_read(requirement))
    said = Directives() if directives is None else _section(_read(directives), "directives")
    before = None if previous is None else _section(_read(previous), "roster")
    return _checked(RosterProblem(people, needed, said, before), check_problem)


def read_roster(path: Path, organisation: Organisation) -> Roster:
    """Read a file with a ``roster`` made for `organisation`."""
    roster = _section(_read(path), "roster")
    assert isinstance(roster, Roster)
    return _checked(roster, lambda r: check_roster(r, organisation, "/roster"))


def read_snapshot(path: Path) -> Snapshot:
    """Read a file with a ``snapshot`` of live tickets and agents."""
    snapshot = _section(_read(path), "snapshot")
    assert isinstance(snapshot, Snapshot)
    return _checked(snapshot, lambda s: check_snapshot(s, "/snapshot"))


def decode_roster(body: bytes) -> Roster:
    """Return the roster of a document.

    Only its shape is checked, as by `decode_problem`.

    Raises
    ------
    InvalidInput
        If the document has another shape, or no roster.
    """
    roster = _section(decode(_Document, body), "roster")
    assert isinstance(roster, Roster)
    return roster


def decode_problem(body: bytes, previous: bytes | None = None) -> RosterProblem:
    """Return the roster problem that a document with its sections holds.

    Parameters
    ----------
    previous
        A document with the ``roster`` that stood before; None if there was none.

    Raises
    ------
    InvalidInput
        If a document has another shape, or lacks a section.
    """
    document = decode(_Document, body)
    return RosterProblem(
        _section(document, "organisation"),
        _requirement(document),
        document.directives or Directives(),
        None if previous is None else decode_roster(previous),
    )


def decode_snapshot(body: bytes) -> Snapshot:
    """Decode a bare snapshot, without the document around it, as the HTTP API takes it.

    Only its shape is checked, for `assign` looks at what it means, too; what is returned is
    mostly a twin (see :mod:`optimizer.wire`).
    """
    return wire.decode(Snapshot, body)


def _read(path: Path) -> _Document:
    body = _load(path)
    try:
        return decode(_Document, body)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error.detail}", error.issues) from None


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        issue = Issue("unreadable_file", "", f"{path}: {error.strerror}.")
        raise InvalidInput(f"{path} cannot be read.", [issue]) from None


def _section(document: _Document, name: str) -> Any:
    value = getattr(document, name)
    if value is None:
        issue = Issue("missing_field", f"/{name}", f"The document has no section {name!r}.")
        raise InvalidInput("The document lacks what was asked for.", [issue])
    return value


def _requirement(document: _Document) -> Requirement:
    raw: _Requirement = _section(document, "requirement")
    issues = check_grid(raw.grid, "/requirement/grid")
    issues += [
        Issue(
            "bad_shape",
            f"/requirement/agents/{row}",
            f"The row has {len(values)} values but the grid has {raw.grid.count} slots.",
        )
        for row, values in enumerate(raw.agents)
        if len(values) != raw.grid.count
    ]
    if len(raw.agents) != len(raw.groups):
        detail = f"There are {len(raw.agents)} rows for {len(raw.groups)} groups."
        issues.append(Issue("bad_shape", "/requirement/agents", detail))
    raise_errors("The requirement cannot be used.", issues)
    agents = np.array(raw.agents, dtype=np.float64).reshape(len(raw.groups), raw.grid.count)
    return Requirement(raw.grid, raw.groups, agents)


def _checked(value: T, check: Callable[[T], list[Issue]]) -> T:
    """Return `value` if its checks find no error; what they warn of is logged."""
    issues = check(value)
    raise_errors("The input has problems.", issues)
    for issue in issues:
        if issue.severity is Severity.WARNING:
            log.warning("%s: %s", issue.pointer, issue.detail)
    return value


def _plain(section: Section) -> Any:
    if isinstance(section, Requirement):
        rows = tuple(tuple(row) for row in section.agents.tolist())
        return _Requirement(section.grid, section.groups, rows)
    return section


def _lean(value: Any) -> Any:
    """Return nested records as nested dicts, without what is null where null is the default."""
    if isinstance(value, Struct):
        return {name: _lean(getattr(value, name)) for name in value.__struct_fields__}
    if is_dataclass(value):
        shown = ((field, getattr(value, field.name)) for field in fields(value))
        return {f.name: _lean(v) for f, v in shown if v is not None or f.default is not None}
    if isinstance(value, dict):
        return {name: _lean(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return [_lean(member) for member in value]
    return value
