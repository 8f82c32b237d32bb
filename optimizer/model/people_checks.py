"""Checks of agents: skills, availability, wishes, absences, rotations and what they carry in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from optimizer.model.contract_checks import check_limits
from optimizer.model.contracts import Contract
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.people import (
    Agent,
    History,
    Request,
    Rotation,
)
from optimizer.model.services import HIGHEST_LEVEL

__all__ = ["Known", "check_agent"]

_ENTRIES = frozenset({"on", "off", "any"})


@dataclass(frozen=True, slots=True)
class Known:
    """What an agent may refer to, by identifier."""

    contracts: Mapping[str, Contract]
    skills: Collection[str]
    sites: Collection[str]
    channels: Collection[str]
    templates: Collection[str]


def check_agent(found: Findings, agent: Agent, known: Known) -> None:
    """Report what is wrong with an agent."""
    if not agent.contract:
        found.at("contract").error("no_contract", f"Agent {agent.id!r} has no contract.")
    else:
        found.known("contract", agent.contract, known.contracts, "contract")
    found.known("site", agent.site, known.sites, "site")
    for skill, level in agent.skills.items():
        found.at("skills").known(skill, skill, known.skills, "skill")
        found.at("skills").within(skill, level, 1, HIGHEST_LEVEL)
    for i, channel in enumerate(agent.channels or ()):
        found.at("channels").known(str(i), channel, known.channels, "channel")
    for i, window in enumerate(agent.availability):
        here = found.at("availability", i)
        here.ordered("end_minute", window.start_minute, window.end_minute)
        here.within("start_minute", window.start_minute, 0, MINUTES_PER_DAY)
        here.within("end_minute", window.end_minute, 0, 2 * MINUTES_PER_DAY)
        for j, weekday in enumerate(window.weekdays):
            here.at("weekdays").within(str(j), weekday, 0, 6)
    contract = known.contracts.get(agent.contract)
    for i, request in enumerate(agent.requests):
        _check_request(found.at("requests", i), request, contract, known.templates)
    for i, absence in enumerate(agent.absences):
        here = found.at("absences", i)
        here.aware("start", absence.start)
        here.aware("end", absence.end)
        if absence.start.tzinfo and absence.end.tzinfo and absence.end <= absence.start:
            here.at("end").error("empty_absence", "The absence ends before it begins.")
    if agent.rotation is not None:
        _check_rotation(found.at("rotation"), agent.rotation, contract, known.templates)
    if agent.limits is not None:
        check_limits(found.at("limits"), agent.limits, known.templates)
    _check_history(found.at("history"), agent.history, known.templates)
    found.within("authority", agent.authority, 0)


def _check_request(
    found: Findings, request: Request, contract: Contract | None, templates: Collection[str]
) -> None:
    found.within("weight", request.weight, 0, open_low=True)
    found.within("earliest_start", request.earliest_start, 0, MINUTES_PER_DAY)
    found.within("latest_start", request.latest_start, 0, MINUTES_PER_DAY)
    found.ordered("latest_start", request.earliest_start, request.latest_start)
    found.known("template", request.template, templates, "template")
    if (
        contract is not None
        and request.template in templates
        and request.template not in contract.templates
    ):
        found.at("template").information(
            "template_not_in_contract",
            f"Contract {contract.id!r} has no template {request.template!r}, so the wish "
            + ("cannot be granted." if request.kind.wanted else "is granted in any case."),
        )


def _check_rotation(
    found: Findings, rotation: Rotation, contract: Contract | None, templates: Collection[str]
) -> None:
    if not rotation.cycle:
        found.at("cycle").error("empty_rotation", "The rotation has no entry.")
    for i, entry in enumerate(rotation.cycle):
        if entry in _ENTRIES:
            continue
        if entry not in templates:
            found.at("cycle", i).error(
                "unknown_rotation_entry",
                f"{entry!r} is neither on, off, any nor a template.",
            )
        elif contract is not None and entry not in contract.templates:
            found.at("cycle", i).error(
                "template_not_in_contract",
                f"Contract {contract.id!r} has no template {entry!r}.",
            )


def _check_history(found: Findings, history: History, templates: Collection[str]) -> None:
    found.aware("last_shift_end", history.last_shift_end)
    for name in (
        "days_worked", "days_off", "minutes_this_week", "shifts_this_week",
        "weekends", "late_shifts", "requests_denied",
    ):  # fmt: skip
        found.within(name, getattr(history, name), 0)
    starts = history.earliest_start_this_week, history.latest_start_this_week
    for name in ("earliest_start_this_week", "latest_start_this_week"):
        found.within(name, getattr(history, name), 0, MINUTES_PER_DAY)
    found.known("last_template", history.last_template, templates, "template")
    if None not in starts:
        found.ordered("latest_start_this_week", starts[0] or 0, starts[1])
    if history.days_off > 0:
        # The day before the period was free, and cannot have been worked as well.
        for name, worked in (
            ("days_worked", history.days_worked > 0),
            ("last_template", history.last_template is not None),
            ("worked_saturday", history.worked_saturday),
        ):
            if worked:
                found.at(name).error(
                    "contradictory_history",
                    f"The day before the period was free (days_off is {history.days_off}), "
                    f"but {name} says that it was worked.",
                )
    if history.minutes_this_week > 0 and history.shifts_this_week == 0:
        found.at("shifts_this_week").warning(
            "contradictory_history",
            f"{history.minutes_this_week} minutes of the week were worked in no shift.",
        )
