"""Whole rosters of single people, as paths of automata built from the forms of the rules."""

from optimizer.roster.tours.tours import OPEN, Through, Tour, Tours

__all__ = ["OPEN", "Through", "Tour", "Tours"]
