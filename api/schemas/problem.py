"""The shape of every failure, as the API's description shows it (RFC 9457)."""

from __future__ import annotations

from pydantic import BaseModel, Field

from optimizer.errors import Severity

__all__ = ["ProblemDocument", "ProblemIssue"]


class ProblemIssue(BaseModel):
    """One cause of a failure."""

    code: str = Field(description="Stable name of the kind of cause, in snake_case.")
    severity: Severity = Field(description="Only errors stop the work.")
    pointer: str = Field(description="JSON pointer (RFC 6901) into the body; empty for all of it.")
    detail: str = Field(description="One sentence for a person.")


class ProblemDocument(BaseModel):
    """A failure; the media type is `application/problem+json`."""

    type: str = Field(description="Stable name of the kind of problem, as a URN.")
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status of the answer.")
    detail: str = Field(description="What went wrong this time.")
    instance: str = Field(description="This occurrence, as a URN that ends in the request's id.")
    errors: list[ProblemIssue] = Field(description="Every single cause that was found.")
