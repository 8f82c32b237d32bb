"""A stored forecast against what came."""

from forecasts.accuracy.figures import Accuracy, defined
from forecasts.accuracy.report import AccuracyReport, ValueAdded, accuracy

__all__ = ["Accuracy", "AccuracyReport", "ValueAdded", "accuracy", "defined"]
