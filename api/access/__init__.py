"""Who may do what: keys, their scopes and tenants, and the record of who did what."""

from api.access.audit import AuditEntry, audit_entries, note, note_in
from api.access.keyring import Keyring
from api.access.keys import Key, create_key, list_keys, revoke_key
from api.access.rates import Rate
from api.access.scopes import EVERYTHING, MAIN, Caller, Scope

__all__ = [
    "EVERYTHING",
    "MAIN",
    "AuditEntry",
    "Caller",
    "Key",
    "Keyring",
    "Rate",
    "Scope",
    "audit_entries",
    "create_key",
    "list_keys",
    "note",
    "note_in",
    "revoke_key",
]
