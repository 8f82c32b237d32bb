"""Capacity plans over weeks: whom to hire, call and let go home, at the least cost."""

from optimizer.staffing.capacity.actions import Action, ActionKind, actions_of
from optimizer.staffing.capacity.answer import (
    Account,
    CapacityResult,
    Costs,
    Decisions,
    Limit,
    Shortfall,
)
from optimizer.staffing.capacity.check import account_for
from optimizer.staffing.capacity.document import read_capacity, write_capacity
from optimizer.staffing.capacity.inputs import check_capacity
from optimizer.staffing.capacity.model import (
    CapacityProblem,
    CrossUse,
    ElasticPool,
    Goals,
    Hiring,
    Promotion,
    StaffGroup,
)
from optimizer.staffing.capacity.solve import plan_capacity

__all__ = [
    "Account",
    "Action",
    "ActionKind",
    "CapacityProblem",
    "CapacityResult",
    "Costs",
    "CrossUse",
    "Decisions",
    "ElasticPool",
    "Goals",
    "Hiring",
    "Limit",
    "Promotion",
    "Shortfall",
    "StaffGroup",
    "account_for",
    "actions_of",
    "check_capacity",
    "plan_capacity",
    "read_capacity",
    "write_capacity",
]
