"""The domain model: the problem as plain, frozen data that knows no solver.

Every identifier is a string, every time of the inside an integer slot of a `TimeGrid`. Checks
report all problems of an object at once, as typed issues.
"""

from optimizer.model.business_time import BusinessTime, Deadlines
from optimizer.model.checks import (
    check_grid,
    check_organisation,
    check_problem,
    check_requirement,
    check_roster,
)
from optimizer.model.flows import CustomerClass, Flow, FlowKind
from optimizer.model.grid import MINUTES_PER_DAY, TimeGrid
from optimizer.model.laws import Law, LawKind
from optimizer.model.live_checks import check_snapshot
from optimizer.model.organisation import Organisation, can_serve
from optimizer.model.people import (
    Agent,
    Availability,
    Contract,
    History,
    Range,
    Request,
    RequestKind,
    Site,
    StaffClass,
    Vendor,
)
from optimizer.model.roster import PlannedActivity, Requirement, Roster, RosterProblem, Shift
from optimizer.model.rules import Ring, RoutingRule, RuleKind
from optimizer.model.services import (
    HIGHEST_LEVEL,
    Channel,
    ChannelKind,
    Denominator,
    PlanningGroup,
    Priority,
    ServiceGoal,
    Skill,
    Tier,
)
from optimizer.model.shifts import ActivityKind, ActivityTemplate, ShiftTemplate
from optimizer.model.shrinkage import ShrinkageWindow
from optimizer.model.tickets import (
    AgentState,
    Assignment,
    Decision,
    Obstacle,
    RoutingWeights,
    Snapshot,
    Ticket,
    Waiting,
)

__all__ = [
    "HIGHEST_LEVEL",
    "MINUTES_PER_DAY",
    "ActivityKind",
    "ActivityTemplate",
    "Agent",
    "AgentState",
    "Assignment",
    "Availability",
    "BusinessTime",
    "Channel",
    "ChannelKind",
    "Contract",
    "CustomerClass",
    "Deadlines",
    "Decision",
    "Denominator",
    "Flow",
    "FlowKind",
    "History",
    "Law",
    "LawKind",
    "Obstacle",
    "Organisation",
    "PlannedActivity",
    "PlanningGroup",
    "Priority",
    "Range",
    "Request",
    "RequestKind",
    "Requirement",
    "Ring",
    "Roster",
    "RosterProblem",
    "RoutingRule",
    "RoutingWeights",
    "RuleKind",
    "ServiceGoal",
    "Shift",
    "ShiftTemplate",
    "ShrinkageWindow",
    "Site",
    "Skill",
    "Snapshot",
    "StaffClass",
    "Ticket",
    "Tier",
    "TimeGrid",
    "Vendor",
    "Waiting",
    "can_serve",
    "check_grid",
    "check_organisation",
    "check_problem",
    "check_requirement",
    "check_roster",
    "check_snapshot",
]
