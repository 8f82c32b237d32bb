"""Every figure that is told, as a ratio of counts that add up: one table for all uses.

Counts of days, groups and sites are added, and only then divided, so that a figure of a quarter
is never a mean of means. A count that the data do not tell is absent, and so are its figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from optimizer.model.record import Record

__all__ = ["FIGURES", "Definition", "Figure", "Tally", "Unit", "add_up", "figures_of"]

Tally = Mapping[str, float]
"""Counts by name; all of them may be added."""


class Unit(StrEnum):
    """What a figure is counted in; a share is in [0, 1] unless it says otherwise."""

    CONTACTS = "contacts"
    SHARE = "share"
    SECONDS = "seconds"
    HOURS = "hours"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure means.

    Parameters
    ----------
    part
        Name of a count.
    whole
        Name of the count that it is divided by; None for a sum, which is told wherever its count
        is there.
    based_on
        Name of the count of contacts (or hours) that it rests on; by default `whole`.
    """

    meaning: str
    unit: Unit
    part: str
    whole: str | None = None
    based_on: str | None = None


FIGURES: Mapping[str, Definition] = {
    "contacts": Definition("Contacts that arrived.", Unit.CONTACTS, "contacts"),
    "service_level": Definition(
        "Share answered within the goal's seconds, of the contacts that the denominator of their "
        "group's goal counts.",
        Unit.SHARE,
        "in_goal",
        "goal_counted",
    ),
    "mean_answer_s": Definition(
        "Mean wait of the contacts that were answered at once (voice, chat).",
        Unit.SECONDS,
        "waited_s",
        "waits",
    ),
    "abandonment": Definition(
        "Share that gave up unanswered, of the contacts of which it is told what became of them; "
        "those of channels that answer later (email, tickets) are left out.",
        Unit.SHARE,
        "abandoned",
        "outcomes",
    ),
    "first_response": Definition(
        "Share answered by then, of the contacts whose first-response time ran out, counted on "
        "business calendars.",
        Unit.SHARE,
        "response_met",
        "response_due",
    ),
    "resolution": Definition(
        "Share resolved by then, of the contacts whose resolution time ran out, counted on "
        "business calendars.",
        Unit.SHARE,
        "resolution_met",
        "resolution_due",
    ),
    "first_contact_resolution": Definition(
        "Share resolved by whoever answered first, of the contacts of which that is told.",
        Unit.SHARE,
        "first_resolved",
        "first_told",
    ),
    "repeat_rate": Definition(
        "Share that came again: within 7 days of a contact of the same case that was not handed "
        "on; of the contacts with a case.",
        Unit.SHARE,
        "repeats",
        "cases_told",
    ),
    "transfer_rate": Definition(
        "Share handed on to another group, of the answered contacts of which that is told.",
        Unit.SHARE,
        "transferred",
        "transfers_told",
    ),
    "handled_hours": Definition(
        "Handling, work after the contact included.", Unit.HOURS, "handled_h", None, "handled"
    ),
    "aht_s": Definition("Mean handling time.", Unit.SECONDS, "handled_s", "handled"),
    "occupancy": Definition(
        "Share of the time of agents present with a contact in hand.",
        Unit.SHARE,
        "busy_h",
        "watched_h",
    ),
    "forecast": Definition("Contacts that were forecast.", Unit.CONTACTS, "forecast"),
    "forecast_error": Definition(
        "Absolute errors of the intervals of the forecast made before the day, over the contacts "
        "that came (WAPE).",
        Unit.SHARE,
        "forecast_missed",
        "forecast_came",
    ),
    "forecast_bias": Definition(
        "Contacts forecast too many, over those that came; below 0 where too few.",
        Unit.SHARE,
        "forecast_over",
        "forecast_came",
    ),
    "required_hours": Definition(
        "Agent-hours that the published roster was to cover, shrinkage included.",
        Unit.HOURS,
        "required_h",
    ),
    "scheduled_hours": Definition(
        "Agent-hours on contacts in the published roster.", Unit.HOURS, "scheduled_h"
    ),
    "present_hours": Definition(
        "Agent-hours that were worked or ready, as recorded.", Unit.HOURS, "present_h"
    ),
    "paid_hours": Definition("Paid hours of the published roster.", Unit.HOURS, "paid_h"),
    "cost": Definition(
        "Pay of the published roster: all paid time at the contract's hourly cost, weekend "
        "premium and call cost.",
        Unit.MONEY,
        "cost",
    ),
    "elastic_share": Definition(
        "Share of the paid hours that elastic staff works.", Unit.SHARE, "elastic_h", "paid_h"
    ),
    "unit_cost": Definition(
        "Pay for each contact handled, where both are told.", Unit.MONEY, "cost", "handled"
    ),
}
"""Figures by name, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Figure(Record):
    """A figure and what it rests on.

    Parameters
    ----------
    value
        None where the data do not tell it.
    of
        How many contacts, or hours where it is a share of hours, it is based on.
    """

    value: float | None
    of: float


def add_up(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of some counts; what none of them tells is absent."""
    total: defaultdict[str, float] = defaultdict(float)
    for tally in tallies:
        for name, count in tally.items():
            total[name] += count
    return dict(total)


def figures_of(tally: Tally) -> dict[str, Figure]:
    """Return every figure of some counts."""
    found = {}
    for name, definition in FIGURES.items():
        whole = 1.0 if definition.whole is None else tally.get(definition.whole, 0.0)
        part = tally.get(definition.part)
        based_on = definition.based_on or definition.whole or definition.part
        value = part / whole if part is not None and whole > 0 else None
        found[name] = Figure(value, tally.get(based_on, 0.0))
    return found
