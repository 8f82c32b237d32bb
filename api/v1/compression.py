"""Compressed bodies: read within a limit, written where that is worth its time."""

from __future__ import annotations

import zlib

from flask import Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

__all__ = ["UnknownCoding", "compress", "inflate"]

_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""What zlib calls each coding that is taken."""

_LEVEL = 1
"""Higher levels take twice the time for a tenth less."""


class UnknownCoding(UnsupportedMediaType):
    """The body is compressed in a way that is not taken; the answer says which are (RFC 7694)."""

    def get_headers(self, *arguments: object, **options: object) -> list[tuple[str, str]]:
        """Return the headers of the answer."""
        return [*super().get_headers(), ("Accept-Encoding", "gzip, deflate")]


def inflate(body: bytes, coding: str, limit: int) -> bytes:
    """Return a body as it was before it was compressed, or its first `limit` + 1 bytes.

    No more than that is ever held, however much a few bytes would become.

    Parameters
    ----------
    coding
        The header Content-Encoding.

    Raises
    ------
    UnknownCoding
        If the coding is none of gzip and deflate.
    BadRequest
        If the body is not what the header says, ends too early, or goes on behind its end.
    """
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in _WINDOW_BITS:
        raise UnknownCoding("The body must be compressed by gzip or deflate, or not at all.")
    stream = zlib.decompressobj(_WINDOW_BITS[coding])
    try:
        inflated = stream.decompress(body, limit + 1)
    except zlib.error:
        raise BadRequest(f"The body is not in the coding {coding!r} that it declares.") from None
    if len(inflated) <= limit and (not stream.eof or stream.unused_data):
        raise BadRequest(f"The body is not one whole stream of the coding {coding!r}.")
    return inflated


def compress(response: Response, least_bytes: int) -> Response:
    """Compress an answer of at least so many bytes for a caller who takes gzip; return it."""
    response.headers["Vary"] = "Accept-Encoding"
    if (response.content_length or 0) >= least_bytes and request.accept_encodings["gzip"]:
        packer = zlib.compressobj(_LEVEL, wbits=_WINDOW_BITS["gzip"])
        response.set_data(packer.compress(response.get_data()) + packer.flush())
        response.headers["Content-Encoding"] = "gzip"
    return response
