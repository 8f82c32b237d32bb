"""Staffing: from offered contacts and handling times to agents needed."""

from optimizer.staffing.deferred import SpreadWork, spread_work
from optimizer.staffing.performance import Performance, blocking_probability, performance
from optimizer.staffing.requirement import required_agents
from optimizer.staffing.search import least_agents
from optimizer.staffing.shrinkage import scheduled_agents, with_shrinkage

__all__ = [
    "Performance",
    "SpreadWork",
    "blocking_probability",
    "least_agents",
    "performance",
    "required_agents",
    "scheduled_agents",
    "spread_work",
    "with_shrinkage",
]
