"""Adjustments as JSON: ``{"adjustments": [{"kind": "multiply", "name": ..., ...}, ...]}``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecasts.adjustments.apply import Applied, GroupEffect
from forecasts.adjustments.base import Adjustment
from forecasts.adjustments.campaign import Campaign
from forecasts.adjustments.moves import HandOver, Shift
from forecasts.adjustments.service import Deflect, HandlingTime
from forecasts.adjustments.volumes import Add, Multiply, RemoveCause
from forecasts.documents import decode, encode, load
from forecasts.errors import ForecastError, Issue, pointer

__all__ = [
    "adjustments_as_json",
    "adjustments_from_json",
    "applied_as_json",
    "applied_from_json",
    "read_adjustments",
]

KINDS: dict[str, type[Adjustment]] = {
    kind.kind: kind
    for kind in (
        Multiply, Add, Shift, Deflect, HandOver, HandlingTime, RemoveCause, Campaign,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Effect:
    """The part of a stored effect that its totals follow from."""

    groups: tuple[GroupEffect, ...]


def read_adjustments(path: str | Path) -> tuple[Adjustment, ...]:
    """Read adjustments from a JSON file, in the order in which they are to be applied.

    Days are ``2026-11-27``, times of day ``08:30``. Every adjustment has a ``kind`` and the
    fields of its class; those with a default may be left out.

    Raises
    ------
    ForecastError
        If the file is not JSON or not of this shape, or a value alone makes no sense; every
        problem is listed. Whether they fit a forecast is told when they are applied.
    """
    document = load(Path(path))
    found: list[Issue] = []
    if not isinstance(document, dict) or not isinstance(document.get("adjustments"), list):
        detail = "An object with a list named 'adjustments' is expected."
        found.append(Issue("wrong_type", "", detail))
        raise ForecastError("The adjustments cannot be read.", found)
    found += [
        Issue("unknown_field", pointer(name), "There is no such field here.")
        for name in document
        if name != "adjustments"
    ]
    read = adjustments_from_json(document["adjustments"], found)
    if found:
        raise ForecastError("The adjustments cannot be read.", found)
    return read


def adjustments_from_json(rows: Sequence[object], found: list[Issue]) -> tuple[Adjustment, ...]:
    """Return the adjustments of a JSON list; `found` is extended by every problem."""
    read = [
        _adjustment(row, pointer("adjustments", place), found) for place, row in enumerate(rows)
    ]
    return tuple(adjustment for adjustment in read if adjustment is not None)


def adjustments_as_json(adjustments: Sequence[Adjustment]) -> dict[str, Any]:
    """Return the document that `read_adjustments` reads; defaults are left out."""
    return {"adjustments": [_row(adjustment) for adjustment in adjustments]}


def applied_as_json(applied: Sequence[Applied]) -> list[dict[str, Any]]:
    """Return applied adjustments, each with its effect in contacts and hours of work."""
    return [
        {
            **_row(one.adjustment),
            "effect": {
                "contacts": round(one.contacts, 6),
                "hours": None if one.hours is None else round(one.hours, 6),
                "groups": [
                    {
                        "group": effect.group,
                        "contacts": round(effect.contacts, 6),
                        "hours": None if effect.hours is None else round(effect.hours, 6),
                    }
                    for effect in one.effects
                ],
            },
        }
        for one in applied
    ]


def applied_from_json(rows: Sequence[object], found: list[Issue]) -> tuple[Applied, ...]:
    """Return what `applied_as_json` wrote; `found` is extended by every problem."""
    read = []
    for place, row in enumerate(rows):
        where = pointer("adjustments", place)
        own = {k: v for k, v in row.items() if k != "effect"} if isinstance(row, dict) else row
        adjustment = _adjustment(own, where, found)
        if adjustment is not None and isinstance(row, dict):
            effect = decode(_Effect, row.get("effect"), where + pointer("effect"), found)
            read.append(Applied(adjustment, () if effect is None else effect.groups))
    return tuple(read)


def _adjustment(row: object, where: str, found: list[Issue]) -> Adjustment | None:
    """Return one adjustment; None with `found` extended if it cannot be read or makes no sense."""
    if not isinstance(row, dict):
        found.append(Issue("wrong_type", where, f"An object is expected, not {row!r:.60}."))
        return None
    kind = KINDS.get(str(row.get("kind")))
    if kind is None:
        detail = f"{row.get('kind')!r} is none of the kinds {', '.join(KINDS)}."
        found.append(Issue("unknown_kind", where + pointer("kind"), detail))
        return None
    values = {name: value for name, value in row.items() if name != "kind"}
    adjustment = decode(kind, values, where, found)
    if adjustment is not None:
        found += [
            Issue(issue.code, where + issue.pointer, issue.detail, issue.severity)
            for issue in adjustment.problems()
        ]
    return adjustment


def _row(adjustment: Adjustment) -> dict[str, Any]:
    return {"kind": adjustment.kind, **encode(adjustment)}
