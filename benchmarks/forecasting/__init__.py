"""Forecasts of ours and of others, on the same origins and scored by the same code."""
