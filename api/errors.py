"""What the edge raises beside the exceptions of the packages below it.

::

    InvalidInput (of the optimizer)
    ├── TooLarge        sound as far as it was read, but too much at once        413
    ├── Unauthorised    it is not known who asks                                 401
    ├── Forbidden       who asks may not do this                                 403
    ├── NotFound        there is no such thing, or it belongs to somebody else   404
    ├── Conflict        not as things stand now                                  409
    └── Busy            not now, but later                                       429 or 503
"""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.errors import InvalidInput, Issue

__all__ = ["Busy", "Conflict", "Forbidden", "NotFound", "TooLarge", "Unauthorised"]


class TooLarge(InvalidInput):
    """The input is sound as far as it was read, but more than this service takes at once."""


class Unauthorised(InvalidInput):
    """It is not known who asks: there is no key, or none that counts."""


class Forbidden(InvalidInput):
    """Who asks may not do this."""


class NotFound(InvalidInput):
    """There is no such thing, or it belongs to somebody else; nobody can tell which."""


class Conflict(InvalidInput):
    """What is asked for cannot be as things stand now."""


class Busy(InvalidInput):
    """What is asked for cannot be had now, but later.

    Parameters
    ----------
    after_seconds
        When it makes sense to ask again.
    yours
        Whether it is the caller who asks too much (429), not everybody together (503).
    """

    def __init__(
        self, detail: str, issues: Sequence[Issue] = (), *, after_seconds: int, yours: bool = True
    ) -> None:
        super().__init__(detail, issues)
        self.after_seconds = after_seconds
        self.yours = yours
