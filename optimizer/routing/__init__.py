"""Live routing: who may take a ticket, what that is worth, and the best match of all.

`assign` answers a snapshot with reasons. Callers that only want the pairs use the steps it is
made of: `read_board`, then `match` on the board's market and `deal`, or a policy of `POLICIES`.
"""

from optimizer.routing.assign import assign
from optimizer.routing.board import Board, read_board
from optimizer.routing.dealing import Pairs, deal
from optimizer.routing.eligibility import Rule
from optimizer.routing.market import Market
from optimizer.routing.matching import match
from optimizer.routing.policies import POLICIES
from optimizer.routing.score import base_score, skill_fit

__all__ = [
    "POLICIES",
    "Board",
    "Market",
    "Pairs",
    "Rule",
    "assign",
    "base_score",
    "deal",
    "match",
    "read_board",
    "skill_fit",
]
