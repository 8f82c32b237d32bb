"""What happened, put in batches: intervals of planning groups, or single contacts."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import note
from api.access.scopes import Scope
from api.data import Counts, drop_history, history_extent, put_contacts, put_history
from api.data.contacts import drop_contacts
from api.data.history import stored_days
from api.data.written import as_columns
from api.errors import NotFound
from api.schemas import data_examples as examples
from api.schemas.data import (
    DataKind,
    ForgetQuery,
    Forgotten,
    HistoryBatch,
    HistoryQuery,
    Merged,
    PutQuery,
    StoredIntervals,
)
from api.tables import safe
from api.v1.bodies import Count, json_answer, json_body, refuse_beyond, whole_body
from api.v1.compression import compress
from api.v1.describe import BODY_FAILURES, TEXT, answers, operation_id, request_body
from api.v1.here import caller, scope, settings, store
from optimizer.codec import decode
from optimizer.errors import InvalidInput, Issue

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["routes"]

CSV = "text/csv"

routes = APIBlueprint(
    "history",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Data", description="What an organisation sends once and refers to later.")],
    operation_id_callback=operation_id,
)


def _bodies() -> dict[str, Any]:
    described = request_body(HistoryBatch, examples.HISTORY)
    described["requestBody"]["content"][CSV] = {"schema": TEXT}
    return described


@routes.put(
    "/history",
    summary="Put intervals or contacts.",
    description=(
        "They are merged with what is there: rows of intervals by group and start, contacts by "
        "their id. All rows are kept or none; the same rows twice change nothing."
    ),
    openapi_extensions=_bodies(),
    responses=answers(Merged, "What the rows changed.", *BODY_FAILURES),
)
@scope(Scope.PLAN)
def put_rows_of_history(query: PutQuery) -> Response:
    """Merge rows into the history."""
    if request.mimetype == CSV:
        from api.data.frames import read_csv_body  # heavy, as all that reads tables

        batch = HistoryBatch(query.kind, None, None, query.interval_minutes, query.zone)
        limits = settings()
        body = whole_body(limits.max_job_bytes)
        values = body.count(b",") + body.count(b"\n")
        refuse_beyond(Count("", "values", values, limits.max_job_values))
        frame, by_column = read_csv_body(body), False
    else:
        batch = decode(HistoryBatch, json_body(long=True))
        frame, by_column = _json_frame(batch), batch.columns is not None
    tenant = caller().tenant
    try:
        if batch.kind is DataKind.CONTACTS:
            counts = put_contacts(store(), tenant, frame, zone=batch.zone)
        else:
            counts = put_history(
                store(),
                tenant,
                frame,
                interval_minutes=batch.interval_minutes,
                zone=batch.zone,
            )
    except InvalidInput as error:
        if by_column:
            raise type(error)(error.detail, [_by_column(one) for one in error.issues]) from None
        raise
    return _merged(batch.kind, counts, by_column)


@routes.get(
    "/history",
    summary="Read the intervals of some days.",
    description="As JSON or, for `Accept: text/csv`, as CSV. Either can be put back.",
    responses=answers(StoredIntervals, "The intervals.", "404", "413", "422", others={CSV: TEXT}),
)
@scope(Scope.READ)
def get_history(query: HistoryQuery) -> Response:
    """Answer the intervals that are kept."""
    groups = None if query.group is None else (query.group,)
    tenant = caller().tenant
    extent = history_extent(store(), tenant, group=query.group, first=query.first, last=query.last)
    if extent is None:
        detail = "There is no history of this."
        raise NotFound(detail, [Issue("not_found", "", detail)])
    # Counted before it is read: a history may be larger than the memory.
    intervals = extent.records * extent.slots_per_day
    refuse_beyond(Count("", "intervals", intervals, settings().max_job_values // 10))
    groups = None if query.group is None else (query.group,)
    days = list(stored_days(store(), tenant, groups=groups, first=query.first, last=query.last))
    columns = as_columns(days)
    if request.accept_mimetypes.best_match(["application/json", CSV]) == CSV:
        return _csv_answer(columns)
    return json_answer(
        StoredIntervals(
            kind=DataKind.INTERVALS,
            interval_minutes=extent.interval_minutes,
            zone=days[0].zone,
            columns={name: tuple(cells) for name, cells in columns.items()},
        )
    )


@routes.delete(
    "/history",
    summary="Delete the intervals or contacts of some days.",
    description="Reports of these days that are kept stay as they are.",
    responses=answers(Forgotten, "What was deleted.", "422"),
)
@scope(Scope.PLAN)
def delete_history(query: ForgetQuery) -> Response:
    """Forget some days."""
    drop = drop_contacts if query.kind is DataKind.CONTACTS else drop_history
    count = drop(store(), caller().tenant, group=query.group, first=query.first, last=query.last)
    detail = query.model_dump(mode="json") | {"count": count}
    note(store(), caller(), "delete data", "/v1/history", detail)
    return json_answer(Forgotten(query.kind, count))


def _json_frame(batch: HistoryBatch) -> pd.DataFrame:
    """Return the rows of a batch as a table.

    Raises
    ------
    InvalidInput
        If there are neither columns nor rows, or both, or columns of several lengths.
    TooLarge
        If there are too many columns.
    """
    from api.data.frames import frame_of_columns, frame_of_rows  # heavy, as above

    if batch.columns is not None and batch.rows is None:
        return frame_of_columns(batch.columns)
    if batch.rows is not None and batch.columns is None:
        return frame_of_rows(batch.rows)
    issue = Issue("columns_or_rows", "", "Give either columns or rows.")
    raise InvalidInput("The batch cannot be read.", [issue])


_ROW = re.compile(r"/rows/(\d+)/(.+)")


def _by_column(issue: Issue) -> Issue:
    """Return an issue of a cell with the pointer into columns instead of rows."""
    found = _ROW.fullmatch(issue.pointer)
    if found is None:
        return issue
    return replace(issue, pointer=f"/columns/{found[2]}/{found[1]}")


def _merged(kind: DataKind, counts: Counts, by_column: bool) -> Response:
    if counts.added or counts.changed:
        detail = {"kind": kind.value, "added": counts.added, "changed": counts.changed}
        note(store(), caller(), "put data", "/v1/history", detail)
    issues = tuple(_by_column(one) if by_column else one for one in counts.issues)
    return json_answer(Merged(counts.added, counts.changed, counts.unchanged, issues))


def _csv_answer(columns: dict[str, list[str | float | None]]) -> Response:
    text = StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        table.writerow([_cell(cell) for cell in row])
    answer = Response(text.getvalue(), mimetype=CSV)
    return compress(answer, settings().compress_from_bytes)


def _cell(cell: str | float | None) -> str:
    if cell is None:
        return ""
    return safe(cell) if isinstance(cell, str) else f"{cell:.10g}"
