"""Counts of a day from its contacts, one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from api.data.contact_fields import Contact
from api.kpis.attributes import Centre, Slice
from api.kpis.figures import Tally
from optimizer.model import Denominator, ServiceGoal

__all__ = ["REPEAT_SECONDS", "Driver", "count_contacts", "count_drivers", "slice_of"]

REPEAT_SECONDS = 7 * 86_400.0
"""A contact of a case within this time of the one before it came again."""

Tallies = Mapping[Slice, Tally]


@dataclass(frozen=True, slots=True)
class Driver:
    """Contacts that came for one reason.

    Parameters
    ----------
    handled
        Contacts of which the handling time is told.
    handled_s
        Their handling time, added up.
    """

    driver: str
    contacts: int
    handled: int
    handled_s: float


def count_contacts(
    contacts: Sequence[Contact], centre: Centre, earlier: Iterable[Contact] = ()
) -> Tallies:
    """Return the counts of contacts by what they have in common; linear in the contacts.

    The clocks of tickets are counted by `api.kpis.clocks`, for they run out on other days.

    Parameters
    ----------
    contacts
        All that were created on the day.
    earlier
        Contacts of their cases within `REPEAT_SECONDS` before the day.
    """
    told = {contact.group for contact in contacts if _outcome(contact)}
    repeats = _repeats(contacts, earlier)
    counts: defaultdict[Slice, defaultdict[str, float]]
    counts = defaultdict(lambda: defaultdict(float))
    # Many contacts are alike: what they have in common is looked up once.
    known: dict[tuple[str | None, ...], Slice] = {}
    for index, contact in enumerate(contacts):
        key = (
            contact.group, contact.channel, contact.tier, contact.site, contact.vendor,
            contact.agent,
        )  # fmt: skip
        place = known.get(key)
        if place is None:
            place = known[key] = slice_of(contact, centre)
        _count(counts[place], contact, centre, contact.group in told, index in repeats)
    return counts


def count_drivers(contacts: Iterable[Contact]) -> list[Driver]:
    """Return the drivers of contacts, the one with the most handling time first."""
    counts: defaultdict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for contact in contacts:
        if contact.driver is not None:
            of_driver = counts[contact.driver]
            of_driver[0] += 1
            if contact.handled_s is not None:
                of_driver[1] += 1
                of_driver[2] += contact.handled_s
    found = [Driver(name, int(n), int(told), s) for name, (n, told, s) in counts.items()]
    return sorted(found, key=lambda driver: (-driver.handled_s, -driver.contacts, driver.driver))


def slice_of(contact: Contact, centre: Centre) -> Slice:
    """Return what a contact has in common with others: as told, else of its agent or group."""
    group = centre.of_group(contact.group)
    agent = centre.of_agent(contact.agent) if contact.agent is not None else Slice()
    return replace(
        group,
        channel=contact.channel or group.channel,
        tier=contact.tier or agent.tier or group.tier,
        site=contact.site or agent.site or group.site,
        vendor=contact.vendor or agent.vendor,
    )


def _outcome(contact: Contact) -> bool:
    return contact.first_response is not None or contact.abandoned is not None


def _count(
    counts: defaultdict[str, float], contact: Contact, centre: Centre, told: bool, repeat: bool
) -> None:
    """Add a contact to counts."""
    counts["contacts"] += 1
    if told:
        if not centre.deferred(contact.group):
            counts["outcomes"] += 1
            counts["abandoned"] += contact.abandoned is not None
        if centre.immediate(contact.group):
            if contact.first_response is not None:
                counts["waits"] += 1
                counts["waited_s"] += contact.first_response - contact.created
            _count_goal(counts, contact, centre.groups[contact.group].goal)
    if contact.resolved_at_first is not None:
        counts["first_told"] += 1
        counts["first_resolved"] += contact.resolved_at_first
    if contact.case_id is not None:
        counts["cases_told"] += 1
        counts["repeats"] += repeat
    if contact.transferred is not None and contact.first_response is not None:
        counts["transfers_told"] += 1
        counts["transferred"] += contact.transferred
    if contact.handled_s is not None:
        counts["handled"] += 1
        counts["handled_s"] += contact.handled_s
        counts["handled_h"] += contact.handled_s / 3600.0


def _count_goal(counts: defaultdict[str, float], contact: Contact, goal: ServiceGoal) -> None:
    """Add a contact to its group's service level, if the goal has one that a log can tell.

    How long one who gave up would have waited, which `virtual` asks, stands in no log.
    """
    if goal.within_seconds is None or goal.denominator is Denominator.VIRTUAL:
        return
    answered, gave_up = contact.first_response, contact.abandoned
    if goal.denominator is Denominator.ANSWERED and answered is None:
        return
    short = gave_up is not None and gave_up - contact.created <= goal.within_seconds
    if goal.denominator is Denominator.EXCLUDING_SHORT_ABANDONS and short:
        return
    counts["goal_counted"] += 1
    in_goal = answered is not None and answered - contact.created <= goal.within_seconds
    counts["in_goal"] += in_goal


def _repeats(contacts: Sequence[Contact], earlier: Iterable[Contact]) -> set[int]:
    """Return the places of the contacts that came again."""
    cases: defaultdict[str, list[tuple[float, int, bool]]] = defaultdict(list)
    for contact in earlier:
        if contact.case_id is not None:
            cases[contact.case_id].append((contact.created, -1, contact.transferred is True))
    for index, contact in enumerate(contacts):
        if contact.case_id is not None:
            cases[contact.case_id].append((contact.created, index, contact.transferred is True))
    found = set()
    for case in cases.values():
        case.sort()
        for (before, _, handed_on), (created, index, _) in pairwise(case):
            if index >= 0 and not handed_on and created - before <= REPEAT_SECONDS:
                found.add(index)
    return found
