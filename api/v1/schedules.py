"""Routes for recurring work."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from api.access import note_in
from api.access.scopes import Scope
from api.jobs.clock import database_clock
from api.schedules.records import Schedule, ScheduleList, ScheduleRequest
from api.schedules.table import (
    delete_schedule,
    get_schedule,
    list_schedules,
    pause_schedule,
    put_schedule,
    trigger_schedule,
)
from api.v1.bodies import json_answer, json_body
from api.v1.describe import BODY_FAILURES, answers, operation_id, request_body
from api.v1.here import caller, scope, store
from optimizer.codec import decode

__all__ = ["routes"]

routes = APIBlueprint(
    "schedules",
    __name__,
    url_prefix="/v1/schedules",
    abp_tags=[Tag(name="Schedules", description="Work that is done again and again.")],
    operation_id_callback=operation_id,
)

_EXAMPLE = ScheduleRequest(
    work="forecasts",
    cron="30 2 * * *",
    zone="Europe/Paris",
    body={"horizon_days": 28, "label": "Night of ${day}"},
)


class SchedulePath(BaseModel):
    """A schedule in a path."""

    id: str = Field(
        description="Its name: letters, digits, and after the first dots, dashes, underscores.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
    )


@routes.get(
    "",
    summary="List all recurring work.",
    responses=answers(ScheduleList, "All recurring work, by its identifiers."),
)
@scope(Scope.READ)
def list_all_schedules() -> Response:
    """Answer all schedules."""
    with store().reading() as connection:
        return json_answer(ScheduleList(list_schedules(connection, caller().tenant)))


@routes.get(
    "/<id>",
    summary="Look at recurring work.",
    responses=answers(Schedule, "What it does, when, and how it went.", "404", "422"),
)
@scope(Scope.READ)
def get_one_schedule(path: SchedulePath) -> Response:
    """Answer a schedule."""
    with store().reading() as connection:
        return json_answer(get_schedule(connection, caller().tenant, path.id))


@routes.put(
    "/<id>",
    summary="Have work done again and again.",
    description=(
        "Each time that it is due, a job is submitted as if it had been sent to the route of its "
        "kind. What was missed while no runner was there is made up for, once."
    ),
    openapi_extensions=request_body(ScheduleRequest, _EXAMPLE),
    responses=answers(
        Schedule, "The schedule as it is now.", "409", *BODY_FAILURES, statuses=("200", "201")
    ),
)
@scope(Scope.ADMIN)
def put_one_schedule(path: SchedulePath) -> Response:
    """Keep a schedule."""
    asked = decode(ScheduleRequest, json_body())
    with store().writing() as connection:
        now = database_clock(connection)
        kept, new = put_schedule(connection, caller().tenant, path.id, asked, now)
        detail = {"work": kept.work, "cron": kept.cron, "zone": kept.zone, "paused": kept.paused}
        note_in(connection, caller(), "put schedule", _target(path), detail)
    answer = json_answer(kept)
    answer.status_code = 201 if new else 200
    return answer


@routes.delete(
    "/<id>",
    summary="Have work done no more.",
    description="Jobs that it submitted stay.",
    responses=answers(Schedule, "The schedule as it was.", "404", "422"),
)
@scope(Scope.ADMIN)
def delete_one_schedule(path: SchedulePath) -> Response:
    """Forget a schedule."""
    with store().writing() as connection:
        gone = delete_schedule(connection, caller().tenant, path.id)
        note_in(connection, caller(), "delete schedule", _target(path))
    return json_answer(gone)


@routes.post(
    "/<id>/pause",
    summary="Have recurring work wait.",
    responses=answers(Schedule, "The schedule as it is now.", "404", "422"),
)
@scope(Scope.ADMIN)
def pause_one_schedule(path: SchedulePath) -> Response:
    """Pause a schedule."""
    return _set_paused(path, paused=True)


@routes.post(
    "/<id>/resume",
    summary="Have recurring work go on.",
    description="What was missed while it was paused is not made up for.",
    responses=answers(Schedule, "The schedule as it is now.", "404", "422"),
)
@scope(Scope.ADMIN)
def resume_one_schedule(path: SchedulePath) -> Response:
    """Resume a schedule."""
    return _set_paused(path, paused=False)


@routes.post(
    "/<id>/trigger",
    summary="Have recurring work done once, now.",
    description=(
        "A runner does it within a second or two, even if it is paused; `triggered` is null and "
        "`last_run` is set when it has. Asked again before that, it is still done once."
    ),
    responses=answers(Schedule, "It will be done.", "404", "422", statuses=("202",)),
)
@scope(Scope.ADMIN)
def trigger_one_schedule(path: SchedulePath) -> Response:
    """Have a schedule run out of turn."""
    with store().writing() as connection:
        now = database_clock(connection)
        asked = trigger_schedule(connection, caller().tenant, path.id, now)
        note_in(connection, caller(), "trigger schedule", _target(path))
    answer = json_answer(asked)
    answer.status_code = 202
    return answer


def _set_paused(path: SchedulePath, *, paused: bool) -> Response:
    with store().writing() as connection:
        now = database_clock(connection)
        kept = pause_schedule(connection, caller().tenant, path.id, now, paused=paused)
        action = "pause schedule" if paused else "resume schedule"
        note_in(connection, caller(), action, _target(path))
    return json_answer(kept)


def _target(path: SchedulePath) -> str:
    return f"/v1/schedules/{path.id}"
