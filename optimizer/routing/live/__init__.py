"""The exact match of a pool, kept best while tickets and agents come, change and go.

`LiveMatch` mends the match after each change by one shortest path, or a few, instead of solving
anew.
"""

from optimizer.routing.live.match import LiveMatch
from optimizer.routing.live.network import LEVEL, LIMIT, STEPS
from optimizer.routing.live.warming import warm_up

__all__ = ["LEVEL", "LIMIT", "STEPS", "LiveMatch", "warm_up"]
