"""Can a simulation be run? All issues of its input at once."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np

from optimizer.errors import Issue
from optimizer.model import (
    Organisation,
    Roster,
    Snapshot,
    check_organisation,
    check_roster,
    check_snapshot,
)
from optimizer.model.findings import Findings
from optimizer.simulation.rules import check_rule
from optimizer.simulation.system import Floats
from optimizer.simulation.trial import Settings

__all__ = ["MOST_CONTACTS", "check_trial"]

MOST_CONTACTS = 100_000_000
"""Greatest number of contacts expected in one replication; they take about a minute."""

_MOST_UNITS = 1000
"""Most units of an agent: tables of the engine grow with them."""

_CELLS_PER_ISSUE = 20


def check_trial(
    organisation: Organisation,
    roster: Roster,
    offered: Floats,
    aht_s: Floats,
    *,
    slots: range | None = None,
    settings: Settings | None = None,
) -> list[Issue]:
    """Return every issue of what is to be played; the arguments are those of `simulate`."""
    return [
        *_check_plan(organisation, roster),
        *_check_volumes(organisation, roster, slots, offered, aht_s),
        *_check_settings(settings or Settings(), organisation, roster),
    ]


def _check_plan(organisation: Organisation, roster: Roster) -> list[Issue]:
    """Return the issues of an organisation and a roster that are played together."""
    issues = check_organisation(organisation, "/organisation")
    issues += check_roster(roster, organisation, "/roster")
    found = Findings("", issues)
    if not organisation.groups:
        found.at("organisation", "groups").error("no_groups", "There is nothing to be answered.")
    last: dict[str, int] = {}
    in_time = sorted(enumerate(roster.shifts), key=lambda item: item[1].start)
    for index, shift in in_time:
        if shift.start < last.get(shift.agent, shift.start):
            detail = f"{shift.agent!r} is still in another shift in slot {shift.start}."
            found.at("roster", "shifts", index).error("overlapping_shifts", detail)
        last[shift.agent] = max(shift.end, last.get(shift.agent, shift.end))
    at_once = [c.concurrency for c in organisation.channels if not c.deferred and c.concurrency > 0]
    if math.lcm(*at_once) > _MOST_UNITS:
        found.at("organisation", "channels").error(
            "concurrency_mix",
            f"Concurrencies {sorted(set(at_once))} divide an agent into {math.lcm(*at_once)} "
            f"units; at most {_MOST_UNITS} can be played.",
        )
    return found.issues


def _check_volumes(
    organisation: Organisation,
    roster: Roster,
    slots: range | None,
    offered: Floats,
    aht_s: Floats,
) -> list[Issue]:
    """Return the issues of the contacts that are to be played, and of the range."""
    found = Findings()
    count = roster.grid.count
    slots = range(count) if slots is None else slots
    if not (0 <= slots.start < slots.stop <= count and slots.step == 1):
        detail = f"The range is {slots.start} to {slots.stop}; the roster has slots 0 to {count}."
        found.at("slots").error("bad_slots", detail)
    expected = (len(organisation.groups), count)
    for name, values in (("offered", offered), ("aht_s", aht_s)):
        paths = name == "offered" and values.ndim == 3 and len(values) > 0
        if values.shape[-2:] != expected or not (values.ndim == 2 or paths):
            found.at(name).error("bad_shape", f"{name} is {values.shape} but must be {expected}.")
    if found.issues:
        return found.issues
    every = offered if offered.ndim == 3 else offered[np.newaxis]
    bad_volume = ~(np.isfinite(every) & (every >= 0)).all(axis=0)
    offered = every.max(axis=0)
    # Flows may bring contacts where none come from outside.
    needed = np.broadcast_to(offered > 0, expected) | bad_volume
    flowing = {flow.target for flow in organisation.flows}
    flowing |= {group.escalate_to for group in organisation.groups if group.escalate_to}
    flowed_to = np.array([group.id in flowing for group in organisation.groups], np.bool_)
    needed = needed | flowed_to[:, np.newaxis]
    bad_aht = ~(np.isfinite(aht_s) & (aht_s > 0)) & needed
    for name, values, bad in (("offered", offered, bad_volume), ("aht_s", aht_s, bad_aht)):
        cells = np.argwhere(bad).tolist()
        for row, slot in cells[:_CELLS_PER_ISSUE]:
            detail = f"{name} is {values[row, slot]:g} for {organisation.groups[row].id!r}."
            found.at(name, row, slot).error("out_of_range", detail)
        if len(cells) > _CELLS_PER_ISSUE:
            detail = f"{len(cells) - _CELLS_PER_ISSUE} further values have this problem."
            found.at(name).error("out_of_range", detail)
    total = float(offered[:, slots.start : slots.stop].sum())
    if total > MOST_CONTACTS:
        detail = f"{total:.3g} contacts are expected; at most {MOST_CONTACTS} can be played."
        found.at("offered").error("too_many_contacts", detail)
    return found.issues


def _check_settings(settings: Settings, organisation: Organisation, roster: Roster) -> list[Issue]:
    """Return the issues of how it is to be played."""
    # An empty snapshot carries the weights through the checks of the live router.
    empty = Snapshot(datetime.now(UTC), (), (), settings.rule.weights)
    issues = check_snapshot(empty, "/rule")
    issues += check_rule(settings.rule, organisation, "/rule")
    found = Findings("", issues)
    found.within("adherence_s", settings.adherence_s, 0, 24 * 3600)
    found.within("busyness", settings.busyness, 0, 10)
    found.within("seed", settings.seed, 0)
    found.within("replications", settings.replications, 1, 100_000)
    found.within("records", settings.records, 0)
    expected = (len(organisation.groups), roster.grid.count)
    absence, opened = settings.absence, settings.open_slots
    if isinstance(absence, np.ndarray):
        if absence.shape != expected:
            detail = f"absence is {absence.shape} but must be {expected}."
            found.at("absence").error("bad_shape", detail)
        elif not ((absence >= 0) & (absence < 1)).all():
            found.at("absence").error("out_of_range", "Shares of absence must be in [0, 1).")
    else:
        found.within("absence", absence, 0, 1, open_high=True)
    if opened is not None:
        if opened.shape != expected:
            detail = f"open_slots is {opened.shape} but must be {expected}."
            found.at("open_slots").error("bad_shape", detail)
        elif not ((opened >= 0) & (opened <= 1)).all():
            found.at("open_slots").error("out_of_range", "Open parts of slots must be in [0, 1].")
    return found.issues
