"""What can be used of a snapshot, when some of its tickets or agents cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic_core import from_json, to_json

from optimizer.errors import InvalidInput, Issue, Severity

__all__ = ["use_what_can_be"]

T = TypeVar("T")

_ROW = re.compile(r"/(tickets|agents)/(\d+)(?=/|$)")


def use_what_can_be(body: bytes, use: Callable[[bytes], T]) -> tuple[T, tuple[Issue, ...]]:
    """Do something with a snapshot; leave out tickets and agents that do not let it be done.

    Mostly nothing is wrong, and then this costs nothing. Otherwise whatever the issues name is
    taken out of the body, and it is tried again: first what has the wrong shape goes, then what
    makes no sense. Of two with the same identifier the later goes.

    Parameters
    ----------
    body
        A bare snapshot as JSON.
    use
        Raises `InvalidInput` if anything in the snapshot that it is given is unusable.

    Returns
    -------
    tuple
        What `use` returned in the end, and the issues of all that was left out; their pointers
        lead into `body`.

    Raises
    ------
    InvalidInput
        If anything is wrong with what all tickets and agents share; every issue is listed.
    """
    problems: tuple[Issue, ...] = ()
    places: dict[str, list[int]] = {}
    while True:
        try:
            return use(body), problems
        except InvalidInput as error:
            errors = [issue for issue in error.issues if issue.severity is Severity.ERROR]
            rows = {found.groups() for issue in errors if (found := _ROW.match(issue.pointer))}
            problems += tuple(_placed(issue, places) for issue in errors)
            if not all(_ROW.match(issue.pointer) for issue in errors):
                raise type(error)(error.detail, problems) from None
            body = _without(body, rows, places)


def _placed(issue: Issue, places: Mapping[str, Sequence[int]]) -> Issue:
    """Return an issue with the place that its row had at first."""
    found = _ROW.match(issue.pointer)
    if found is None or found[1] not in places:
        return issue
    place = places[found[1]][int(found[2])]
    return replace(issue, pointer=f"/{found[1]}/{place}{issue.pointer[found.end() :]}")


def _without(
    body: bytes, rows: Collection[tuple[str | Any, ...]], places: dict[str, list[int]]
) -> bytes:
    """Return a snapshot without some rows; `places` tells where the others were at first."""
    document = from_json(body)
    for name in {name for name, _ in rows}:
        left = [i for i in range(len(document[name])) if (name, str(i)) not in rows]
        before = places.get(name, range(len(document[name])))
        places[name] = [before[i] for i in left]
        document[name] = [document[name][i] for i in left]
    return to_json(document)
