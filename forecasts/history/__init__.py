"""What happened: from files and logs to volumes and handling times on a regular grid."""

from forecasts.history.contacts import history_from_contacts, read_contacts
from forecasts.history.repairs import Repairs
from forecasts.history.series import DaySeries, History, history_from_frame, read_history

__all__ = [
    "DaySeries",
    "History",
    "Repairs",
    "history_from_contacts",
    "history_from_frame",
    "read_contacts",
    "read_history",
]
