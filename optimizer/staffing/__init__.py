"""Staffing: from offered contacts and handling times to agents needed."""

from optimizer.staffing.authority import (
    AuthorityGap,
    AuthoritySaving,
    authority_gaps,
    authority_savings,
    share_above,
    with_authority,
)
from optimizer.staffing.chat import ChatPerformance, chat_performance, least_chat_agents
from optimizer.staffing.constant import ConstantAgents, least_constant_agents
from optimizer.staffing.deferred import DeferredWork, SpreadWork, spread_work
from optimizer.staffing.deferred_groups import DeferredMethod, DeferredStaffing, staff_deferred
from optimizer.staffing.fill import FilledWork, fill_idle_time, idle_time
from optimizer.staffing.finite import finite_performance
from optimizer.staffing.flow_changes import FlowChange, changed_contacts, with_flow_factor
from optimizer.staffing.flows import FreshContacts, all_contacts, fresh_contacts
from optimizer.staffing.heavy_traffic import delay_probability, safety_factor, square_root_agents
from optimizer.staffing.offered_load import OfferedLoad, offered_load
from optimizer.staffing.performance import Performance, blocking_probability, performance
from optimizer.staffing.pooling import pooled_requirement
from optimizer.staffing.priorities import PriorityWaits, least_priority_agents, priority_waits
from optimizer.staffing.profiles import Cover, Profiles, flow_cover, staff_profiles
from optimizer.staffing.requirement import Method, required_agents
from optimizer.staffing.retrials import RetrialPerformance, retrial_performance
from optimizer.staffing.search import fractional_agents, least_agents
from optimizer.staffing.shrinkage import Shrinkage, scheduled_agents, shrinkage_of, with_shrinkage
from optimizer.staffing.sites import Pooling, SiteOutcome, compare_sites
from optimizer.staffing.splitting import SplitBySite, shares_by_agents, split_by_site
from optimizer.staffing.transient import TransientPerformance, transient_performance

__all__ = [
    "AuthorityGap",
    "AuthoritySaving",
    "ChatPerformance",
    "ConstantAgents",
    "Cover",
    "DeferredMethod",
    "DeferredStaffing",
    "DeferredWork",
    "FilledWork",
    "FlowChange",
    "FreshContacts",
    "Method",
    "OfferedLoad",
    "Performance",
    "Pooling",
    "PriorityWaits",
    "Profiles",
    "RetrialPerformance",
    "Shrinkage",
    "SiteOutcome",
    "SplitBySite",
    "SpreadWork",
    "TransientPerformance",
    "all_contacts",
    "authority_gaps",
    "authority_savings",
    "blocking_probability",
    "changed_contacts",
    "chat_performance",
    "compare_sites",
    "delay_probability",
    "fill_idle_time",
    "finite_performance",
    "flow_cover",
    "fractional_agents",
    "fresh_contacts",
    "idle_time",
    "least_agents",
    "least_chat_agents",
    "least_constant_agents",
    "least_priority_agents",
    "offered_load",
    "performance",
    "pooled_requirement",
    "priority_waits",
    "required_agents",
    "retrial_performance",
    "safety_factor",
    "scheduled_agents",
    "share_above",
    "shares_by_agents",
    "shrinkage_of",
    "split_by_site",
    "spread_work",
    "square_root_agents",
    "staff_deferred",
    "staff_profiles",
    "transient_performance",
    "with_authority",
    "with_flow_factor",
    "with_shrinkage",
]
