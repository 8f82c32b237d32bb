"""What the HTTP edge raises beside the exceptions of the packages below it."""

from __future__ import annotations

from optimizer.errors import InvalidInput

__all__ = ["TooLarge"]


class TooLarge(InvalidInput):
    """The input is sound as far as it was read, but more than this service takes at once."""
