"""The effect of one event on all groups: from what is expected of it and what came.

Days first: by how much each day of the window exceeds the usual, and how much occurrences differ.
Then shapes, one for each phase: how the contacts that came spread over the slots, compared with how
the usual ones would have.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forecasts.events.credibility import credible_ratios
from forecasts.events.event import Event
from forecasts.weekly import BoolArray, FloatArray, IntArray

__all__ = ["UNKNOWN", "Effect", "estimated", "expected_like", "expected_of"]

ASSUMED_DEVIATION = 0.25
"""Relative error of an effect that is given, unknown, or taken over from another event."""

BLOCKS = 12
"""A slot's share is believed around that of its block of two hours."""

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """Factors of an event on all groups, with relative variances.

    Parameters
    ----------
    event
        The event, whose occurrences have P days.
    factor, factor_variance
        By group and day of an occurrence, ``[G, P]``.
    shape, shape_variance
        By group, phase (before, during, after) and slot, ``[G, 3, S]``; a shape has mean 1 over
        the usual contacts of a day.
    contacts
        What the factors were learnt from, ``[G, P]``.
    sources
        Where they come from, by group (see `LearntFactor`).
    """

    event: Event
    factor: FloatArray
    factor_variance: FloatArray
    shape: FloatArray
    shape_variance: FloatArray
    contacts: FloatArray
    sources: tuple[str, ...]

    def tables(self) -> FloatArray:
        """Return the factors of an occurrence, ``[G, P, S]``."""
        return self.factor[:, :, None] * self.shape[:, self.event.phases()]

    def of_group(self, group: int) -> tuple[FloatArray, FloatArray]:
        """Return the factors of an occurrence and their relative variances, ``[P, S]`` each."""
        phases = self.event.phases()
        factors = self.factor[group, :, None] * self.shape[group, phases]
        return factors, self.factor_variance[group, :, None] + self.shape_variance[group, phases]


def expected_of(event: Event, groups: int, slots: int) -> Effect:
    """Return what is expected of an event by itself: its given uplift, or nothing."""
    during = event.phases() == 1
    given = 1.0 if event.uplift is None else event.uplift
    size = (groups, len(during))
    return Effect(
        event=event,
        factor=np.tile(np.where(during, given, 1.0), (groups, 1)),
        factor_variance=np.full(size, ASSUMED_DEVIATION**2),
        shape=np.ones((groups, 3, slots)),
        shape_variance=np.zeros((groups, 3, slots)),
        contacts=np.zeros(size),
        sources=(UNKNOWN if event.uplift is None else "given",) * groups,
    )


def expected_like(event: Event, other: Effect, kind: str) -> Effect:
    """Return what is expected of an event that is like another.

    Days before are matched by their distance to the first day of the event, days after by that
    to the last; days during in order, the last of the other standing for any further ones. Days
    that the other does not move are not expected to move.

    Parameters
    ----------
    kind
        What the source says: ``like`` or ``family``.
    """
    at, matched = _matched(event, other.event)
    source = f"{kind} {other.event.name}"
    return Effect(
        event=event,
        factor=np.where(matched, other.factor[:, at], 1.0),
        factor_variance=ASSUMED_DEVIATION**2 + other.factor_variance[:, at] * matched,
        shape=other.shape,
        shape_variance=other.shape_variance,
        contacts=np.zeros((len(other.factor), len(at))),
        sources=tuple(UNKNOWN if known == UNKNOWN else source for known in other.sources),
    )


def estimated(
    expected: Effect,
    came: FloatArray,
    usual: FloatArray,
    day_noise: FloatArray,
    slot_noise: FloatArray,
) -> Effect:
    """Return the effect that occurrences show, credible around the expected one.

    Parameters
    ----------
    came, usual
        Contacts of the occurrences, ``[G, O, P, S]``; both zero where unknown. Other events are
        part of the usual.
    day_noise, slot_noise
        Relative variances beyond Poisson, ``[G]`` (see `forecasts.events.usual`).
    """
    day_usual = usual.sum(axis=3)
    if not day_usual.any():
        return expected
    day_came, day_expected = came.sum(axis=3), day_usual * expected.factor[:, None, :]
    scatter = _scatter(day_came, day_expected, day_noise)
    days = credible_ratios(day_came, day_expected, day_noise + scatter)
    shape, shape_variance = expected.shape.copy(), expected.shape_variance.copy()
    for phase in range(3):
        of_phase = expected.event.phases() == phase
        shape[:, phase], shape_variance[:, phase] = _shape(
            expected.shape[:, phase],
            came[:, :, of_phase].reshape(len(came), -1, came.shape[3]),
            usual[:, :, of_phase].reshape(len(came), -1, came.shape[3]),
            slot_noise,
        )
    own = day_usual.any(axis=(1, 2))
    return Effect(
        event=expected.event,
        factor=expected.factor * days.ratio,
        factor_variance=days.variance + scatter,
        shape=shape,
        shape_variance=shape_variance,
        contacts=came.sum(axis=(1, 3)),
        sources=tuple("learnt" if known else "other groups" for known in own),
    )


def _scatter(came: FloatArray, usual: FloatArray, noise: FloatArray) -> float:
    """Return the relative variance between occurrences beyond that between usual days.

    Last year's success may not repeat. What several occurrences show is taken from all groups and
    days of the event together, by moments; 0 if no day was seen twice.
    """
    seen = (usual > 0).sum(axis=1, keepdims=True)
    again = seen > 1
    total = usual.sum(axis=1, keepdims=True)
    ratio = np.divide(came.sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=again)
    mean = ratio * usual
    if not mean.any():
        return 0.0
    # A mean of n occurrences lies closer to them than the truth by (n - 1) / n.
    squares = np.where(mean > 0, (came - mean) ** 2, 0.0) * seen / np.maximum(seen - 1, 1)
    beyond = squares - mean - noise[:, None, None] * mean**2
    return max(0.0, float(beyond.sum() / (mean**2).sum()))


def _shape(
    expected: FloatArray, came: FloatArray, usual: FloatArray, noise: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the shape of one phase and its relative variance, ``[G, S]`` each.

    Parameters
    ----------
    came, usual
        Contacts of the days of the phase, ``[G, N, S]``.
    """
    usual_slots = usual.sum(axis=1)
    if not usual_slots.any():
        return expected, np.zeros_like(expected)
    shaped = usual * expected[:, None, :]
    total = shaped.sum(axis=2, keepdims=True)
    scale = np.divide(
        came.sum(axis=2, keepdims=True), total, out=np.zeros_like(total), where=total > 0
    )
    given = shaped * scale
    blocks = credible_ratios(_blocks(came), _blocks(given), noise)
    length = came.shape[2] // blocks.ratio.shape[1]
    wide = np.repeat(blocks.ratio, length, axis=1)
    slots = credible_ratios(came, given * wide[:, None], noise)
    shape = expected * wide * slots.ratio
    variance = slots.variance + np.repeat(blocks.variance, length, axis=1)
    # A group without such days in its history takes the usual day of all groups.
    weights = np.where(usual_slots.any(axis=1)[:, None], usual_slots, usual_slots.sum(axis=0))
    mean = (weights * shape).sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
    return shape / mean, np.where(np.isfinite(variance), variance, 0.0)


def _blocks(values: FloatArray) -> FloatArray:
    """Return sums of blocks of two hours, or the next that divide the day, ``[G, N, B]``."""
    groups, days, slots = values.shape
    blocks = math.gcd(slots, BLOCKS)
    return np.asarray(values.reshape(groups, days, blocks, slots // blocks).sum(axis=3))


def _matched(event: Event, other: Event) -> tuple[IntArray, BoolArray]:
    """Return the place in the window of `other` for each day of `event`, and whether it has one."""
    offsets, phase = event.offsets, event.phases()
    there = np.where(
        phase == 2,
        offsets - event.length_days + other.length_days,
        np.where(phase == 1, np.minimum(offsets, other.length_days - 1), offsets),
    )
    at = there + other.before_days
    window = len(other.offsets)
    return np.clip(at, 0, window - 1), (at >= 0) & (at < window)
