"""The heap of events to come: by time, then kind, then order."""

from __future__ import annotations

from typing import Any

from numba import njit

from optimizer.simulation.records import event_at

__all__ = ["pop", "push"]


@njit(cache=True)
def push(time: float, kind: int, order: int, who: int, w: Any) -> None:
    """Add an event; there must be room."""
    w.pending += 1
    hole = w.pending
    while hole > 1 and _earlier(time, kind, order, event_at(w.heap, hole // 2)):
        _copy(event_at(w.heap, hole // 2), event_at(w.heap, hole))
        hole //= 2
    event = event_at(w.heap, hole)
    event.time, event.kind, event.order, event.id = time, kind, order, who


@njit(cache=True)
def pop(w: Any) -> Any:
    """Return the next event and take it out of the heap."""
    first, moved = event_at(w.heap, 0), event_at(w.heap, w.pending)
    _copy(event_at(w.heap, 1), first)
    w.pending -= 1
    hole, below = 1, 2
    while below <= w.pending:
        if below < w.pending:
            other = event_at(w.heap, below + 1)
            if _earlier(other.time, other.kind, other.order, event_at(w.heap, below)):
                below += 1
        lower = event_at(w.heap, below)
        if _earlier(moved.time, moved.kind, moved.order, lower):
            break
        _copy(lower, event_at(w.heap, hole))
        hole, below = below, 2 * below
    _copy(moved, event_at(w.heap, hole))
    return first


@njit(cache=True)
def _earlier(time: float, kind: int, order: int, other: Any) -> bool:
    if time != other.time:
        return bool(time < other.time)
    if kind != other.kind:
        return bool(kind < other.kind)
    return bool(order < other.order)


@njit(cache=True)
def _copy(source: Any, target: Any) -> None:
    target.time, target.kind = source.time, source.kind
    target.order, target.id = source.order, source.id
