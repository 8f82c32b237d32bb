"""Scenarios: plans as files, each said by what is different from the first of them.

A file is ``{"schema": "callboard/1", "scenario": {...}}``; `docs/simulation.md` describes the
fields. File names in it are relative to it. What a scenario does not say is as in the baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from optimizer.codec import decode
from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model import RoutingRule
from optimizer.model.record import Record
from optimizer.simulation import RULES

__all__ = ["Scenario", "ScenarioStaff", "Sites", "read_scenarios"]


class ScenarioStaff(StrEnum):
    """Whose shifts are worked."""

    ALL = "all"
    CORE = "core"


class Sites(StrEnum):
    """Whether all sites answer together, or each its own share of the contacts."""

    POOLED = "pooled"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True)
class Scenario(Record):
    """A plan; what is None is as in the baseline.

    Parameters
    ----------
    organisation, roster, forecast
        Files; a forecast may be a folder.
    adjustments
        File of what-if adjustments of the forecast.
    pilot_site
        The adjustments hold for this site alone; sites are separate then.
    rule
        Name of a routing rule, file with one, or the rule itself.
    staff
        ``core`` leaves out the shifts of elastic staff.
    sites, site_shares
        ``separate`` gives every site its share of the contacts, by default by its agents.
    absence, adherence_seconds, busyness
        As in `optimizer.simulation.Settings`.
    flow_factors
        Multiplies the share of flows: ``source>target`` to factor.
    business_hours
        Whether clocks of tickets run only while voice or chat is open.
    """

    name: str
    organisation: str | None = None
    roster: str | None = None
    forecast: str | None = None
    adjustments: str | None = None
    pilot_site: str | None = None
    rule: str | RoutingRule | None = None
    staff: ScenarioStaff | None = None
    sites: Sites | None = None
    site_shares: dict[str, float] | None = None
    absence: float | None = None
    adherence_seconds: float | None = None
    busyness: float | None = None
    flow_factors: dict[str, float] | None = None
    business_hours: bool | None = None


@dataclass(frozen=True, slots=True)
class _Document(Record):
    schema: Literal["callboard/1"]
    scenario: Scenario


_NEEDED = ("organisation", "roster", "forecast")
_FILES = (*_NEEDED, "adjustments")


def read_scenarios(files: Sequence[Path]) -> list[Scenario]:
    """Read scenarios; the later ones are completed from the first.

    Raises
    ------
    InvalidInput
        If a file cannot be read, the first does not name what all need, or a name stands twice;
        every problem is listed with its file.
    """
    issues: list[Issue] = []
    read: list[Scenario] = []
    named: dict[str, Path] = {}
    for place, file in enumerate(files):
        try:
            scenario = decode(_Document, file.read_bytes()).scenario
        except OSError as error:
            issues.append(Issue("unreadable_file", "", f"{file}: {error.strerror}."))
            continue
        except InvalidInput as error:
            issues += [replace(issue, detail=f"{file}: {issue.detail}") for issue in error.issues]
            continue
        for field in _NEEDED if place == 0 else ():
            if getattr(scenario, field) is None:
                detail = f"{file}: the first scenario needs {field!r}."
                issues.append(Issue("missing_field", f"/scenario/{field}", detail))
        if scenario.name in named:
            detail = f"{file}: {named[scenario.name]} has the name {scenario.name!r}, too."
            issues.append(Issue("duplicate_id", "/scenario/name", detail))
        named.setdefault(scenario.name, file)
        read.append(_from_here(scenario, file.parent))
    raise_errors("The scenarios cannot be read.", issues)
    return [_completed(scenario, read[0]) for scenario in read]


def _from_here(scenario: Scenario, folder: Path) -> Scenario:
    """Return a scenario whose file names do not depend on where it stands."""
    here: dict[str, Any] = {
        name: str(folder / file) for name in _FILES if (file := getattr(scenario, name)) is not None
    }
    if isinstance(scenario.rule, str) and scenario.rule not in RULES:
        here["rule"] = str(folder / scenario.rule)
    return replace(scenario, **here)


def _completed(scenario: Scenario, base: Scenario) -> Scenario:
    """Fill in what a scenario does not say; a forecast of its own has no adjustments of others."""
    own = {"adjustments", "pilot_site"} if scenario.forecast is not None else set()
    return replace(
        scenario,
        **{
            each.name: getattr(base, each.name)
            for each in fields(Scenario)
            if getattr(scenario, each.name) is None and each.name not in own
        },
    )
