"""Whole rosters of single people, as paths of automata built from the forms of the rules."""

from optimizer.roster.tours.relax import relax
from optimizer.roster.tours.tour import OPEN, Through, Tour
from optimizer.roster.tours.tours import MAX_ARCS, Tours

__all__ = ["MAX_ARCS", "OPEN", "Through", "Tour", "Tours", "relax"]
