"""The check of a match sees what is wrong with it."""

from __future__ import annotations

import pytest

from optimizer.routing.live import LiveMatch


def small_match() -> LiveMatch:
    """Two classes, two agents (places 0 and 1 with its door 2), one ticket waiting."""
    match = LiveMatch()
    match.add_agent(1)
    match.add_agent(1, limits=[2])
    first = match.add_class([0, 1], [4, 1], [-1, 0])
    second = match.add_class([1], [2], [0])
    match.add_tickets([first, second, second], [10, 8, 6])
    return match


WRONG = {  # fault: array, place in it, and what is added there
    "arcs of classes and places agree": ("arcs.worth", 0, 1),
    "bases in the book are those of the tickets": ("base", 0, 1),
    "all tickets are in a book": ("book.length", 1, -1),
    "tickets are in the book of their class": ("ticket_class", 0, 1),
    "books fall": ("book.worth", 4, -5),
    "links of classes and places agree": ("place_link", 0, -17),
    "links follow arcs": ("links.of_class", 16, 1),
    "classes serve what their links carry": ("served", 0, -1),
    "classes serve no more than they have": ("served", 0, 1),
    "agents take what their links carry": ("used", 0, -1),
    "doors pass what their links carry": ("used", 2, 1),
    "no place takes more than it has room for": ("room", 0, -1),
    "no arc promises more than it costs": ("profit", 0, -20),
    "arcs in use cost what they bring": ("profit", 0, 20),
    "doors with room are no dearer than their agent": ("price", 2, 20),
    "doors in use are no cheaper than their agent": ("price", 2, -20),
    "free slots cost at least the price": ("room", 1, 1),
    "slots in use cost at most the price": ("cost", 0, 20),
    "tickets served are worth it": ("profit", 1, -20),
    "tickets waiting are not": ("profit", 1, 20),
}


def test_a_sound_match_has_no_faults() -> None:
    assert small_match().faults() == []


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_changed_behind_its_back_is_found(fault: str) -> None:
    state = small_match().dump()
    field, place, change = WRONG[fault]
    state[field][place] += change
    assert fault in LiveMatch.load(state).faults()
