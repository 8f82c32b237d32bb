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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.errors import InvalidInput, Issue
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.scenario import Scenario

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
    """

    mean: float
    low: float | None
    high: float | None
    rounding: float

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
    """Return the figures of one day: counts, and ratios as numerator and denominator."""
    scenario = published.scenario
    contacts = scenario.draw(seed, day)
    to_the_end, in_time = scenario.play(contacts), scenario.play(contacts, scenario.length_s)
    answered, wait = to_the_end.answered, to_the_end.wait
    period = (contacts.arrival // scenario.period_s).astype(np.int64)
    types, periods = scenario.offered.shape
    pool = scenario.staff().pool

    result: dict[str, float | tuple[float, float]] = {
        "served": answered.sum(),
        "abandoned": to_the_end.abandoned.sum(),
        "ASA_min": (wait[answered].sum() / 60, answered.sum()),
        "occupancy": (in_time.busy_s.sum(), in_time.staffed_s.sum()),
    }
    for group in range(len(scenario.agents)):
        busy, staffed = to_the_end.busy_s[pool == group], to_the_end.staffed_s[pool == group]
        result[f"occupancy_group{group}"] = (busy.sum(), staffed.sum())

    for acceptable in published.acceptable_s:
        good = answered & (wait < acceptable)
        counted = answered | (to_the_end.abandoned & (wait >= acceptable))
        result[f"SL{acceptable:.0f}_all"] = (good.sum(), counted.sum())
        for hour in range(periods):
            then = period == hour
            key = f"SL{acceptable:.0f}_h{FIRST_HOUR + hour}"
            result[key] = ((good & then).sum(), (counted & then).sum())
    good = answered & (wait < published.acceptable_s[0])
    counted = answered | (to_the_end.abandoned & (wait >= published.acceptable_s[0]))
    result["contacts_in_target"] = good.sum()
    result["SL=good/served"] = (good.sum(), answered.sum())
    result["SL=good/(served+abandoned>=AWT)"] = (good.sum(), counted.sum())
    by_cell = np.bincount(contacts.line * periods + period, good, types * periods)
    for cell, count in enumerate(by_cell.tolist()):
        result[f"good_type{cell // periods}_p{cell % periods}"] = count
    return result


def read_printed(path: Path, name: str) -> dict[str, Printed]:
    """Read the printed figures of a scenario from a file of reference values, if there is one."""
    found = dict(_MMC) if name == "MMC" else {}
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["model"] == f"sim_{name}" and row["source"].startswith("printed"):
                    found[row["output_name"]] = row["output_value"]
    parsed = {figure: _FIGURE.fullmatch(text) for figure, text in found.items()}
    return {figure: _printed(match) for figure, match in parsed.items() if match}


def _printed(match: re.Match[str]) -> Printed:
    scale = 0.01 if match[2] else 1.0
    digits = len(match[1].partition(".")[2])
    low, high = (scale * float(text) if text else None for text in match.groups()[2:])
    return Printed(scale * float(match[1]), low, high, scale * 0.5 * 10.0**-digits)


def _invalid(code: str, pointer: str, detail: str) -> InvalidInput:
    return InvalidInput("The scenario cannot be used.", [Issue(code, pointer, detail)])
