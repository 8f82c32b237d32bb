"""The process that has jobs solved, alone of its kind: whoever else is started stands by."""

from api.runner.process import run_here

__all__ = ["run_here"]
