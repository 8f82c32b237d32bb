"""All tables, by what they are about."""

from api.store.tables.access import audit, keys, tenants
from api.store.tables.base import Instant, metadata
from api.store.tables.data import contacts, history_days, stored_documents
from api.store.tables.jobs import documents, job_events, jobs, leases
from api.store.tables.pools import pool_events, pool_exceptions, pools
from api.store.tables.rosters import publications
from api.store.tables.schedules import schedules

__all__ = [
    "Instant",
    "audit",
    "contacts",
    "documents",
    "history_days",
    "job_events",
    "jobs",
    "keys",
    "leases",
    "metadata",
    "pool_events",
    "pool_exceptions",
    "pools",
    "publications",
    "schedules",
    "stored_documents",
    "tenants",
]
