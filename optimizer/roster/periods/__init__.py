"""Long periods, window by window: what is carried over, rolling, and improving the whole."""

from optimizer.roster.periods.carry import carried_agents

__all__ = ["carried_agents"]
