"""What an organisation sends once and refers to later, without the web framework."""

from api.calendars import Calendar
from api.data.contacts import history_from_contacts, load_contacts, put_contacts
from api.data.documents import (
    StaleVersion,
    StoredDocument,
    Version,
    load_document,
    put_document,
    versions,
)
from api.data.history import drop_history, history_extent, history_groups, load_history
from api.data.merging import put_history
from api.data.organisations import check_calendar, load_calendar, load_organisation
from api.data.writing import Counts

__all__ = [
    "Calendar",
    "Counts",
    "StaleVersion",
    "StoredDocument",
    "Version",
    "check_calendar",
    "drop_history",
    "history_extent",
    "history_from_contacts",
    "history_groups",
    "load_calendar",
    "load_contacts",
    "load_document",
    "load_history",
    "load_organisation",
    "put_contacts",
    "put_document",
    "put_history",
    "versions",
]
