"""A pool as bytes: exactly what its next answers depend on, in a form that runs no code.

A line, ``callboard pool`` and the version of the form; the CRC-32 of the rest in four bytes; and
the rest in MessagePack.
"""

from __future__ import annotations

import zlib
from typing import TypeVar

import msgspec

from optimizer.errors import InvalidInput, Issue

__all__ = ["pack", "unpack"]

_MAGIC = b"callboard pool "
_HEAD = _MAGIC + b"1\n"

T = TypeVar("T")


def pack(state: msgspec.Struct) -> bytes:
    """Return a state as bytes."""
    body = msgspec.msgpack.encode(state)
    return _HEAD + zlib.crc32(body).to_bytes(4) + body


def unpack(saved: bytes, kind: type[T]) -> T:
    """Return the state that some bytes hold.

    Raises
    ------
    InvalidInput
        With one issue: ``not_a_pool``, ``unknown_version`` or ``damaged_pool``.
    """
    if not saved.startswith(_MAGIC):
        raise _refusal("not_a_pool", "These bytes are not a saved pool.")
    if not saved.startswith(_HEAD):
        version = saved[len(_MAGIC) :].split(b"\n")[0][:20].decode("ascii", "replace")
        raise _refusal("unknown_version", f"The pool was saved in the unknown form {version!r}.")
    start = len(_HEAD) + 4
    body = saved[start:]
    if zlib.crc32(body).to_bytes(4) != saved[len(_HEAD) : start]:
        raise _refusal("damaged_pool", "The saved pool is damaged: its checksum does not fit.")
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _refusal("damaged_pool", f"The saved pool is damaged: {error}.") from None


def _refusal(code: str, detail: str) -> InvalidInput:
    return InvalidInput("The pool cannot be restored.", [Issue(code, "", detail)])
