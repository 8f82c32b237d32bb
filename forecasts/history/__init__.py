"""What happened: from files and logs to volumes and handling times on a regular grid."""

from forecasts.history.series import DaySeries, History, history_from_frame, read_history

__all__ = ["DaySeries", "History", "history_from_frame", "read_history"]
