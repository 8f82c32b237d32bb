"""Staffing: how many agents a goal needs, and what to expect with them."""

from __future__ import annotations

import math

import numpy as np
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import Scope
from api.schemas import examples
from api.schemas.staffing import StaffingPlan, StaffingRequest
from api.v1.bodies import Count, json_answer, json_body, refuse_beyond
from api.v1.describe import BODY_FAILURES, answers, operation_id, request_body
from api.v1.here import scope, settings
from optimizer.codec import decode
from optimizer.errors import InvalidInput, raise_errors
from optimizer.model.findings import Findings
from optimizer.staffing import least_agents, performance, scheduled_agents

__all__ = ["routes", "staff"]

routes = APIBlueprint(
    "staffing",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Staffing", description="Contacts to agents needed.")],
    operation_id_callback=operation_id,
)


@routes.post(
    "/staffing",
    summary="Compute the agents that a service goal needs.",
    description=(
        "Exact Erlang C, or Erlang A where customers have a patience, interval by interval. "
        "Columns have one value per interval."
    ),
    openapi_extensions=request_body(StaffingRequest, examples.STAFFING),
    responses=answers(StaffingPlan, "Agents and figures per interval.", *BODY_FAILURES),
)
@scope(Scope.ROUTE)
def create_staffing() -> Response:
    """Answer a staffing request."""
    asked = decode(StaffingRequest, json_body())
    limits = settings()
    refuse_beyond(Count("/offered", "intervals", len(asked.offered), limits.max_intervals))
    _check(asked, limits.max_erlang)
    return json_answer(staff(asked))


def staff(asked: StaffingRequest) -> StaffingPlan:
    """Return the least agents that meet the goal, and what to expect with them.

    Raises
    ------
    InvalidInput
        If the request cannot be staffed; the pointers lead into it.
    """
    goal, patience = asked.goal, asked.patience_seconds
    required = least_agents(
        goal,
        asked.offered,
        asked.aht_s,
        asked.interval_s,
        patience_seconds=patience,
        concurrency=asked.concurrency,
    )
    offered = np.array(asked.offered)
    expected = performance(
        required * asked.concurrency,
        offered,
        np.where(offered > 0.0, asked.aht_s, 1.0),
        asked.interval_s,
        patience_s=math.inf if patience is None else patience,
        within_s=goal.within_seconds or 0.0,
    )
    level = None
    if goal.within_seconds is not None:
        level = tuple(expected.service_level(goal.denominator).tolist())
    return StaffingPlan(
        required=tuple(required.tolist()),
        scheduled=tuple(scheduled_agents(required, asked.shrinkage).tolist()),
        service_level=level,
        asa_s=tuple(expected.mean_answer_s.tolist()),
        occupancy=tuple(expected.occupancy.tolist()),
        abandonment=tuple(expected.abandonment.tolist()),
    )


def _check(asked: StaffingRequest, max_erlang: float) -> None:
    """Look at the request as a whole before anything is computed for any interval.

    Raises
    ------
    InvalidInput
        If columns are empty or differ in length, an interval has more load than this service
        computes, or the goal is one of deferred work or makes no sense; all that is found is
        listed.
    """
    found = Findings()
    if not asked.offered:
        found.at("offered").error("no_intervals", "There is no interval.")
    if len(asked.aht_s) != len(asked.offered):
        found.at("aht_s").error(
            "bad_shape", f"There are {len(asked.aht_s)} values for {len(asked.offered)} intervals."
        )
    for i, (offered, aht) in enumerate(zip(asked.offered, asked.aht_s, strict=False)):
        if (load := offered * aht / asked.interval_s) > max_erlang:
            found.at("offered", i).error(
                "out_of_range", f"The load is {load:g} erlang; at most {max_erlang:g} are taken."
            )
    for name in ("first_response_seconds", "resolution_seconds"):
        if getattr(asked.goal, name) is not None:
            found.at("goal", name).error(
                "deferred_goal", "Contacts here are answered at once; they have no such deadline."
            )
    try:
        # Without contacts this computes nothing, but it finds all that is wrong with the rest.
        least_agents(
            asked.goal,
            0.0,
            1.0,
            asked.interval_s,
            patience_seconds=asked.patience_seconds,
            concurrency=asked.concurrency,
        )
    except InvalidInput as error:
        found.issues.extend(error.issues)
    raise_errors("The request cannot be staffed.", found.issues)
