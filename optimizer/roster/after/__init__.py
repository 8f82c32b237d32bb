"""After the fact: what a roster costs and why, what it would cost otherwise, and who could do it.

Nothing here runs a solver over the whole: one person's rosters are searched at a time, against
the plan of everybody else.
"""

from optimizer.roster.after.analysis import Analysis, DayCover, RuleCost, Share, analysis
from optimizer.roster.after.diff import Change, ChangeKind, Difference, diff
from optimizer.roster.after.effect import Effect
from optimizer.roster.after.recommend import (
    Proposal,
    Recommendation,
    recommend_for_absence,
    recommend_for_shift,
    recommend_swaps,
)
from optimizer.roster.after.why import Why, why

__all__ = [
    "Analysis",
    "Change",
    "ChangeKind",
    "DayCover",
    "Difference",
    "Effect",
    "Proposal",
    "Recommendation",
    "RuleCost",
    "Share",
    "Why",
    "analysis",
    "diff",
    "recommend_for_absence",
    "recommend_for_shift",
    "recommend_swaps",
    "why",
]
