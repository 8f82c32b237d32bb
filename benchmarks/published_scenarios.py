"""Published simulations of contact centres: their parameters, what was printed, and ours.

A file holds scenarios by name, each in one of three shapes that its keys tell apart:

* ``lam, mu, N, horizon``: one type, one group of agents, one period; ``patience_rate`` is
  optional, and ``extends`` names a scenario whose other values hold;
* ``lam`` [types][periods], ``mu`` and ``nu`` by period, ``agents`` [groups][periods], ``period``,
  ``type_to_group`` (choices in order), and ``busyness`` with the words ``Gamma(a,a)``;
* ``arrivals_per_h`` and ``agents`` by period, ``period``, ``service_mean``, ``patience_mean``
  and ``balk``.

Rates and times are in the ``unit`` of the scenario, ``min`` or ``s``; so is ``AWT``, the
acceptable wait or a list of them.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.errors import InvalidInput, Issue
from optimizer.simulation.engine import Run
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.scenario import Scenario
from optimizer.simulation.system import Floats
from optimizer.simulation.traffic import Draws

__all__ = ["Printed", "Published", "figures", "read_printed", "read_published"]

FIRST_HOUR = 8
"""Clock hour of the first period in the names of hourly figures."""

_MMC = {  # umontreal-simul/contactcenters, doc/examples/MMC.res; in no reference file
    "contacts_in_target": "1816.158 [1812.618,1819.698]",
    "SL=good/served": "0.902 [0.900,0.904]",
    "ASA_min": "0.099 [0.097,0.102]",
    "occupancy": "0.695 [0.694,0.697]",
}
_FIGURE = re.compile(r"([\d.]+)(%?)(?: \[([\d.]+),([\d.]+)\])?")
_DAYS = re.compile(r"(\d+) (?:reps|days)")


@dataclass(frozen=True, slots=True)
class Published:
    """A scenario and the acceptable waits that its figures count by, in seconds."""

    scenario: Scenario
    acceptable_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed figure.

    Parameters
    ----------
    low, high
        Its 95 % interval; None if none was printed.
    rounding
        Half a unit of the last digit.
    days
        Days that it is the mean of; None if that was not printed.
    """

    mean: float
    low: float | None
    high: float | None
    rounding: float
    days: int | None = None

    def holds(self, ours: Estimate) -> bool | None:
        """Tell whether our mean is in the printed interval; None if one of them is missing."""
        if self.low is None or self.high is None or ours.mean is None:
            return None
        return self.low - self.rounding <= ours.mean <= self.high + self.rounding

    def meets(self, ours: Estimate) -> bool | None:
        """Tell whether both intervals overlap; None if one of them is missing."""
        if self.low is None or self.high is None or ours.low is None or ours.high is None:
            return None
        return ours.low <= self.high + self.rounding and self.low - self.rounding <= ours.high

    def is_held_by(self, ours: Estimate) -> bool | None:
        """Tell whether our interval holds the printed mean; None if there is none of ours."""
        if ours.low is None or ours.high is None:
            return None
        return ours.low - self.rounding <= self.mean <= ours.high + self.rounding

    def is_near(self, ours: Estimate, days: int) -> bool | None:
        """Tell whether the printed mean differs from ours by what two such samples may.

        It is for figures without an interval: their noise is ours, of so many days as they had.
        The difference of two means has 95 % of its mass within our half-width times
        ``sqrt(1 + days / their days)``.

        Parameters
        ----------
        days
            Of our own mean.
        """
        if self.days is None or ours.mean is None or ours.high is None:
            return None
        half = (ours.high - ours.mean) * math.sqrt(1.0 + days / self.days)
        return abs(self.mean - ours.mean) <= half + self.rounding


def read_published(path: Path, name: str) -> Published:
    """Read one scenario of a file.

    Raises
    ------
    InvalidInput
        If the file cannot be read, has no such scenario, or its values make none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _invalid("unreadable_file", "", f"{path}: {error}") from None
    names = [key for key, value in document.items() if isinstance(value, dict)]
    if name not in names:
        raise _invalid("unknown_scenario", f"/{name}", f"There are {', '.join(names)}.")
    values = document[name]
    if "extends" in values:
        values = document.get(values["extends"], {}) | values
    try:
        return _published(values)
    except KeyError as error:
        raise _invalid("missing_field", f"/{name}", f"There is no {error}.") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise _invalid("wrong_type", f"/{name}", f"{error}.") from None


def _published(values: Mapping[str, Any]) -> Published:
    unit = {"s": 1.0, "min": 60.0}[values["unit"]]
    if "arrivals_per_h" in values:
        scenario = _one_queue(values, unit)
    elif "period" in values:
        scenario = _several_types(values, unit)
    else:
        scenario = _one_period(values, unit)
    acceptable = np.atleast_1d(np.array(values["AWT"], float)) * unit
    return Published(scenario, tuple(acceptable.tolist()))


def _one_period(values: Mapping[str, Any], unit: float) -> Scenario:
    patience = 1 / values["patience_rate"] if "patience_rate" in values else math.inf
    return Scenario(
        period_s=values["horizon"] * unit,
        offered=np.array([values["lam"]], float) * values["horizon"],
        handling_s=np.array([[unit / values["mu"]]]),
        patience_s=np.array([[unit * patience]]),
        agents=np.array([[values["N"]]], np.int64),
        choice=np.zeros((1, 1)),
    )


def _several_types(values: Mapping[str, Any], unit: float) -> Scenario:
    rates = np.array(values["lam"], float)
    agents = np.array(values["agents"], np.int64)
    choice = np.full((len(rates), len(agents)), np.nan)
    for row, groups in enumerate(values["type_to_group"]):
        choice[row, groups] = np.arange(len(groups))
    gamma = re.search(r"Gamma\(([\d.]+), ?\1\)", values["busyness"])
    if gamma is None:
        raise ValueError(f"the busyness {values['busyness']!r} names no Gamma(a,a)")
    return Scenario(
        period_s=values["period"] * unit,
        offered=rates * values["period"],
        handling_s=np.broadcast_to(unit / np.array(values["mu"], float), rates.shape),
        patience_s=np.broadcast_to(unit / np.array(values["nu"], float), rates.shape),
        agents=agents,
        choice=choice,
        busyness=float(gamma[1]),
    )


def _one_queue(values: Mapping[str, Any], unit: float) -> Scenario:
    per_hour = np.array([values["arrivals_per_h"]], float)
    period_s = values["period"] * unit
    return Scenario(
        period_s=period_s,
        offered=per_hour * period_s / 3600,
        handling_s=np.full_like(per_hour, values["service_mean"] * unit),
        patience_s=np.full_like(per_hour, values["patience_mean"] * unit),
        agents=np.array([values["agents"]], np.int64),
        choice=np.zeros((1, 1)),
        balking=float(values["balk"]),
    )


def figures(published: Published, days: int, seed: int) -> dict[str, Estimate]:
    """Simulate days and return every figure by the name it has where such figures are printed."""
    rows = [_day(published, seed, day) for day in range(days)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {
        name: Estimate.of_ratio(values[:, 0], values[:, 1])
        if values.ndim == 2
        else Estimate.of_mean(values)
        for name, values in columns.items()
    }


def _day(published: Published, seed: int, day: int) -> dict[str, float | tuple[float, float]]:
    """Return the figures of one day: counts, and ratios as numerator and denominator.

    The same customers are played once for each acceptable wait, and once to the end of the last
    period: occupancy is that of the opening hours.
    """
    draws = Draws(seed, day)
    runs = {
        acceptable: replace(published.scenario, within_s=acceptable).run(draws)
        for acceptable in published.acceptable_s
    }
    first = runs[published.acceptable_s[0]]
    in_time = published.scenario.run(draws, published.scenario.length_s)
    counts = first.counts
    pool = published.scenario.staff().pool
    groups = len(published.scenario.agents)
    busy, staffed = (np.bincount(pool, s, groups) for s in (first.busy_s, first.staffed_s))

    answered = counts["answered"].sum()
    result: dict[str, float | tuple[float, float]] = {
        "served": answered,
        "abandoned": counts["abandoned"].sum(),
        "ASA_min": (counts["waited"].sum() / 60, answered),
        "occupancy": (in_time.busy_s.sum(), in_time.staffed_s.sum()),
    }
    for group in range(groups):
        result[f"occupancy_group{group}"] = (busy[group], staffed[group])
    for acceptable, run in runs.items():
        name, good, counted = f"SL{acceptable:.0f}", run.counts["good"], _counted(run)
        result[f"{name}_all"] = (good.sum(), counted.sum())
        for hour, of_hour in enumerate(zip(good.sum(axis=0), counted.sum(axis=0), strict=True)):
            result[f"{name}_h{FIRST_HOUR + hour}"] = of_hour
    good = counts["good"]
    result["contacts_in_target"] = good.sum()
    result["SL=good/served"] = (good.sum(), answered)
    result["SL=good/(served+abandoned>=AWT)"] = (good.sum(), _counted(first).sum())
    for (row, period), count in np.ndenumerate(good):
        result[f"good_type{row}_p{period}"] = count
    return result


def _counted(run: Run) -> Floats:
    """Return the contacts that a service level counts: all but those who gave up in time."""
    counted: Floats = run.counts["answered"] + run.counts["abandoned"] - run.counts["short"]
    return counted


def read_printed(path: Path, name: str) -> dict[str, Printed]:
    """Read the printed figures of a scenario from a file of reference values, if there is one."""
    found = {figure: (text, "") for figure, text in (_MMC if name == "MMC" else {}).items()}
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["model"] == f"sim_{name}" and row["source"].startswith("printed"):
                    found[row["output_name"]] = row["output_value"], row["inputs"]
    parsed = {
        figure: (_FIGURE.fullmatch(text), _DAYS.search(inputs))
        for figure, (text, inputs) in found.items()
    }
    return {figure: _printed(match, days) for figure, (match, days) in parsed.items() if match}


def _printed(match: re.Match[str], days: re.Match[str] | None) -> Printed:
    scale = 0.01 if match[2] else 1.0
    digits = len(match[1].partition(".")[2])
    low, high = (scale * float(text) if text else None for text in match.groups()[2:])
    return Printed(
        mean=scale * float(match[1]),
        low=low,
        high=high,
        rounding=scale * 0.5 * 10.0**-digits,
        days=int(days[1]) if days else None,
    )


def _invalid(code: str, pointer: str, detail: str) -> InvalidInput:
    return InvalidInput("The scenario cannot be used.", [Issue(code, pointer, detail)])
