"""The three steps of every job: accepted where it is asked for, prepared, and done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.errors import NotFound
from api.jobs.records import Outcome
from api.tasks.acceptance import Acceptance, Accepted, read_request
from api.tasks.context import Context
from api.tasks.kinds import KINDS, Kind
from api.tasks.sizes import refuse_large_history
from optimizer.codec import decode, encode
from optimizer.errors import InvalidInput, Issue

if TYPE_CHECKING:
    from api.config import Settings
    from api.store import Store

__all__ = ["accept", "prepare", "run_task"]


def accept(store: Store, tenant: str, kind: str, body: bytes, limits: Settings) -> Accepted:
    """Check a request entirely and make it complete.

    What is left out because it is stored, and what is named by the identifier of an earlier job,
    is filled in, so that what was accepted does not change any more.

    Raises
    ------
    InvalidInput
        If the request cannot be used; every problem is listed, with pointers into the body.
    TooLarge
        If it asks for more than one job may.
    NotFound
        If there is no such kind of job, or no such earlier job of the tenant.
    Conflict
        If an earlier job that is named is not done.
    """
    of_kind = _kind(kind)
    acceptance = Acceptance(store, tenant, limits)
    request: Any = read_request(of_kind.request, body)
    complete, seconds = of_kind.accept(acceptance, request)
    acceptance.settle()
    return Accepted(encode(complete), seconds, request.label, tuple(acceptance.issues))


def prepare(store: Store, tenant: str, kind: str, body: bytes) -> bytes:
    """Fill in the stored history where a complete request goes without one.

    Done right before the work: a history may be a million rows, and is not copied for every job
    that waits.

    Raises
    ------
    InvalidInput
        If there is no history any more.
    TooLarge
        If there is more of it than one job may have.
    """
    of_kind = _kind(kind)
    if not of_kind.history:
        return body
    request: Any = decode(of_kind.request, body)
    if request.history is not None:
        return body
    from api.data import history_extent, load_history
    from api.tasks.histories import columns_of

    extent = history_extent(store, tenant)
    if extent is not None:
        # It may have grown since the request was accepted.
        refuse_large_history(extent)
    stored = load_history(store, tenant)
    if stored is None:
        issues = [Issue("missing_field", "/history", "No history is stored.")]
        raise InvalidInput("There is no history.", issues)
    return encode(replace(request, history=columns_of(stored)))


def run_task(kind: str, body: bytes, context: Context) -> Outcome:
    """Do the work of a complete request.

    Its results do not depend on where it runs; where a search is cut off by time, they may.

    Raises
    ------
    InvalidInput, ForecastError
        If the input cannot be used after all; every problem is listed.
    NoSolution
        If there is no result: nothing keeps all rules that are never given up, or the work was
        stopped, or its time was over, before there was one.
    """
    of_kind = _kind(kind)
    return of_kind.run(decode(of_kind.request, body), context)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound(f"There is no kind of job {name!r:.60}; there are {', '.join(KINDS)}.")
    return KINDS[name]
