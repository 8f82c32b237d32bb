"""What is done about rows in doubt: the caller chooses for each kind of doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from forecasts.errors import ForecastError, Issue, Severity, pointer

__all__ = ["CHOICES", "Repairs", "consequence", "severity_of"]

Duplicates = Literal["stop", "drop", "sum", "mean", "first", "last"]
Cells = Literal["stop", "drop", "fill"]
OffGrid = Literal["stop", "drop", "fill"]
Times = Literal["stop", "drop"]
Future = Literal["keep", "drop", "stop"]
Ends = Literal["drop", "keep", "stop"]
Outages = Literal["fill", "keep"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "duplicates": get_args(Duplicates),
    "cells": get_args(Cells),
    "off_grid": get_args(OffGrid),
    "times": get_args(Times),
    "future": get_args(Future),
    "ends": get_args(Ends),
    "outages": get_args(Outages),
}
"""The choices for each kind of doubt, the default first."""


@dataclass(frozen=True, slots=True)
class Repairs:
    """What is done about each kind of doubt; whatever is done is told as a warning.

    ``stop`` refuses the table with every row concerned, ``drop`` leaves the rows out.

    Parameters
    ----------
    duplicates
        Several rows of one group and interval: ``drop`` leaves all of them out, ``first`` and
        ``last`` keep one, ``sum`` and ``mean`` merge them (means per contact are weighted).
    cells
        Negative, empty or infinite numbers and texts that are none: ``fill`` takes the cell as
        unknown, so that the interval is filled for learning like any other gap.
    off_grid
        Starts between the intervals: ``fill`` moves the row into the interval it falls in.
    times
        Times that cannot be read.
    future
        Rows after the day of reading: ``keep`` only warns.
    ends
        An interval that was only partly covered when the record began or ended: ``keep`` takes
        it as whole.
    outages
        Runs of impossibly low counts: ``fill`` masks them from learning and scoring, ``keep``
        takes them as they are.

    Raises
    ------
    ForecastError
        With every choice that does not exist.
    """

    duplicates: Duplicates = "stop"
    cells: Cells = "stop"
    off_grid: OffGrid = "stop"
    times: Times = "stop"
    future: Future = "keep"
    ends: Ends = "drop"
    outages: Outages = "fill"

    def __post_init__(self) -> None:
        _refuse_unknown({kind: getattr(self, kind) for kind in CHOICES})

    @classmethod
    def of(cls, choices: Mapping[str, Any]) -> Repairs:
        """Return the repairs chosen by name.

        Raises
        ------
        ForecastError
            With every kind and every choice that does not exist.
        """
        _refuse_unknown(choices)
        return cls(**choices)


def severity_of(choice: str) -> Severity:
    """Return whether a doubt settled by `choice` is an error or a warning."""
    return Severity.ERROR if choice == "stop" else Severity.WARNING


def consequence(choice: str, filled: str = "the cell counts as unknown") -> str:
    """Return the end of a sentence that says what a choice did to a row."""
    done = {"drop": "the row is left out", "fill": filled}.get(choice)
    return f"; {done}" if done else ""


def _refuse_unknown(choices: Mapping[str, Any]) -> None:
    issues = []
    for kind, choice in choices.items():
        if kind not in CHOICES:
            detail = f"{kind!r} is no kind of doubt: {', '.join(CHOICES)}."
            issues.append(Issue("unknown_repair", pointer("repairs", kind), detail))
        elif choice not in CHOICES[kind]:
            detail = f"{choice!r} is no choice for {kind}: {', '.join(CHOICES[kind])}."
            issues.append(Issue("unknown_repair", pointer("repairs", kind), detail))
    if issues:
        raise ForecastError("There is no such repair.", issues)
