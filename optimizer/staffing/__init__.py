"""Staffing: from offered contacts and handling times to agents needed."""

from optimizer.staffing.chat import ChatPerformance, chat_performance, least_chat_agents
from optimizer.staffing.constant import ConstantAgents, least_constant_agents
from optimizer.staffing.deferred import DeferredWork, SpreadWork, spread_work
from optimizer.staffing.fill import FilledWork, fill_idle_time, idle_time
from optimizer.staffing.finite import finite_performance
from optimizer.staffing.heavy_traffic import delay_probability, safety_factor, square_root_agents
from optimizer.staffing.performance import Performance, blocking_probability, performance
from optimizer.staffing.priorities import PriorityWaits, least_priority_agents, priority_waits
from optimizer.staffing.requirement import required_agents
from optimizer.staffing.retrials import RetrialPerformance, retrial_performance
from optimizer.staffing.search import fractional_agents, least_agents
from optimizer.staffing.shrinkage import scheduled_agents, with_shrinkage

__all__ = [
    "ChatPerformance",
    "ConstantAgents",
    "DeferredWork",
    "FilledWork",
    "Performance",
    "PriorityWaits",
    "RetrialPerformance",
    "SpreadWork",
    "blocking_probability",
    "chat_performance",
    "delay_probability",
    "fill_idle_time",
    "finite_performance",
    "fractional_agents",
    "idle_time",
    "least_agents",
    "least_chat_agents",
    "least_constant_agents",
    "least_priority_agents",
    "performance",
    "priority_waits",
    "required_agents",
    "retrial_performance",
    "safety_factor",
    "scheduled_agents",
    "spread_work",
    "square_root_agents",
    "with_shrinkage",
]
