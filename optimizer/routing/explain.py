"""Why a ticket waits, and why it went where it went, in one sentence each."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.model import Obstacle
from optimizer.routing.eligibility import Rule
from optimizer.routing.needs import Classes

__all__ = ["decision_reason", "obstacles", "waiting_reason"]

_RULES = tuple(Rule)
_NAMES = tuple(rule.value for rule in Rule)
_OF_THE_MOMENT = {
    Rule.AVAILABILITY: "unavailable",
    Rule.CAPACITY: "at capacity",
    Rule.CHANNEL_LIMIT: "at the limit of the channel",
}


def obstacles(stopped: Sequence[int], agents: int) -> tuple[Obstacle, ...]:
    """Return what keeps the agents from a waiting ticket, most frequent first.

    Every agent is counted once. Rules that stop equally many stand in the order of `Rule`.

    Parameters
    ----------
    stopped
        Agents whom each rule is the first to stop, a row of `Eligibility.stopped`.
    agents
        How many there are; those whom no rule stops are outscored.
    """
    counts = [*stopped[:-1], agents - sum(stopped)]
    found = sorted((-count, place) for place, count in enumerate(counts) if count)
    return tuple(Obstacle(_NAMES[place], -count) for count, place in found)


def waiting_reason(classes: Classes, number: int, stopped: Sequence[int], agents: int) -> str:
    """Return why nobody takes a ticket: the rule that stops the last agent, or other work.

    Parameters
    ----------
    number
        Class of the ticket.
    stopped, agents
        As in `obstacles`.
    """
    if not agents:
        return "There is no agent."
    left = agents
    for rule, count in zip(_RULES, stopped, strict=True):
        if left == count:
            if rule in _OF_THE_MOMENT:
                return _nobody_free(stopped)
            who = "No agent"
            if left < agents:
                who += f" left by other rules ({left} of {agents})"
            return f"{who} {_ability(rule, classes, number)}."
        left -= count
    if left == 1:
        return "The only eligible agent took work that scores at least as high."
    return f"All {left} eligible agents took work that scores at least as high."


def decision_reason(priority: str, wait: int, target: int, percent: int) -> str:
    """Return what spoke for a decision: how urgent the ticket is and how well the skills fit.

    Whole numbers only: to format one takes a tenth of the time that a rounded float takes.

    Parameters
    ----------
    wait, target
        Of the ticket, in seconds.
    percent
        Of a perfect fit.
    """
    return f"{priority} after {wait} s (target {target} s); skills fit at {percent}%."


def _nobody_free(stopped: Sequence[int]) -> str:
    counts = ((stopped[_RULES.index(rule)], text) for rule, text in _OF_THE_MOMENT.items())
    return f"No qualified agent is free: {', '.join(f'{n} {text}' for n, text in counts if n)}."


def _ability(rule: Rule, classes: Classes, number: int) -> str:
    """Return what an agent who passes a rule does."""
    terms, asks = classes.terms[classes.of_class[number]], classes.asks(number)
    match rule:
        case Rule.CHANNEL:
            return f"serves channel {terms.channel!r}"
        case Rule.TIER:
            return f"may do {terms.tier} work"
        case Rule.SITE:
            return f"works at site {terms.site!r}"
        case Rule.SKILL:
            return "holds " + " and ".join(repr(skill) for skill, _ in asks)
        case Rule.LEVEL:
            asked = (f"{skill!r} at level {level}" for skill, level in asks)
            return f"holds {' and '.join(asked)} or above"
        case _:
            return "may grant the amount"
