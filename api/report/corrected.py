"""What the correction loop changed, for the page."""

from __future__ import annotations

from typing import Any

from api.report.pieces import Cell, Table
from api.wording import share

__all__ = ["correction_table", "saved_by_correction"]


def saved_by_correction(figures: dict[str, Any]) -> str:
    """Return what correction saved of the payroll, if anything."""
    saved, before = figures["saved"]["payroll"], figures["rounds"][0]["payroll"]
    return f"; {share(saved / before)} saved by correction" if saved > 0 else ""


def correction_table(figures: dict[str, Any]) -> Table | None:
    """Return the first roster beside the kept one, None where there was only one."""
    rounds = figures["rounds"]
    if len(rounds) == 1:
        return None
    told = rounds[0], rounds[figures["kept"]]
    checked = figures["checked"]["before"], figures["checked"]["after"]

    def row(name: str, *values: str) -> tuple[Cell, ...]:
        return tuple(map(Cell, (name, *values)))

    return Table(
        f"Rosters before and after correction: the best of {len(rounds)} rounds, each tried, and "
        "its requirement raised where goals were missed and lowered where they were more than met",
        ("", "as staffed by the forecast", "kept"),
        (
            *(
                row(name, *(f"{one[key]:,.0f}" for one in told))
                for key, name in (
                    ("required_hours", "agent-hours asked for"),
                    ("paid_hours", "hours rostered"),
                    ("cost", "pay of rostered hours"),
                    ("payroll", "payroll, guarantees included"),
                )
            ),
            *(
                row(name, *(share(one[key] and one[key]["mean"]) for one in checked))
                for key, name in (
                    ("in_time", "voice and chat in time"),
                    ("first_response", "first responses in time"),
                    ("occupancy", "occupancy"),
                )
            ),
            row(
                "stretches of intervals below goal",
                *(f"{one['missed']:,} of {one['stretches']:,}" for one in checked),
            ),
        ),
    )
