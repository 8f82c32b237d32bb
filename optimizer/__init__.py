"""Pure optimisation for contact centres: staffing, rosters, routing and simulation.

Nothing in this package opens a socket, a database or (outside :mod:`optimizer.io`) a file.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
