"""How many of each kind of agent work each pattern, by linear and integer programming."""

from optimizer.roster.counting.kinds import Kind, choose_kinds, kinds_of
from optimizer.roster.counting.model import Counts, CountsModel

__all__ = ["Counts", "CountsModel", "Kind", "choose_kinds", "kinds_of"]
