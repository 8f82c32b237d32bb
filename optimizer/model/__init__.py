"""The domain model: the problem as plain, frozen data that knows no solver.

Every identifier is a string, every time of the inside an integer slot of a `TimeGrid`. Checks
report all problems of an object at once, as typed issues.
"""

from optimizer.model.agent_state import AgentState, AgentStatus
from optimizer.model.assignment import Assignment, Clock, Decision, Obstacle, RunnerUp, Waiting
from optimizer.model.business_time import BusinessTime, Deadlines
from optimizer.model.checks import (
    check_grid,
    check_organisation,
    check_problem,
    check_requirement,
    check_roster,
)
from optimizer.model.contracts import (
    Contract,
    Forbidden,
    Limits,
    PayBand,
    Range,
    Site,
    StaffClass,
    Vendor,
)
from optimizer.model.directives import (
    ChangePrices,
    Directives,
    Floor,
    Keep,
    Pin,
    ShiftDemand,
    Training,
)
from optimizer.model.flows import CustomerClass, Flow, FlowKind
from optimizer.model.grid import MINUTES_PER_DAY, TimeGrid
from optimizer.model.laws import Law, LawKind
from optimizer.model.live_checks import check_snapshot
from optimizer.model.organisation import Fairness, Organisation, can_serve
from optimizer.model.people import (
    Absence,
    Agent,
    Availability,
    History,
    Request,
    RequestKind,
    Rotation,
)
from optimizer.model.roster import (
    PlannedActivity,
    Relaxation,
    Requirement,
    Roster,
    RosterProblem,
    Shift,
)
from optimizer.model.rule_names import RuleName
from optimizer.model.rules import RoutingRule, RuleKind
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
from optimizer.model.snapshot import (
    ChannelRules,
    Escalation,
    OpeningHours,
    OpenWindow,
    Ring,
    RoutingPolicy,
    RoutingWeights,
    Snapshot,
)
from optimizer.model.stakes import change_prices
from optimizer.model.terms import contracts_of
from optimizer.model.tickets import RelaxationStep, Ticket

__all__ = [
    "HIGHEST_LEVEL",
    "MINUTES_PER_DAY",
    "Absence",
    "ActivityKind",
    "ActivityTemplate",
    "Agent",
    "AgentState",
    "AgentStatus",
    "Assignment",
    "Availability",
    "BusinessTime",
    "ChangePrices",
    "Channel",
    "ChannelKind",
    "ChannelRules",
    "Clock",
    "Contract",
    "CustomerClass",
    "Deadlines",
    "Decision",
    "Denominator",
    "Directives",
    "Escalation",
    "Fairness",
    "Floor",
    "Flow",
    "FlowKind",
    "Forbidden",
    "History",
    "Keep",
    "Law",
    "LawKind",
    "Limits",
    "Obstacle",
    "OpenWindow",
    "OpeningHours",
    "Organisation",
    "PayBand",
    "Pin",
    "PlannedActivity",
    "PlanningGroup",
    "Priority",
    "Range",
    "Relaxation",
    "RelaxationStep",
    "Request",
    "RequestKind",
    "Requirement",
    "Ring",
    "Roster",
    "RosterProblem",
    "Rotation",
    "RoutingPolicy",
    "RoutingRule",
    "RoutingWeights",
    "RuleKind",
    "RuleName",
    "RunnerUp",
    "ServiceGoal",
    "Shift",
    "ShiftDemand",
    "ShiftTemplate",
    "ShrinkageWindow",
    "Site",
    "Skill",
    "Snapshot",
    "StaffClass",
    "Ticket",
    "Tier",
    "TimeGrid",
    "Training",
    "Vendor",
    "Waiting",
    "can_serve",
    "change_prices",
    "check_grid",
    "check_organisation",
    "check_problem",
    "check_requirement",
    "check_roster",
    "check_snapshot",
    "contracts_of",
]
