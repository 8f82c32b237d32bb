"""Checks of pins: what each asks for, what contradicts it, and which two cannot both hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from optimizer.model.directives import Keep, Pin
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.people import Agent
from optimizer.model.period import Period
from optimizer.model.roster import Roster, Shift

__all__ = ["check_pins"]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a pin asks for; None says nothing."""

    works: bool | None = None
    template: str | None = None
    start_minute: int | None = None
    length: int | None = None
    paid: int | None = None

    def against(self, other: _Wanted) -> str | None:
        """Return in what two pins contradict each other, None if both can hold."""
        for name, words in (
            ("works", "whether the agent works"),
            ("template", "the template"),
            ("start_minute", "the start"),
            ("length", "the length"),
            ("paid", "the paid minutes"),
        ):
            mine, theirs = getattr(self, name), getattr(other, name)
            if None not in (mine, theirs) and mine != theirs:
                return words
        return None


def check_pins(found: Findings, pins: Sequence[Pin], period: Period) -> None:
    """Report pins that say nothing, cannot be kept, or contradict each other."""
    previous = period.problem.previous
    kept: dict[tuple[str, date], Shift] = {}
    if previous is not None and any(pin.keep is not None for pin in pins):
        for shift in previous.shifts:
            if shift.agent in period.contracts:
                zone = period.clocks[period.agents[shift.agent].site].zone
                clock = replace(previous.grid, zone=zone)
                kept[shift.agent, clock.local(shift.start).date()] = shift
    templates = {template.id for template in period.problem.organisation.templates}
    wanted: dict[tuple[str, date], list[tuple[int, _Wanted]]] = {}
    for i, pin in enumerate(pins):
        here = found.at(i)
        here.known("agent", pin.agent, period.agents, "agent")
        here.known("template", pin.template, templates, "template")
        here.within("start_minute", pin.start_minute, 0, MINUTES_PER_DAY, open_high=True)
        if pin.keep is not None and previous is None:
            here.at("keep").error(
                "pin_without_previous", "There is no previous roster that the pin could keep."
            )
        if pin.keep is None and (pin.works, pin.template, pin.start_minute) == (None, None, None):
            here.error("empty_pin", "The pin says nothing.")
        if pin.works is False and (pin.template is not None or pin.start_minute is not None):
            here.at("works").error("contradictory_pin", "The pin wants a shift on a day off.")
            continue
        agent = period.agents.get(pin.agent)
        if agent is None or pin.agent not in period.contracts:
            continue
        if pin.day not in period.days[agent.site]:
            here.at("day").error("day_outside_period", f"{pin.day} is not in the period.")
            continue
        clock = period.clocks[agent.site]
        asked = _wanted(pin, kept.get((pin.agent, pin.day)), previous, clock.zone)
        if asked is None:
            here.error("contradictory_pin", "The pin wants something else than what it is to keep.")
            continue
        _check_against_agent(here, pin, asked, agent, period)
        for j, other in wanted.get((pin.agent, pin.day), ()):
            if (words := asked.against(other)) is not None:
                here.error(
                    "contradictory_pins",
                    f"Pin {j} says otherwise of {words} of agent {pin.agent!r} on {pin.day}.",
                )
        wanted.setdefault((pin.agent, pin.day), []).append((i, asked))


def _wanted(pin: Pin, shift: Shift | None, previous: Roster | None, zone: str) -> _Wanted | None:
    """Return what a pin asks for with what it keeps; None if the two contradict each other."""
    said = _Wanted(
        True if pin.works is None and (pin.template or pin.start_minute is not None) else pin.works,
        pin.template,
        pin.start_minute,
    )
    if pin.keep is None or previous is None:
        return said
    clock = replace(previous.grid, zone=zone)
    keeps = _Wanted(works=shift is not None)
    if shift is not None:
        if pin.keep is Keep.PAID:
            keeps = replace(keeps, paid=shift.paid_slots() * clock.interval_minutes)
        elif pin.keep is not Keep.DAY:
            local = clock.local(shift.start)
            keeps = replace(keeps, start_minute=local.hour * 60 + local.minute)
        if pin.keep in (Keep.SHIFT, Keep.ACTIVITIES):
            length = (shift.end - shift.start) * clock.interval_minutes
            keeps = replace(keeps, template=shift.template, length=length)
    if said.against(keeps) is not None:
        return None
    return _Wanted(
        keeps.works,
        said.template or keeps.template,
        said.start_minute if keeps.start_minute is None else keeps.start_minute,
        keeps.length,
        keeps.paid,
    )


def _check_against_agent(
    found: Findings,
    pin: Pin,
    asked: _Wanted,
    agent: Agent,
    period: Period,
) -> None:
    """Report a pin that the agent's own data do not allow.

    What a pin keeps may well have become impossible since: that is why rosters are made again,
    and the pin gives way. What a pin says by itself must make sense.
    """
    report = found.error if pin.keep is None else found.warning
    name, day = agent.id, pin.day
    contract, templates = period.contracts[name], period.templates
    if asked.works is False:
        if agent.rotation is not None and agent.rotation.cycle:
            entry = agent.rotation.entry(day)
            if entry not in ("off", "any"):
                found.warning(
                    "pin_against_rotation",
                    f"The rotation of agent {name!r} has {entry!r} on {day}.",
                )
        return
    if asked.works is None:
        return
    if day in agent.days_off:
        report("pin_on_day_off", f"Agent {name!r} has a day off on {day}.")
    if _absent(agent, day, period.clocks[agent.site].zone):
        report("pin_on_absence", f"Agent {name!r} is absent on {day}.")
    if agent.availability and not any(
        day.weekday() in window.weekdays for window in agent.availability
    ):
        report("pin_outside_availability", f"Agent {name!r} is not available on {day:%A}s.")
    if agent.rotation is not None and agent.rotation.cycle:
        entry = agent.rotation.entry(day)
        if entry == "off" or (entry not in ("on", "any") and asked.template not in (None, entry)):
            found.warning(
                "pin_against_rotation", f"The rotation of agent {name!r} has {entry!r} on {day}."
            )
    if asked.template is not None and asked.template in templates:
        if asked.template not in contract.templates:
            report(
                "template_not_in_contract",
                f"Contract {contract.id!r} has no template {asked.template!r}.",
            )
            return
        possible = [templates[asked.template]]
    else:
        possible = [templates[one] for one in contract.templates]
    possible = [template for template in possible if day.weekday() in template.weekdays]
    if not possible:
        report("template_not_on_weekday", f"No such shift of {name!r} starts on {day:%A}s.")
    elif asked.start_minute is not None and not any(
        asked.start_minute in template.starts() for template in possible
    ):
        hour, minute = divmod(asked.start_minute, 60)
        report("start_not_allowed", f"No such shift of {name!r} starts at {hour:02d}:{minute:02d}.")


def _absent(agent: Agent, day: date, zone: str) -> bool:
    """Tell whether one absence takes the whole of a local day."""
    if not agent.absences:
        return False
    begin = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    return any(
        absence.start <= begin and absence.end >= end
        for absence in agent.absences
        if absence.start.tzinfo and absence.end.tzinfo
    )
