"""Effects of all events at once: families, events like others, and windows that meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecasts.events.estimate import Effect, estimated, expected_like, expected_of
from forecasts.events.event import Event
from forecasts.events.past import Past
from forecasts.weekly import BoolArray, FloatArray, IntArray

__all__ = ["families", "learn_together"]

SWEEPS = 5
"""How often events whose windows meet are learnt in turn, each with the others divided out."""


def learn_together(
    past: Past, events: Sequence[Event], moves: Mapping[str, BoolArray]
) -> tuple[Effect, ...]:
    """Return the effects of events on all groups.

    Parameters
    ----------
    events
        In an order of their own (see `in_order`), each after the one it is like.
    moves
        By event, which groups it moves, ``[G]``.
    """
    learner = _Learner(past, moves, {e.name: past.rows(e.occurrences()) for e in events})
    of_families = families(events)
    acts = sum(int(there.sum()) for _, there in learner.rows.values())
    for _ in range(SWEEPS if acts > len(past.days) else 1):
        means = {name: learner.mean(name, family) for name, family in of_families.items()}
        for event in events:
            if event.like is not None:
                expected = expected_like(event, learner.effects[event.like], "like")
            elif event.family is not None and event.uplift is None:
                expected = expected_like(event, means[event.family], "family")
            else:
                expected = learner.nothing_but(event)
            learner.learn(expected)
    return tuple(learner.effects[event.name] for event in events)


def families(events: Sequence[Event]) -> dict[str, list[Event]]:
    """Return the events of each family, in their order."""
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.family is not None:
            found.setdefault(event.family, []).append(event)
    return found


@dataclass(slots=True)
class _Learner:
    """What is known of events so far.

    Parameters
    ----------
    past, moves
        See `learn_together`.
    rows
        By event, the places of its occurrences in the past and whether they are there.
    effects
        By name of the event.
    """

    past: Past
    moves: Mapping[str, BoolArray]
    rows: Mapping[str, tuple[IntArray, BoolArray]]
    effects: dict[str, Effect] = field(default_factory=dict)
    acting: FloatArray = field(init=False)
    """What all events known so far do to the past days, ``[G, T + 1, S]``."""

    def __post_init__(self) -> None:
        self.acting = np.ones_like(self.past.came)

    def nothing_but(self, event: Event) -> Effect:
        """Return what is expected of an event by itself."""
        groups, _, slots = self.past.came.shape
        return expected_of(event, groups, slots)

    def mean(self, name: str, family: Sequence[Event]) -> Effect:
        """Return what the events of a family do on their own days, as one event of one day."""
        came: list[FloatArray] = []
        usual: list[FloatArray] = []
        for event in family:
            during = event.phases() == 1
            for side, all_days in zip((came, usual), self._records(event), strict=True):
                days = all_days[:, :, during]
                side.append(days.reshape(len(days), -1, 1, days.shape[-1]))
        return self._estimated(
            self.nothing_but(Event(name, family[0].days)),
            np.concatenate(came, axis=1),
            np.concatenate(usual, axis=1),
        )

    def learn(self, expected: Effect) -> None:
        """Replace what is known of an event."""
        event = expected.event
        effect = self._estimated(expected, *self._records(event))
        rows, there = self.rows[event.name]
        others = self._others(event)
        self.effects[event.name] = effect
        self.acting[:, rows[there]] = (others * self._own(event))[:, there]

    def _estimated(self, expected: Effect, came: FloatArray, usual: FloatArray) -> Effect:
        return estimated(expected, came, usual, self.past.day_noise, self.past.slot_noise)

    def _records(self, event: Event) -> tuple[FloatArray, FloatArray]:
        """Return what came in the occurrences and what was usual, ``[G, O, P, S]``."""
        rows, _ = self.rows[event.name]
        moved = self.moves[event.name][:, None, None, None]
        usual = self.past.usual[:, rows] * self._others(event)
        return np.where(moved, self.past.came[:, rows], 0.0), np.where(moved, usual, 0.0)

    def _others(self, event: Event) -> FloatArray:
        """Return what other events do in the occurrences of this one, ``[G, O, P, S]``."""
        factors = self.acting[:, self.rows[event.name][0]]
        return factors / self._own(event) if event.name in self.effects else factors

    def _own(self, event: Event) -> FloatArray:
        """Return what an event does in any of its occurrences, ``[G, 1, P, S]``."""
        moved = self.moves[event.name][:, None, None]
        return np.where(moved, self.effects[event.name].tables(), 1.0)[:, None]
