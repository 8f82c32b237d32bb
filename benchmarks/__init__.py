"""Measured comparisons that planners and developers run: `callboard bench`."""
