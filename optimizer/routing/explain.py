"""Why a ticket waits, and why it went where it went, in one sentence each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optimizer.model import Obstacle, RoutingPolicy
from optimizer.routing.columns import TIERS
from optimizer.routing.eligibility import Rule
from optimizer.routing.needs import Terms

__all__ = ["decision_reason", "obstacles", "reason_beside_free", "waiting_reason"]

_RULES = tuple(Rule)
_NAMES = tuple(rule.value for rule in Rule)
_FIRST_OF_THE_MOMENT = _RULES.index(Rule.AVAILABILITY)
_RESERVED = _RULES.index(Rule.RESERVED)
_OUTSCORED = _RULES.index(Rule.OUTSCORED)
_OF_THE_MOMENT = ("unavailable", "at capacity", "at the limit of the channel")
"""What the rules from availability on say of those whom they stop."""


def obstacles(
    stopped: Sequence[int], by_tier: Sequence[Sequence[int]], kind: Callable[..., Obstacle]
) -> tuple[Obstacle, ...]:
    """Return what keeps the agents from a waiting ticket, most frequent first.

    Every agent is counted once. Rules that stop equally many stand in the order of `Rule`.

    Parameters
    ----------
    stopped, by_tier
        Agents whom each rule is the first to stop, [rules] and [rules, tiers].
    kind
        What obstacles are made of.
    """
    found = sorted([(-count, place) for place, count in enumerate(stopped) if count])
    return tuple(
        [
            kind(
                _NAMES[place],
                -count,
                {tier: n for tier, n in zip(TIERS, by_tier[place], strict=True) if n},
            )
            for count, place in found
        ]
    )


def waiting_reason(
    stopped: Sequence[int], terms: Terms, skills: Sequence[str], levels: Sequence[int]
) -> str:
    """Return why nobody is free for a ticket: the rule that stops the last agent, or other work.

    Parameters
    ----------
    stopped
        Agents whom each rule is the first to stop, [rules].
    terms, skills, levels
        What the ticket asks for; least levels by skill.
    """
    agents = sum(stopped)
    if not agents:
        return "There is no agent."
    last = len(stopped) - 1
    while not stopped[last]:
        last -= 1
    left = stopped[last]
    if last == _OUTSCORED:
        if left == 1:
            return "The only eligible agent took work that goes before it."
        return f"All {left} eligible agents took work that goes before it."
    if last >= _FIRST_OF_THE_MOMENT:
        return _nobody_free(stopped)
    who = "No agent"
    if left < agents:
        who += f" left by other rules ({left} of {agents})"
    return f"{who} {_ability(_RULES[last], terms, skills, levels)}."


def reason_beside_free(policy: RoutingPolicy) -> str:
    """Return why a ticket waits though somebody who may take it is free."""
    if policy == RoutingPolicy.BULLSEYE:
        return "An eligible agent is free, but no ring reaches one yet."
    return "An eligible agent is free, but would cost more points than the ticket brings."


def decision_reason(rank: int, wait: int, target: int, percent: int) -> str:
    """Return what spoke for a decision: how urgent the ticket is and how well the skills fit.

    Whole numbers only: to format one takes a tenth of the time that a rounded float takes.

    Parameters
    ----------
    rank
        0 for P0 to 3 for P3.
    wait, target
        Of the ticket, in seconds.
    percent
        Of a perfect fit.
    """
    return f"P{rank} after {wait} s (target {target} s); skills fit at {percent}%."


def _nobody_free(stopped: Sequence[int]) -> str:
    counts = zip(stopped[_FIRST_OF_THE_MOMENT:_OUTSCORED], _OF_THE_MOMENT, strict=True)
    said = f"No qualified agent is free: {', '.join([f'{n} {text}' for n, text in counts if n])}."
    if kept := stopped[_RESERVED]:
        said += f" It is reserved: {kept} more may not take it yet."
    return said


def _ability(rule: Rule, terms: Terms, skills: Sequence[str], levels: Sequence[int]) -> str:
    """Return what an agent who passes a rule does."""
    match rule:
        case Rule.SKILL:
            return "holds " + " and ".join([repr(skill) for skill in skills])
        case Rule.LEVEL:
            asked = [f"{s!r} at level {level}" for s, level in zip(skills, levels, strict=True)]
            return f"holds {' and '.join(asked)} or above"
        case Rule.CHANNEL:
            return f"serves channel {terms.channel!r}"
        case Rule.TIER:
            return f"is of tier {' or '.join(terms.tiers)}"
        case Rule.SITE:
            return f"works at site {' or '.join(map(repr, terms.sites or ()))}"
        case Rule.LANGUAGE:
            return f"speaks {terms.language!r}"
        case Rule.HUMAN:
            return "is human"
        case Rule.AUTHORITY:
            return "may grant the amount"
        case Rule.EXCLUDED:
            return "may take it and has not rejected it"
        case _:
            return "is one of those for whom it is reserved"
