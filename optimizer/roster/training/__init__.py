"""Training and meetings within the shifts of a plan."""

from optimizer.roster.training.hold import hold_trainings

__all__ = ["hold_trainings"]
