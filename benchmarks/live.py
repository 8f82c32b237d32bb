"""Where drawn snapshots used to be; they are in `benchmarks.routing` now."""

from benchmarks.routing.drawing import draw_snapshot

__all__ = ["draw_snapshot"]
