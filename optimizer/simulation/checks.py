"""Checks of what the engine plays: the compiled loop trusts every shape, range and reference."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue
from optimizer.model import Law, LawKind
from optimizer.model.findings import Findings
from optimizer.simulation.system import Contacts, Flows, Ints, Staff, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Traffic

__all__ = ["check_run"]

_FLOW_FIELDS = ("target", "share", "delay_s", "repeat", "retry", "pauses")


def check_run(
    system: System,
    staff: Staff,
    traffic: Traffic,
    goals: Goals | None,
    given: Contacts | None,
    horizon_s: float,
) -> list[Issue]:
    """Return what would lead the engine astray: shapes, and if these are right all else."""
    found = Findings()
    if not horizon_s >= 0:
        found.at("horizon_s").error("out_of_range", f"{horizon_s} is no horizon.")
    _check_shapes(found, system, staff, traffic)
    if found.issues:
        return found.issues
    if goals is not None:
        _check_goals(found.at("goals"), goals, traffic)
    if given is not None:
        _check_contacts(found.at("contacts"), given, len(system.rank))
    _check_system(found.at("system"), system)
    _check_flows(found.at("system", "flows"), system.flows, len(system.rank))
    _check_staff(found.at("staff"), staff, system.fit.shape[1])
    _check_traffic(found.at("traffic"), traffic)
    return found.issues


def _check_shapes(found: Findings, system: System, staff: Staff, traffic: Traffic) -> None:
    """Report arrays of a wrong shape: everything is measured by the fits and the volumes."""
    if system.fit.ndim != 2:
        found.at("system", "fit").error("bad_shape", "Fits must have lines and pools.")
        return
    lines = len(system.fit)
    if system.capacity < 1:
        found.at("system", "capacity").error("out_of_range", f"{system.capacity} is no capacity.")
    for name in ("rank", "value", "target", "idle_until_s", "units"):
        _shape(found.at("system", name), getattr(system, name), lines)
    for name in ("speed", "bonus", "ratio", "escalate_s", "escalate_to"):
        if getattr(system, name) is not None:
            _shape(found.at("system", name), getattr(system, name), lines)
    if (system.escalate_s is None) != (system.escalate_to is None):
        found.at("system", "escalate_to").error("bad_shape", "Clocks need a line to move to.")
    if system.after_s is not None:
        _shape(found.at("system", "after_s"), system.after_s, *system.fit.shape)
    if system.pace is not None:
        _shape(found.at("system", "pace"), system.pace, lines, system.capacity + 1)
    for name in _FLOW_FIELDS:
        values = getattr(system.flows, name)
        _shape(found.at("system", "flows", name), values, len(system.flows.source))
    for name in ("begin", "end"):
        _shape(found.at("staff", name), getattr(staff, name), len(staff.agent))
    if traffic.offered.ndim != 2 or not traffic.offered.shape[1]:
        found.at("traffic", "offered").error("bad_shape", "There must be a slot.")
        return
    for name in ("offered", "handling_s", "patience_s"):
        values = getattr(traffic, name)
        _shape(found.at("traffic", name), values, lines, traffic.offered.shape[1])
    for name in ("balking", "after_contact"):
        _shape(found.at("traffic", name), getattr(traffic, name), lines)
    for name in ("names", "handling", "patience"):
        count = len(getattr(traffic, name))
        if count != lines:
            detail = f"There are {count} for {lines} lines."
            found.at("traffic", name).error("bad_shape", detail)


def _check_system(found: Findings, system: System) -> None:
    _all(found.at("fit"), ~np.isinf(system.fit), "fits must be finite or NaN")
    _all(found.at("rank"), (system.rank >= 0) & (system.rank <= 3), "ranks are 0 to 3")
    _all(found.at("target"), system.target > 0, "targets must be above 0")
    if system.speed is not None:
        sound = np.isfinite(system.speed) & (system.speed > 0)
        _all(found.at("speed"), sound, "speeds must be finite, above 0")
    for name in ("value", "bonus", "ratio"):
        values = getattr(system, name)
        if values is not None:
            _all(found.at(name), np.isfinite(values), "points must be finite")
    for name in ("idle_until_s", "after_s", "escalate_s"):
        values = getattr(system, name)
        if values is not None:
            _all(found.at(name), values >= 0, "waits must be 0 or more")
    if system.escalate_s is not None and system.escalate_to is not None:
        never = np.isinf(system.escalate_s)
        there = _inside(system.escalate_to, len(system.rank)) | never
        _all(found.at("escalate_to"), there, "there is no such line")
        if there.all():
            ends = ~_circling(np.where(never, -1, system.escalate_to))
            _all(found.at("escalate_to"), ends, "lines escalate in a circle")
    if system.pace is not None:
        sound = np.isfinite(system.pace) & (system.pace > 0)
        _all(found.at("pace"), sound, "a pace must be finite, above 0")
    fits = (system.units >= 1) & (system.units <= system.capacity)
    _all(found.at("units"), fits, "units are 1 up to the capacity")


def _check_flows(found: Findings, flows: Flows, lines: int) -> None:
    _all(found.at("source"), _inside(flows.source, lines), "there is no such line")
    _all(found.at("target"), _inside(flows.target, lines), "there is no such line")
    _all(found.at("share"), (flows.share >= 0) & (flows.share <= 1), "shares are 0 to 1")
    sound = np.isfinite(flows.delay_s) & (flows.delay_s >= 0)
    _all(found.at("delay_s"), sound, "delays must be finite, 0 or more")


def _check_staff(found: Findings, staff: Staff, pools: int) -> None:
    _all(found.at("pool"), _inside(staff.pool, pools), "there is no such pool")
    _all(found.at("agent"), _inside(staff.agent, len(staff.pool)), "there is no such agent")
    ordered = np.isfinite(staff.begin) & (staff.begin < staff.end)
    _all(found.at("end"), ordered, "a stretch must end after its begin")
    order = np.lexsort((staff.begin, staff.agent))
    agent, begin, end = staff.agent[order], staff.begin[order], staff.end[order]
    apart = (agent[1:] != agent[:-1]) | (begin[1:] >= end[:-1])
    _all(found.at("begin"), apart, "stretches of one agent must not overlap")


def _check_traffic(found: Findings, traffic: Traffic) -> None:
    if not traffic.slot_s > 0:
        found.at("slot_s").error("out_of_range", f"A slot of {traffic.slot_s} s is none.")
    if len(set(traffic.names)) < len(traffic.names):
        found.at("names").error("duplicate_id", "Lines of one name would draw the same contacts.")
    for name in ("offered", "handling_s"):
        values = getattr(traffic, name)
        sound = np.isfinite(values) & (values >= 0)
        _all(found.at(name), sound, "volumes and times must be finite, 0 or more")
    _all(found.at("patience_s"), traffic.patience_s >= 0, "patience must be 0 or more")
    sound = (traffic.balking >= 0) & (traffic.balking <= 1)
    _all(found.at("balking"), sound, "shares are 0 to 1")
    sound = (traffic.after_contact >= 0) & (traffic.after_contact < 1)
    _all(found.at("after_contact"), sound, "shares are from 0 to below 1")
    for name in ("handling", "patience"):
        laws = getattr(traffic, name)
        _all(found.at(name), np.array([_has_mean(law) for law in laws]), "the law has no mean")


def _has_mean(law: Law) -> bool:
    """Tell whether times can be drawn from a law and be scaled to mean 1."""
    if law.kind is LawKind.LOGNORMAL:
        return 0 <= law.variation < math.inf
    if law.kind is LawKind.EMPIRICAL:
        return _ascends((0.0, *law.points)) and 0 < law.points[-1] < math.inf
    return True


def _ascends(points: Sequence[float]) -> bool:
    return len(points) > 1 and bool((np.diff(points) >= 0).all())


def _check_goals(found: Findings, goals: Goals, traffic: Traffic) -> None:
    lines, slots = traffic.offered.shape
    for name in ("within_s", "first_response_s", "resolution_s", "calendar"):
        _shape(found.at(name), getattr(goals, name), lines)
    by_calendar = goals.calendar >= 0
    if not by_calendar.any():
        return
    _shape(found.at("opened_s"), goals.opened_s, len(goals.opened_s), slots + 1)
    there = goals.calendar < len(goals.opened_s)
    _all(found.at("calendar"), there, "there is no such calendar")
    if not math.isfinite(traffic.slot_s):
        found.at("calendar").error("out_of_range", "A calendar needs slots that end.")


def _check_contacts(found: Findings, contacts: Contacts, lines: int) -> None:
    before = len(found.issues)
    for name in ("line", "patience", "service"):
        _shape(found.at(name), getattr(contacts, name), len(contacts))
    if len(found.issues) > before:
        return
    sound = np.isfinite(contacts.arrival) & (contacts.arrival >= 0)
    _all(found.at("arrival"), sound, "arrivals must be finite, 0 or more")
    ascending = contacts.arrival[1:] >= contacts.arrival[:-1]
    _all(found.at("arrival"), ascending, "arrivals must ascend")
    _all(found.at("line"), _inside(contacts.line, lines), "there is no such line")
    _all(found.at("patience"), contacts.patience >= 0, "patience must be 0 or more")
    sound = np.isfinite(contacts.service) & (contacts.service >= 0)
    _all(found.at("service"), sound, "service times must be finite, 0 or more")


def _circling(following: Ints) -> NDArray[np.bool_]:
    """Return from where one never comes to an end (-1), going from each to the following."""
    place = following
    for _ in following:
        place = np.where(place < 0, -1, following[place])
    return np.asarray(place >= 0)


def _inside(index: NDArray[np.integer], count: int) -> NDArray[np.bool_]:
    return (index >= 0) & (index < count)


def _shape(found: Findings, values: NDArray[np.generic], *expected: int) -> None:
    if values.shape != expected:
        found.error("bad_shape", f"The shape is {values.shape} but must be {expected}.")


def _all(found: Findings, holds: NDArray[np.bool_], rule: str) -> None:
    """Report the first place at which a rule does not hold, and at how many it does not."""
    if not holds.all():
        first = np.argwhere(~holds)[0].tolist()
        count = int((~holds).sum())
        found.at(*first).error("out_of_range", f"{count} values are wrong: {rule}.")
