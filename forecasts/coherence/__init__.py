"""Forecasts that add up: hierarchies of groups, reconciliation, and groups that inherit."""

from forecasts.coherence.attributes import read_hierarchy
from forecasts.coherence.hierarchy import Hierarchy, Node
from forecasts.coherence.reconcile import reconcile_days

__all__ = ["Hierarchy", "Node", "read_hierarchy", "reconcile_days"]
