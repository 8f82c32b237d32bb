"""A comparison as JSON, as a table for spreadsheets, and in words for a meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from api.tables import write_table
from optimizer.simulation import Comparison, Difference, Unit

__all__ = ["Change", "as_dict", "changes", "write_comparison"]


def as_dict(found: Sequence[Comparison]) -> dict[str, Any]:
    """Return everything as it stands in JSON."""
    return {
        "baseline": found[0].name,
        "scenarios": [
            {
                "name": one.name,
                "cost_change": one.cost_change,
                "paid_hours_change": one.paid_hours_change,
                "occupancy_change": asdict(one.occupancy_change),
                "result": one.result.as_dict(),
                "differences": [
                    {
                        **asdict(each),
                        "unit": each.unit,
                        "sure": each.change.sure,
                        "better": each.is_better,
                    }
                    for each in one.differences
                ],
            }
            for one in found
        ],
    }


def write_comparison(path: Path, found: Sequence[Comparison]) -> None:
    """Write one row per scenario, set of contacts and figure."""

    def rows() -> Iterator[list[str]]:
        for one in found:
            for each in one.differences:
                change = each.change
                numbers = (each.value.mean, change.mean, change.low, change.high)
                cells = ["" if number is None else f"{number:.6g}" for number in numbers]
                yield [one.name, each.kind.value, each.name, each.figure, *cells, _verdict(each)]

    columns = (
        "scenario", "kind", "name", "figure", "value", "change", "low", "high", "verdict",
    )  # fmt: skip
    write_table(path, columns, rows())


@dataclass(frozen=True, slots=True)
class Change:
    """A difference in words."""

    name: str
    figure: str
    before: str
    after: str
    change: str
    verdict: str


def changes(one: Comparison, kind: str, figures: Sequence[str]) -> list[Change]:
    """Return the differences of some figures, for the contacts of a kind that have them.

    What is 0 in both plans is left out: nobody gives up waiting for an email.
    """
    return [
        _change(each)
        for each in one.differences
        if each.kind == kind
        and each.figure in figures
        and each.change.mean is not None
        and (each.value.mean or each.change.mean)
    ]


def _change(each: Difference) -> Change:
    value, change = each.value.mean, each.change
    assert value is not None
    assert change.mean is not None
    before = value - change.mean
    scale = max(abs(before), abs(value))
    text = _amount(change.mean, each.unit, scale, "+").replace("%", "pp")
    if change.high is not None:
        text += f" ± {_amount(change.high - change.mean, each.unit, scale).split()[0]}"
    return Change(
        each.name,
        each.figure,
        _amount(before, each.unit, scale),
        _amount(value, each.unit, scale),
        text,
        _verdict(each),
    )


def _verdict(each: Difference) -> str:
    """Say whether a difference is more than chance, and if it has a good side, which it is."""
    if not each.change.sure:
        return ""
    return {True: "better", False: "worse", None: "changed"}[each.is_better]


def _amount(value: float, unit: Unit, scale: float, sign: str = "") -> str:
    """Return a figure with its unit; times in the unit that suits the greatest of a row."""
    match unit:
        case Unit.SHARE:
            return f"{100 * value:{sign}z.1f} %"
        case Unit.MONEY:
            return f"{value:{sign}z,.0f}"
        case Unit.COUNT:
            return f"{value:{sign}z,.1f}" if scale >= 10 else f"{value:{sign}z.2f}"
        case Unit.SECONDS:
            seconds, name = (
                (1, "s") if scale < 120 else (60, "min") if scale < 7200 else (3600, "h")
            )
            return f"{value / seconds:{sign}z,.1f} {name}"
