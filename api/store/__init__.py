"""What outlives a process: the database, its tables, and how they come to be."""

from api.store.engine import Store, open_store
from api.store.errors import UNREACHABLE
from api.store.migrate import downgrade, open_upgraded, upgrade

__all__ = ["UNREACHABLE", "Store", "downgrade", "open_store", "open_upgraded", "upgrade"]
