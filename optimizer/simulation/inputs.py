"""Can a simulation be run? All issues of its input at once."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np

from optimizer.errors import Issue
from optimizer.model import (
    Organisation,
    Roster,
    RoutingWeights,
    Snapshot,
    check_organisation,
    check_roster,
    check_snapshot,
)
from optimizer.model.findings import Findings
from optimizer.simulation.arrivals import HandlingTime
from optimizer.simulation.system import Floats

__all__ = ["MOST_CONTACTS", "check_plan", "check_settings", "check_volumes"]

MOST_CONTACTS = 5_000_000
"""Greatest number of contacts expected in one replication; each takes about 150 bytes."""

MOST_UNITS = 1000
CELLS_PER_ISSUE = 20


def check_plan(organisation: Organisation, roster: Roster) -> list[Issue]:
    """Return the issues of an organisation and a roster that are played together."""
    issues = check_organisation(organisation, "/organisation")
    issues += check_roster(roster, organisation, "/roster")
    found = Findings("", issues)
    last: dict[str, int] = {}
    in_time = sorted(enumerate(roster.shifts), key=lambda item: item[1].start)
    for index, shift in in_time:
        if shift.start < last.get(shift.agent, shift.start):
            detail = f"{shift.agent!r} is still in another shift in slot {shift.start}."
            found.at("roster", "shifts", index).error("overlapping_shifts", detail)
        last[shift.agent] = max(shift.end, last.get(shift.agent, shift.end))
    at_once = [c.concurrency for c in organisation.channels if not c.deferred and c.concurrency > 0]
    if math.lcm(*at_once) > MOST_UNITS:
        found.at("organisation", "channels").error(
            "concurrency_mix",
            f"Concurrencies {sorted(set(at_once))} divide an agent into {math.lcm(*at_once)} "
            f"units; at most {MOST_UNITS} can be played.",
        )
    return found.issues


def check_volumes(
    organisation: Organisation, roster: Roster, slots: range, offered: Floats, aht_s: Floats
) -> list[Issue]:
    """Return the issues of the contacts that are to be played, and of the range."""
    found = Findings()
    count = roster.grid.count
    if not (0 <= slots.start < slots.stop <= count and slots.step == 1):
        detail = f"The range is {slots.start} to {slots.stop}; the roster has slots 0 to {count}."
        found.at("slots").error("bad_slots", detail)
    expected = (len(organisation.groups), count)
    for name, values in (("offered", offered), ("aht_s", aht_s)):
        if values.shape != expected:
            found.at(name).error("bad_shape", f"{name} is {values.shape} but must be {expected}.")
    if found.issues:
        return found.issues
    bad_volume = ~(np.isfinite(offered) & (offered >= 0))
    bad_aht = ~(np.isfinite(aht_s) & (aht_s > 0)) & ((offered > 0) | bad_volume)
    for name, values, bad in (("offered", offered, bad_volume), ("aht_s", aht_s, bad_aht)):
        cells = np.argwhere(bad).tolist()
        for row, slot in cells[:CELLS_PER_ISSUE]:
            detail = f"{name} is {values[row, slot]:g} for {organisation.groups[row].id!r}."
            found.at(name, row, slot).error("out_of_range", detail)
        if len(cells) > CELLS_PER_ISSUE:
            detail = f"{len(cells) - CELLS_PER_ISSUE} further values have this problem."
            found.at(name).error("out_of_range", detail)
    total = float(offered[:, slots.start : slots.stop].sum())
    if total > MOST_CONTACTS:
        detail = f"{total:.3g} contacts are expected; at most {MOST_CONTACTS} can be played."
        found.at("offered").error("too_many_contacts", detail)
    return found.issues


def check_settings(
    weights: RoutingWeights,
    handling: HandlingTime,
    absence: float | None,
    seed: int,
    replications: int,
) -> list[Issue]:
    """Return the issues of how it is to be played."""
    # An empty snapshot carries the weights through the checks of the live router.
    issues = check_snapshot(Snapshot(datetime.now(UTC), (), (), weights))
    found = Findings("", issues)
    found.at("handling").within("variation", handling.variation, 0, 100)
    found.within("absence", absence, 0, 1, open_high=True)
    found.within("seed", seed, 0)
    found.within("replications", replications, 1, 100_000)
    return found.issues
