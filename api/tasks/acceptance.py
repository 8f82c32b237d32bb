"""Accepting a request: what every kind of job looks at, and where problems are gathered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from api.config import Settings
from api.errors import Conflict, NotFound, TooLarge
from api.jobs.records import Document
from api.tasks.requests.references import plain_pointer
from optimizer.codec import decode
from optimizer.errors import InvalidInput, Issue, Severity, raise_errors
from optimizer.model import Organisation
from optimizer.wire import first_problem

if TYPE_CHECKING:
    from api.store import Store

__all__ = ["LONGEST_LABEL", "MANY_VALUES", "Acceptance", "Accepted", "read_request"]

T = TypeVar("T")

LONGEST_LABEL = 200

MANY_VALUES = 50_000
"""Every wrong value is an issue; in a body with more values than this nobody wants to have all of
them, and a million would take a gigabyte."""

_JOB = re.compile(r"[0-9a-fA-F-]{1,64}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that can be worked on.

    Parameters
    ----------
    body
        The complete request as JSON: nothing in it refers to anything that may change, but for a
        stored history, which `api.tasks.prepare` fills in.
    seconds
        Longest time for the work.
    label
        A name for people.
    issues
        What was noticed and stops nothing.
    """

    body: bytes
    seconds: float
    label: str | None
    issues: tuple[Issue, ...]


class Acceptance:
    """One request on its way in: whose it is, what it refers to, and what is wrong with it.

    Parameters
    ----------
    store
        Where stored data and earlier results are looked up.
    settings
        Of the service, for the longest time that a job may ask for.

    Attributes
    ----------
    issues
        All that was found so far.
    """

    def __init__(self, store: Store, tenant: str, settings: Settings) -> None:
        self.store, self.tenant, self.settings = store, tenant, settings
        self.issues: list[Issue] = []
        self._absent: list[Issue] = []
        self._unfinished: list[Issue] = []

    def error(self, code: str, pointer: str, detail: str) -> None:
        """Add a problem."""
        self.issues.append(Issue(code, pointer, detail))

    def within(self, pointer: str, value: float, low: float, high: float) -> None:
        """Report a number outside its range."""
        if not low <= value <= high:
            shown = f"{value:g}" if abs(value) < 1e300 else "too great"
            self.error(
                "out_of_range", pointer, f"It is {shown} but must be in [{low:g}, {high:g}]."
            )

    def common(self, request: Any, usual_seconds: float) -> float:
        """Check what all kinds of requests have, and return the time that the job may take."""
        most = float(self.settings.max_job_seconds)
        seconds = request.limits.seconds
        if seconds is None:
            seconds = min(usual_seconds, most)
        self.within("/limits/seconds", seconds, 1.0, most)
        self.within("/seed", request.seed, 0, 2**63 - 1)
        if request.label is not None:
            self._check_label(request.label)
        return float(seconds)

    def _check_label(self, label: str) -> None:
        if len(label) > LONGEST_LABEL:
            detail = f"A label has at most {LONGEST_LABEL} characters, not {len(label)}."
            self.error("too_long", "/label", detail)
        if not label.isprintable():
            self.error("bad_text", "/label", "A label is one line of text that can be printed.")

    def document(self, pointer: str, job: str, name: str) -> Document | None:
        """Return what an earlier job of the tenant made, or None with the reason noted.

        Parameters
        ----------
        pointer
            Where the job is named in the request.
        """
        from api.jobs.queue import document

        try:
            if not _JOB.fullmatch(job):
                raise NotFound(f"There is no job {job!r:.80}.")
            return document(self.store, self.tenant, job, name)
        except NotFound as error:
            self._absent.append(Issue("unknown_job", pointer, error.detail))
        except Conflict as error:
            self._unfinished.append(Issue("job_not_done", pointer, error.detail))
        return None

    def organisation(
        self, given: Organisation | None, pointer: str = "/organisation"
    ) -> Organisation | None:
        """Return the organisation that was sent, or the stored one."""
        if given is not None:
            return given
        from api.data import load_organisation

        stored = load_organisation(self.store, self.tenant)
        if stored is None:
            detail = "No organisation is stored; send it."
            self.error("missing_field", pointer, detail)
        return stored

    @contextmanager
    def gathering(self, place: Callable[[str], str] = str) -> Iterator[None]:
        """Gather what the block raises about the input, instead of ending with it.

        Parameters
        ----------
        place
            Turns the pointer of an issue into one of the request.

        Raises
        ------
        TooLarge
            If the block does.
        """
        from forecasts.errors import ForecastError

        try:
            yield
        except TooLarge:
            raise  # that it is too much is told by itself, as the reason to look no further
        except (InvalidInput, ForecastError) as error:
            found = error.issues or (Issue("unusable", "", error.detail),)
            self.add(found, place)

    def add(self, found: Iterable[Any], place: Callable[[str], str] = str) -> None:
        """Add issues of either package, with pointers into the request."""
        self.issues += [
            Issue(issue.code, place(issue.pointer), issue.detail, Severity(issue.severity))
            for issue in found
        ]

    @property
    def sound(self) -> bool:
        """Tell whether nothing so far keeps the request from being worked on."""
        broken = any(issue.severity is Severity.ERROR for issue in self.issues)
        return not (broken or self._absent or self._unfinished)

    def settle(self) -> None:
        """Refuse the request if anything was found that stops it.

        Raises
        ------
        InvalidInput
            With everything that was found.
        NotFound, Conflict
            If all that is wrong is that a job it refers to does not exist, or is not done.
        """
        once = {(issue.code, issue.pointer): issue for issue in reversed(self.issues)}
        self.issues = list(once.values())[::-1]
        everything = [*self.issues, *self._absent, *self._unfinished]
        if not any(issue.severity is Severity.ERROR for issue in self.issues):
            if self._absent:
                raise NotFound("The request refers to what is not there.", everything)
            if self._unfinished:
                raise Conflict("The request refers to what is not done.", everything)
        raise_errors("The request cannot be used.", everything)


def read_request(kind: type[T], body: bytes) -> T:
    """Return the request that a body holds.

    Raises
    ------
    InvalidInput
        If it is not JSON or has another shape; every problem is listed, but only the first one
        of a body with many values.
    """
    if body.count(b",") > MANY_VALUES:
        problem = first_problem(kind, body)
        if problem is not None:
            raise InvalidInput("The JSON does not have the expected shape.", [problem])
    try:
        return decode(kind, body)
    except InvalidInput as error:
        issues = [replace(issue, pointer=plain_pointer(issue.pointer)) for issue in error.issues]
        raise InvalidInput(error.detail, issues) from None
