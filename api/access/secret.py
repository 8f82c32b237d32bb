"""What a key looks like: who it is, in the open, and 256 random bits that prove it."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256

__all__ = ["digest_of", "id_in", "new_secret"]

_SECRET = re.compile(r"cb_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")


def new_secret() -> tuple[str, str]:
    """Return the id of a new key, and its secret, which contains the id."""
    key_id = secrets.token_hex(8)
    return key_id, f"cb_{key_id}_{secrets.token_urlsafe(32)}"


def id_in(secret: str) -> str | None:
    """Return the id of the key that a text could be the secret of, or None if of none."""
    found = _SECRET.fullmatch(secret)
    return found[1] if found else None


def digest_of(secret: str) -> bytes:
    """Return what is kept of a secret.

    A fast hash will do: there are no likely secrets that a thief of the table could try.
    """
    return sha256(secret.encode()).digest()
