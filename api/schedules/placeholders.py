"""What stands in the request of recurring work for things that are known when it is due."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from api.tasks import KINDS
from optimizer.model.findings import Findings

__all__ = ["PUBLISHED", "fill_in"]

PUBLISHED = "published"
"""Names the job of the roster that was published last."""

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_DATE = re.compile(r"(day|week|month)([+-]\d{1,3})?")


def fill_in(value: Any, day: date, newest: Callable[[str], str | None], found: Findings) -> Any:
    """Return a JSON value with all placeholders in its texts filled in.

    Parameters
    ----------
    day
        The date on which it is due.
    newest
        Returns the newest job of a kind that is done, or of `PUBLISHED`; None if there is none.
    found
        Is told of placeholders that mean nothing (``unknown_placeholder``), or nothing yet
        (``nothing_there``).
    """
    if isinstance(value, dict):
        return {name: fill_in(part, day, newest, found.at(name)) for name, part in value.items()}
    if isinstance(value, list):
        return [fill_in(part, day, newest, found.at(index)) for index, part in enumerate(value)]
    if isinstance(value, str) and "${" in value:
        return _PLACEHOLDER.sub(lambda match: _meaning(match[1], day, newest, found), value)
    return value


def _meaning(name: str, day: date, newest: Callable[[str], str | None], found: Findings) -> str:
    moment = _DATE.fullmatch(name)
    if moment is not None:
        return _date(moment[1], int(moment[2] or 0), day).isoformat()
    if name not in KINDS and name != PUBLISHED:
        found.error("unknown_placeholder", f"There is no placeholder {name!r:.60}.")
        return ""
    job = newest(name)
    if job is None:
        found.error("nothing_there", f"There is nothing yet that ${{{name}}} stands for.")
        return ""
    return job


def _date(unit: str, number: int, day: date) -> date:
    if unit == "day":
        return day + timedelta(days=number)
    if unit == "week":
        return day + timedelta(weeks=number, days=-day.weekday())
    years, month = divmod(day.month - 1 + number, 12)
    return date(day.year + years, month + 1, 1)
