"""Results as they are kept, written and read back."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from api.jobs.records import Document
from api.tasks.requests.trials import ForecastFiles
from optimizer.errors import InvalidInput, Issue
from optimizer.io import decode_problem, decode_roster
from optimizer.io import encode as encode_sections
from optimizer.model import Roster, RosterProblem

if TYPE_CHECKING:
    from forecasts import Forecast

__all__ = [
    "COMPARISON",
    "CSV",
    "FORECAST",
    "FORECAST_FILES",
    "FORECAST_PATHS",
    "FORECAST_TABLE",
    "JSON",
    "PLAN",
    "PREVIOUS",
    "PROBLEM",
    "REPORT",
    "ROSTER",
    "SIMULATION",
    "forecast_of",
    "json_document",
    "problem_documents",
    "read_forecast_files",
    "read_problem",
    "read_roster",
    "roster_document",
    "unpacked_forecast",
    "zipped_forecast",
]

JSON, CSV = "application/json", "text/csv"

FORECAST, FORECAST_TABLE, FORECAST_FILES = "forecast", "forecast_table", "forecast_files"
FORECAST_PATHS = "forecast_paths"
ROSTER, PROBLEM, PREVIOUS, REPORT = "roster", "problem", "previous", "report"
SIMULATION, COMPARISON, PLAN = "simulation", "comparison", "plan"

_TABLE, _DOCUMENT, _UNADJUSTED = "forecast.csv", "forecast.json", "unadjusted.csv"

_NO_CLOCK = (1980, 1, 1, 0, 0, 0)
"""The time of every file of an archive: equal forecasts have equal bytes."""


def json_document(name: str, value: Mapping[str, Any]) -> Document:
    """Return a JSON object as a document."""
    text = json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False)
    return Document(name, JSON, text.encode() + b"\n")


def roster_document(roster: Roster) -> Document:
    """Return a roster as a document of the schema ``callboard/1``."""
    return Document(ROSTER, JSON, encode_sections(roster))


def problem_documents(problem: RosterProblem) -> tuple[Document, ...]:
    """Return what a roster answers: all but the previous roster, and that one if there is one."""
    parts = problem.organisation, problem.requirement, problem.directives
    documents = [Document(PROBLEM, JSON, encode_sections(*parts))]
    if problem.previous is not None:
        documents.append(Document(PREVIOUS, JSON, encode_sections(problem.previous)))
    return tuple(documents)


def read_roster(document: Document) -> Roster:
    """Read what `roster_document` wrote, or any document with a roster.

    Raises
    ------
    InvalidInput
        If the document has another shape. The other readers raise the same.
    """
    return decode_roster(document.body)


def read_problem(document: Document, previous: Document | None = None) -> RosterProblem:
    """Read what `problem_documents` wrote."""
    return decode_problem(document.body, None if previous is None else previous.body)


def zipped_forecast(forecast: Forecast) -> Document:
    """Return the files of a forecast as one archive; equal forecasts give equal bytes."""
    from forecasts import write_forecast

    held = io.BytesIO()
    with TemporaryDirectory() as folder, zipfile.ZipFile(held, "w") as archive:
        for path in write_forecast(forecast, folder):
            entry = zipfile.ZipInfo(path.name, _NO_CLOCK)
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return Document(FORECAST_FILES, "application/zip", held.getvalue())


def read_forecast_files(document: Document) -> Forecast:
    """Read what `zipped_forecast` wrote."""
    return forecast_of(unpacked_forecast(document))


def unpacked_forecast(document: Document) -> ForecastFiles:
    """Return the files that `zipped_forecast` packed."""
    try:
        with zipfile.ZipFile(io.BytesIO(document.body)) as archive:
            files = {name: archive.read(name).decode() for name in archive.namelist()}
            return ForecastFiles(files[_TABLE], files[_DOCUMENT], files.get(_UNADJUSTED))
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        issues = [Issue("unreadable_file", "", f"It is no archive of a forecast: {error}.")]
        raise InvalidInput("The forecast cannot be read.", issues) from None


def forecast_of(files: ForecastFiles) -> Forecast:
    """Return the forecast of files."""
    from forecasts import read_forecast

    texts = {_TABLE: files.table, _DOCUMENT: files.document, _UNADJUSTED: files.unadjusted}
    with TemporaryDirectory() as folder:
        for name, text in texts.items():
            if text is not None:
                (Path(folder) / name).write_text(text, encoding="utf-8")
        return read_forecast(folder)
