"""Simulation: play contacts against a roster with the rule of the live router."""
