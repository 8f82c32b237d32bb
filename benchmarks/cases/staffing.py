"""`callboard bench staffing`: Erlang B, C and A beside published and 30-digit reference values."""

from __future__ import annotations

import csv
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from api.cli.output import console, emit_json, json_option
from benchmarks.registry import machine
from optimizer.errors import InvalidInput, Issue, raise_errors

__all__ = ["compare", "read_reference", "staffing"]

Inputs = Mapping[str, str]

COLUMNS = ("model", "inputs", "output_name", "output_value", "source")
NOT_COVERED = {
    "chat_balanced": "handling time per level of concurrency is not modelled yet",
    "mmn_nonpreemptive_priority": "priorities are not modelled yet",
    "garnett": "a heavy-traffic limit; the exact Erlang A is used instead",
    "halfin_whitt": "a heavy-traffic limit; the exact Erlang C is used instead",
    "offered_load_sin": "staffing to a time-varying offered load is not built yet",
    "time_varying_staffing": "staffing to a time-varying offered load is not built yet",
    "async_deadline_staffing": "the least constant staff over all windows is not built yet",
    "deferred_fill": "deferred work in the idle time of others is not built yet",
    "capacity_plan": "capacity plans over weeks are not built yet",
    "email_productivity": "a benchmark of practice, nothing to compute",
    "sim_MMCAb": "simulated: see `callboard bench simulation`",
    "sim_SimpleMSK": "simulated: see `callboard bench simulation`",
    "sim_singleQueue": "simulated: see `callboard bench simulation`",
}


@dataclass(slots=True)
class Tally:
    """How one model compares.

    Parameters
    ----------
    rows_covered
        Rows with an exact value; the errors are theirs.
    printed, printed_agreeing
        Rows known to their printed digits only, and how many agree to the last of them.
    """

    rows_covered: int = 0
    printed: int = 0
    printed_agreeing: int = 0
    max_absolute_error: float = 0.0
    max_relative_error: float = 0.0

    def add(self, ours: float, expected: float, printed_digits: int | None) -> None:
        """Compare a value with one that is exact or, else, known to so many decimals."""
        error = abs(ours - expected)
        if printed_digits is not None:
            # Sixteen printed digits are more than a double holds through a computation.
            close = max(0.5 * 10.0**-printed_digits, 1e-12 * abs(expected))
            self.printed += 1
            self.printed_agreeing += error <= close
            return
        self.rows_covered += 1
        self.max_absolute_error = max(self.max_absolute_error, error)
        relative = error / abs(expected) if expected else error
        self.max_relative_error = max(self.max_relative_error, relative)

    def as_dict(self) -> dict[str, Any]:
        """Return the tally by its names."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Comparison:
    """Everything that came of a reference file, whose `rows` are all counted."""

    rows: int = 0
    total: Tally = field(default_factory=Tally)
    models: dict[str, Tally] = field(default_factory=dict)
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
        model, output = row["model"], row["output_name"]
        result.rows += 1
        if row["source"].startswith("DO NOT USE"):
            result.excluded.append({name: row[name] for name in COLUMNS})
            continue
        evaluate = MODELS.get(model)
        if evaluate is None:
            reason = NOT_COVERED.get(model, "there is no such model here")
            result.not_covered[model, output, reason] += 1
            continue
        try:
            expected = float(row["output_value"])
            if not math.isfinite(expected):
                raise ValueError(f"{row['output_value']!r} is not a finite number")
            ours = evaluate(_inputs(row["inputs"])).get(output)
        except KeyError as error:
            issues.append(Issue("missing_input", f"/rows/{number}", f"{error} is not given."))
            continue
        except (ValueError, InvalidInput) as error:
            issues.append(Issue("bad_row", f"/rows/{number}", f"{model}: {error}"))
            continue
        if ours is None:
            result.not_covered[model, output, "the model has no such figure"] += 1
            continue
        if not math.isfinite(ours):
            result.not_covered[model, output, "the queue has no steady state"] += 1
            continue
        for tally in (result.models.setdefault(model, Tally()), result.total):
            tally.add(ours, expected, _printed_digits(row))
    raise_errors("The reference values cannot be used.", issues)
    return result


def _printed_digits(row: Mapping[str, str]) -> int | None:
    """Return the decimals of a value that was only printed somewhere, or None if it is exact."""
    if not (row["source"].startswith("printed") or " prints " in row["source"]):
        return None
    return len(row["output_value"].partition(".")[2])


def _inputs(text: str) -> Inputs:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name: value for name, _, value in pairs}


def _erlang_b(given: Inputs) -> dict[str, float]:
    from optimizer.staffing import blocking_probability

    return {"P_block": float(blocking_probability(float(given["N"]), float(given["A"])))}


def _queue(given: Inputs) -> dict[str, float]:
    """Return the figures of Erlang C, or of Erlang A where patience is given."""
    from optimizer.model import Denominator, ServiceGoal
    from optimizer.staffing import least_agents, performance, scheduled_agents

    # A bare load in erlang is as many contacts of unit length per unit of time.
    offered = float(given.get("contacts", given.get("A", "nan")))
    aht_s, interval_s = float(given.get("aht_s", 1)), float(given.get("interval_s", 1))
    within_s = float(given.get("T_s", 0))
    figures = performance(
        float(given["N"]),
        offered,
        aht_s,
        interval_s,
        patience_s=float(given.get("patience_s", math.inf)),
        within_s=within_s,
    )
    # The inputs of the printed example stand in its source: 80 % and occupancy 0.85 at most.
    example = ServiceGoal(0.8, within_s, max_occupancy=0.85)
    positions = least_agents(example, offered, aht_s, interval_s)
    level = {d: float(figures.service_level(d)) for d in Denominator}
    return {
        "offered_load_erl": float(figures.load),
        "P_wait": float(figures.waiting),
        "pw": float(figures.waiting),
        "pab": float(figures.abandonment),
        "ab_within_T": float(figures.abandonment_within),
        "ew_all": float(figures.mean_wait_s),
        "ew_served": float(figures.mean_answer_s),
        "ASA_s": float(figures.mean_answer_s),
        "lq": float(figures.mean_queue),
        "mean_queue": float(figures.mean_queue),
        "occ": float(figures.occupancy),
        "occupancy": float(figures.occupancy),
        "SL": level[Denominator.OFFERED],
        "sl_offered": level[Denominator.OFFERED],
        "sl_virtual": level[Denominator.VIRTUAL],
        "sl_answered": level[Denominator.ANSWERED],
        "sl_excl_shortab": level[Denominator.EXCLUDING_SHORT_ABANDONS],
        "raw_positions": float(positions),
        "positions_with_30pct_shrinkage": float(scheduled_agents(positions, 0.3)),
    }


def _required(given: Inputs) -> dict[str, float]:
    from optimizer.model import Denominator, ServiceGoal
    from optimizer.staffing import least_agents

    patience = given.get("patience_s")
    goal = ServiceGoal(
        float(given["target"]),
        float(given["T_s"]),
        Denominator(given.get("SL_def", "sl_offered").removeprefix("sl_")),
        max_occupancy=1.0,
    )
    agents = least_agents(
        goal,
        float(given["contacts"]),
        float(given["aht_s"]),
        float(given["interval_s"]),
        patience_seconds=None if patience is None else float(patience),
    )
    return {"N_min": float(agents)}


def _shrinkage(given: Inputs) -> dict[str, float]:
    from optimizer.staffing import scheduled_agents

    scheduled = scheduled_agents(float(given["N"]), float(given["shrinkage"]))
    return {"scheduled=ceil(N/(1-s))": float(scheduled)}


MODELS: Mapping[str, Callable[[Inputs], dict[str, float]]] = {
    "erlang_b": _erlang_b,
    "erlang_c": _queue,
    "erlang_a": _queue,
    "erlang_c_required": _required,
    "erlang_a_required": _required,
    "shrinkage": _shrinkage,
}


def _week_of_groups(groups: int, seed: int) -> dict[str, Any]:
    """Time the staffing of a generated week, half of the groups with patience."""
    import numpy as np

    from optimizer.model import ServiceGoal
    from optimizer.staffing import least_agents

    offered = np.random.default_rng(seed).gamma(2.0, 60.0, (groups, 7 * 48))
    goal = ServiceGoal(0.8, 20.0, max_occupancy=0.9)
    least_agents(goal, offered[0], 300.0, 1800.0)  # compiles, or loads what was compiled
    started = time.perf_counter()
    agents = [
        least_agents(goal, row, 300.0, 1800.0, patience_seconds=300.0 if g % 2 else None)
        for g, row in enumerate(offered)
    ]
    seconds = time.perf_counter() - started
    return {"intervals": offered.size, "mean_agents": float(np.mean(agents)), "seconds": seconds}


@click.command()
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    default=lambda: (
        Path(os.environ.get("CALLBOARD_DATA", "../shared/data")) / "staffing/reference_values.csv"
    ),
    show_default="staffing/reference_values.csv in CALLBOARD_DATA",
    help="CSV with model, inputs, output_name, output_value, source.",
)
@json_option
def staffing(reference: Path, as_json: bool) -> None:
    """Compare the staffing models with reference values, row by row.

    Exact rows give the errors; rows that were only printed are compared to their last digit and
    counted apart; rows that no model covers are named with the reason. A generated week of 100
    groups is staffed for the time it takes.

    \b
    Example:
      callboard bench staffing --reference reference_values.csv --json
    """
    comparison = compare(read_reference(reference))
    week = _week_of_groups(100, seed=1)
    if as_json:
        emit_json(
            {
                **comparison.as_dict(),
                "week_of_100_groups": week,
                "machine": machine("numpy", "numba"),
            }
        )
        return
    table = Table("model", "exact rows", "largest relative error", "printed rows that agree")
    for name, tally in [*comparison.models.items(), ("all", comparison.total)]:
        table.add_row(
            name,
            str(tally.rows_covered),
            f"{tally.max_relative_error:.1e}",
            f"{tally.printed_agreeing} of {tally.printed}",
        )
    console.print(table)
    left_out = sum(comparison.not_covered.values())
    console.print(f"{left_out} rows are not covered; --json names them and says why.")
    console.print(f"{week['intervals']} intervals staffed in {week['seconds']:.2f} s.")
