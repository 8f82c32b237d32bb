"""Answers in the form that is wanted: JSON, a table, a calendar."""

from __future__ import annotations

from flask import Response, request

from api.v1.compression import compress
from api.v1.here import settings

__all__ = ["ARCHIVE", "CALENDAR", "CSV", "JSON", "file_answer", "wanted_form"]

JSON, CSV = "application/json", "text/csv"
CALENDAR, ARCHIVE = "text/calendar", "application/zip"

_BY_NAME = {"json": JSON, "csv": CSV, "ics": CALENDAR, "zip": ARCHIVE}
_NAMES = {media: name for name, media in _BY_NAME.items()}


def wanted_form(name: str | None, *offered: str) -> str:
    """Return the media type that is named, or that the caller accepts best; else the first."""
    if name is not None:
        return _BY_NAME[name]
    return request.accept_mimetypes.best_match(offered) or offered[0]


def file_answer(body: str | bytes, media_type: str, name: str) -> Response:
    """Return an answer with a file of some form, which a browser keeps under a name.

    Parameters
    ----------
    name
        Without its ending; of letters, digits and hyphens.
    """
    response = Response(body, mimetype=media_type)
    if media_type != JSON:
        kept = f'attachment; filename="{name}.{_NAMES[media_type]}"'
        response.headers["Content-Disposition"] = kept
    response = compress(response, settings().compress_from_bytes)
    response.vary.add("Accept")
    return response
