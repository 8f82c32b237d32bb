"""People for whom no roster keeps every hard rule: which rules give way, and by how much.

Rules are given up in the order of `RuleName`. The most important rule that has to give way gives
as little as possible; the next one as little as that allows; and so on. Every step is a shortest
path with prices per unit of breach in place of prohibitions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue, NoSolution
from optimizer.model import Relaxation, RuleName
from optimizer.roster.frame import Frame, Person
from optimizer.roster.rules.forms import Form, Rest, Run, Succession
from optimizer.roster.tours.elastic import allowing, breaches, forbidding, weighted
from optimizer.roster.tours.library import Library
from optimizer.roster.tours.tours import MAX_ARCS, Tours

__all__ = ["Easing", "relax"]

STEP = 1e4
"""Weight of a unit of breach beside that of the next less important rule that is broken."""


def relax(frame: Frame, agents: Iterable[int]) -> tuple[Frame, tuple[Relaxation, ...]]:
    """Return the frame with some agents relaxed until each has a roster, and what was relaxed.

    A rule about a day, a week or the period is relaxed there; a rule about shifts or days in a
    row wherever they are, but by no more than the best roster needs. What is allowed costs
    nothing. Agents who have a roster stay as they are.

    Raises
    ------
    NoSolution
        If what is never given up leaves an agent no roster: ``no_roster`` for each of them.
    """
    people = list(frame.people)
    found: list[Relaxation] = []
    issues: list[Issue] = []
    easing = Easing(frame)
    for agent in agents:
        eased = easing.eased(agent)
        if eased is None:
            name = frame.problem.organisation.agents[agent].id
            detail = f"Absences, the frozen past and the shifts allowed leave {name!r} no roster."
            issues.append(Issue("no_roster", f"/organisation/agents/{agent}", detail))
        else:
            people[agent], relaxations = eased
            found += relaxations
    if issues:
        raise NoSolution("Some agents cannot have any roster.", issues)
    return replace(frame, people=tuple(people)), tuple(found)


class Easing:
    """Relaxes one agent after the other, and remembers what others who are alike had to break."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._library = Library(frame.patterns, MAX_ARCS)
        self._known: dict[Hashable, _Breach | None] = {}

    def eased(
        self, agent: int, closed: NDArray[np.bool_] | None = None
    ) -> tuple[Person, tuple[Relaxation, ...]] | None:
        """Return an agent who may break the least that leaves a roster; None if nothing does.

        Parameters
        ----------
        closed
            Patterns that this roster must do without, [patterns].
        """
        frame = self._frame
        prices = np.zeros(len(frame.patterns))
        if closed is not None:
            prices[closed] = np.inf
        elastic = _Elastic.of(frame, agent, self._library, prices)
        # Whole groups with one contract are over-constrained alike.
        key = elastic.key()
        if key not in self._known:
            self._known[key] = elastic.least_breach()
        breach = self._known[key]
        if breach is None:
            return None
        if not breach.rules:
            return frame.people[agent], ()
        return elastic.allowing(breach), tuple(elastic.relaxations(breach))


@dataclass(frozen=True, slots=True)
class _Breach:
    """Rules that a roster breaks, the most important first, and that roster."""

    rules: tuple[RuleName, ...]
    worked: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class _Elastic:
    """An agent's rules, as what each forbids and as what each breach amounts to.

    Parameters
    ----------
    rules
        Hard rules that may be given up, the first to go first.
    hard
        What each rule forbids.
    soft
        Forms of `rules`, priced by units of breach.
    prices
        0 for patterns that may be worked and infinite for others, [patterns].
    """

    frame: Frame
    agent: int
    library: Library
    prices: NDArray[np.float64]
    rules: tuple[RuleName, ...]
    hard: dict[RuleName, list[Form]]
    soft: dict[RuleName, list[Form]]

    @classmethod
    def of(
        cls, frame: Frame, agent: int, library: Library, prices: NDArray[np.float64]
    ) -> _Elastic:
        forms = frame.forms(agent)
        names = {form.rule for form in forms} - frame.views[agent].contract.soft.keys()
        rules = tuple(rule for rule in RuleName if rule in names and rule.given_up is not None)
        priced = frame.forms(agent, dict.fromkeys(rules, 1.0))
        hard = {
            rule: [forbidding(form) for form in forms if form.rule == rule] for rule in RuleName
        }
        soft = {rule: [form for form in priced if form.rule == rule] for rule in rules}
        return cls(frame, agent, library, prices, rules, hard, soft)

    def key(self) -> Hashable:
        """Return what is equal for agents who have to break the same."""
        forms = [form for of in (self.hard, self.soft) for some in of.values() for form in some]
        days = self.frame.views[self.agent].days
        rules = tuple(form.rule for form in forms)
        return days, rules, self.library.contents(forms), self.prices.tobytes()

    def least_breach(self) -> _Breach | None:
        """Return what has to be broken, the least in the order of giving up; None if no roster."""
        rules = self.rules
        if (kept := self.tour({}, ())) is not None:
            return _Breach((), kept)
        # How many rules have to go if they go altogether, the least important first.
        counts = range(1, len(rules) + 1)
        gone = 1 + bisect_left(counts, True, key=lambda n: self.tour({}, rules[:n]) is not None)
        if gone > len(rules):
            return None
        broken: tuple[RuleName, ...] = ()
        worked: list[int] = []
        for place in range(gone - 1, -1, -1):
            trial = (*broken, rules[place])
            weights = {rule: STEP**power for power, rule in enumerate(reversed(trial))}
            worked = self.tour(weights, rules[:place]) or worked
            if self.breaches(rules[place], worked):
                broken = trial
        return _Breach(broken, worked)

    def tour(
        self, weights: dict[RuleName, float], dropped: Collection[RuleName]
    ) -> list[int] | None:
        """Return the roster of least weighted breach, regardless of the rules dropped."""
        held = self.hard.keys() - weights.keys() - set(dropped)
        forms = [form for rule, hard in self.hard.items() if rule in held for form in hard]
        forms += [weighted(form, w) for rule, w in weights.items() for form in self.soft[rule]]
        person = Person.of(self.frame.views[self.agent], forms)
        patterns, days = self.frame.patterns, len(self.frame.calendar.days)
        tours = Tours.of_people([person], patterns, days, library=self.library)
        tour = tours.best(self.agent, self.prices)
        return [int(p) for p in tour.worked] if np.isfinite(tour.own) else None

    def breaches(self, rule: RuleName, worked: list[int]) -> dict[int | None, float]:
        """Return how far a roster breaks a rule on each day, or regardless of days."""
        amounts: dict[int | None, float] = {}
        for form in self.soft[rule]:
            days = self.frame.views[self.agent].days
            for day, amount in breaches(form, days, self.frame.patterns, worked):
                amounts[day] = amounts.get(day, 0.0) + amount
        return amounts

    def allowing(self, breach: _Breach) -> Person:
        """Return the agent who may do what a roster does."""
        view, patterns = self.frame.views[self.agent], self.frame.patterns
        forms = [form for form in self.frame.forms(self.agent) if form.rule not in breach.rules]
        for rule in breach.rules:
            soft = self.soft[rule]
            forms += [allowing(form, view.days, patterns, breach.worked) for form in soft]
        return Person.of(view, forms)

    def relaxations(self, breach: _Breach) -> Iterator[Relaxation]:
        """Yield where a roster breaks rules; shifts and days in a row may break theirs anywhere."""
        name, days = self.frame.problem.organisation.agents[self.agent].id, self.frame.calendar.days
        for rule in breach.rules:
            amounts = self.breaches(rule, breach.worked)
            if any(isinstance(form, Rest | Succession | Run) for form in self.soft[rule]):
                amounts = {None: max(amounts.values())}
            elif rule is RuleName.TEMPLATE_LIMITS:
                # Where no shift of a template is left, each has its day; the rule counts them all.
                amounts = {None: sum(amounts.values())}
            for day, amount in amounts.items():
                yield Relaxation(name, rule, None if day is None else days[day], amount)
