"""Reference values row by row: what is exact, what was only printed, and what is left out."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.staffing.models import MODELS, Inputs
from optimizer.errors import InvalidInput, Issue, raise_errors

__all__ = ["SIMULATED", "Comparison", "Tally", "compare", "read_reference"]

COLUMNS = ("model", "inputs", "output_name", "output_value", "source")
SIMULATED = "sim_"
"""How the names of models begin whose printed values are means of simulations."""

NOT_COVERED = {
    "email_productivity": "a benchmark of practice, nothing to compute",
}
ROUNDED = frozenset({"async_deadline_staffing"})
"""Models whose computed values stand in the file with a few decimals only (7/3 as 2.3333)."""


@dataclass(slots=True)
class Tally:
    """How one model compares.

    Parameters
    ----------
    rows_covered
        Rows with an exact value; the errors are theirs.
    printed, printed_agreeing
        Rows known to their printed digits only, and how many agree to the last of them.
    stepped, stepped_agreeing, max_stepped_error
        Rows solved numerically in steps of time, how many agree within the error of a method of
        second order, and the greatest relative error among them.
    """

    rows_covered: int = 0
    printed: int = 0
    printed_agreeing: int = 0
    stepped: int = 0
    stepped_agreeing: int = 0
    max_absolute_error: float = 0.0
    max_relative_error: float = 0.0
    max_stepped_error: float = 0.0

    def add(self, ours: tuple[float, ...], value: Value) -> None:
        """Compare what we have with the numbers of one row."""
        errors = [abs(own - known) for own, known in zip(ours, value.numbers, strict=True)]
        if value.step is not None:
            worst = max(e / abs(known) for e, known in zip(errors, value.numbers, strict=True))
            self.stepped += 1
            self.stepped_agreeing += worst <= value.step**2
            self.max_stepped_error = max(self.max_stepped_error, worst)
            return
        if value.rounding is not None:
            # Sixteen printed digits are more than a double holds through a computation.
            close = [max(value.rounding, 1e-12 * abs(known)) for known in value.numbers]
            self.printed += 1
            self.printed_agreeing += all(e <= c for e, c in zip(errors, close, strict=True))
            return
        self.rows_covered += 1
        for error, known in zip(errors, value.numbers, strict=True):
            self.max_absolute_error = max(self.max_absolute_error, error)
            relative = error / abs(known) if known else error
            self.max_relative_error = max(self.max_relative_error, relative)

    def as_dict(self) -> dict[str, Any]:
        """Return the tally by its names."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Value:
    """The numbers of one row: one, or the two ends of a range.

    Parameters
    ----------
    rounding
        Half a unit of the last digit of a value that was only printed; None for others.
    step
        Step of time, in handling times, of a value that was solved numerically by a method whose
        error goes with the square of the step; None for others.
    """

    numbers: tuple[float, ...]
    rounding: float | None = None
    step: float | None = None

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Value:
        """Read ``0.83``, ``98..128`` or ``up to 10%``.

        Raises
        ------
        ValueError
            If it is none of these, or not finite.
        """
        text = row["output_value"].removeprefix("up to ")
        unit = 0.01 if text.endswith("%") else 1.0
        parts = text.removesuffix("%").split("..")
        numbers = tuple(unit * float(part) for part in parts)
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"{row['output_value']!r} is not a finite number")
        printed = row["source"].startswith("printed") or " prints " in row["source"]
        if printed or row["model"] in ROUNDED:
            return cls(numbers, rounding=unit * 0.5 * 10.0 ** -len(parts[0].partition(".")[2]))
        stepped = re.search(r"\bdt=([\d.]+\d)", row["source"])
        return cls(numbers, step=float(stepped[1]) if stepped else None)


@dataclass(slots=True)
class Comparison:
    """Everything that came of a reference file, whose `rows` are all counted.

    Parameters
    ----------
    simulated
        Rows with printed results of simulations, by the name of the scenario.
    """

    rows: int = 0
    total: Tally = field(default_factory=Tally)
    models: dict[str, Tally] = field(default_factory=dict)
    simulated: Counter[str] = field(default_factory=Counter)
    not_covered: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    excluded: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the overall figures, per model, and the rows left out with the reason."""
        return {
            "rows": self.rows,
            **self.total.as_dict(),
            "models": {name: tally.as_dict() for name, tally in self.models.items()},
            "not_covered": [
                {"model": model, "output": output, "rows": count, "reason": reason}
                for (model, output, reason), count in self.not_covered.items()
            ],
            "excluded": self.excluded,
        }


def read_reference(path: Path) -> list[dict[str, str]]:
    """Read the rows ``model, inputs, output_name, output_value, source``.

    Raises
    ------
    InvalidInput
        If the file cannot be read or lacks a column.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file, restval="")
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        issue = Issue("unreadable_file", "", f"{path}: {error}.")
        raise InvalidInput("The reference values cannot be read.", [issue]) from None
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    issues = [Issue("missing_column", f"/{c}", f"There is no column {c!r}.") for c in missing]
    raise_errors("The reference values lack columns.", issues)
    return rows


def compare(rows: Iterable[Mapping[str, str]]) -> Comparison:
    """Compare every row that a model of ours covers; name the others.

    Raises
    ------
    InvalidInput
        If rows cannot be understood; every one is listed.
    """
    result = Comparison()
    issues = []
    for number, row in enumerate(rows):
        result.rows += 1
        if row["source"].startswith("DO NOT USE"):
            result.excluded.append({name: row[name] for name in COLUMNS})
        elif row["model"].startswith(SIMULATED):
            _count_simulated(result, row)
        elif row["model"] not in MODELS:
            reason = NOT_COVERED.get(row["model"], "there is no such model here")
            result.not_covered[row["model"], row["output_name"], reason] += 1
        else:
            try:
                _compare_row(result, row)
            except KeyError as error:
                detail = f"{error} is not given."
                issues.append(Issue("missing_input", f"/rows/{number}", detail))
            except (ValueError, InvalidInput) as error:
                detail = f"{row['model']}: {error}"
                issues.append(Issue("bad_row", f"/rows/{number}", detail))
    raise_errors("The reference values cannot be used.", issues)
    return result


def _count_simulated(result: Comparison, row: Mapping[str, str]) -> None:
    if row["source"].startswith("printed"):
        result.simulated[row["model"].removeprefix(SIMULATED)] += 1
    else:
        reason = "a simulation of ours, told in words; the printed rows are what counts"
        result.not_covered[row["model"], row["output_name"], reason] += 1


def _compare_row(result: Comparison, row: Mapping[str, str]) -> None:
    model, output = row["model"], row["output_name"]
    value = Value.of(row)
    ours = MODELS[model](_inputs(row["inputs"])).get(output)
    if ours is None:
        result.not_covered[model, output, "the model has no such figure"] += 1
        return
    own = ours if isinstance(ours, tuple) else (ours,)
    if not all(map(math.isfinite, own)):
        result.not_covered[model, output, "the queue has no steady state"] += 1
        return
    for tally in (result.models.setdefault(model, Tally()), result.total):
        tally.add(own, value)


def _inputs(text: str) -> Inputs:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name: value for name, _, value in pairs}
