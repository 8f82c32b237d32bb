"""Resident pools: made, told events, looked into, followed and deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from sqlalchemy import Connection

from api.access import note, note_in
from api.access.scopes import Scope
from api.jobs.clock import database_clock
from api.logs import request_id
from api.pools.exceptions import PoolException
from api.pools.log import news_after
from api.pools.owner import Owner
from api.pools.reading import MOST_EVENTS, PoolEvents, read_told
from api.pools.records import (
    EventAnswer,
    EventAnswers,
    OfferNews,
    OfferPage,
    PoolList,
    PoolStanding,
    TicketStanding,
)
from api.pools.table import Key, last_number, list_pools
from api.schemas.components import reference
from api.schemas.pools import (
    EVENTS,
    EXCEPTION,
    MOST_NEWS,
    SETTINGS,
    OffersHeaders,
    OffersQuery,
    PoolPath,
    TicketPath,
)
from api.v1.bodies import json_answer, json_body
from api.v1.describe import BODY_FAILURES, answers, each_event, operation_id, request_body
from api.v1.here import caller, scope, store
from api.v1.pool_desk import at_owner, key_of
from api.v1.pool_feed import Follower, feed
from api.v1.streams import EVENT_STREAM, HEARTBEAT_SECONDS, Message, client_there, stream
from optimizer.codec import decode, encode
from optimizer.errors import InvalidInput
from optimizer.model import Snapshot
from optimizer.routing.pool import PoolSettings

__all__ = ["routes"]

routes = APIBlueprint(
    "pools",
    __name__,
    url_prefix="/v1/pools",
    abp_tags=[Tag(name="Pools", description="Agents and tickets that stay.")],
    operation_id_callback=operation_id,
)


def _as_sent(kind: type, description: str, *failures: str) -> dict[Any, Any]:
    """Describe an answer that holds what could be sent just so, and has that schema."""
    content = {"application/json": {"schema": reference(kind, "validation")}}
    return answers(PoolList, "", *failures) | {
        "200": {"description": description, "content": content}
    }


@routes.get("", summary="List pools.", responses=answers(PoolList, "All pools."))
@scope(Scope.READ)
def list_all_pools() -> Response:
    """Answer which pools there are."""
    with store().reading() as connection:
        found = list_pools(connection, caller().tenant, database_clock(connection))
    return json_answer(PoolList(tuple(found)))


_STANDING = _as_sent(PoolStanding, "The pool and how it stands.", "404", "422", "503")


@routes.put(
    "/<id>",
    summary="Make a pool.",
    description=(
        "Its settings are fixed for its life. Making it again with equal settings changes nothing; "
        "other settings are refused."
    ),
    openapi_extensions=request_body(PoolSettings, SETTINGS),
    responses=_as_sent(PoolStanding, "It is there already.", *BODY_FAILURES, "409", "503")
    | {"201": {"description": "It was made."} | {"content": _STANDING["200"]["content"]}},
)
@scope(Scope.ROUTE)
def put_pool(path: PoolPath) -> Response:
    """Make a pool, unless it is there."""
    body = json_body()
    chosen = decode(PoolSettings, body)

    def put(owner: Owner, key: Key) -> Response:
        made = owner.put(key, chosen)
        if made:
            note(store(), caller(), "make pool", f"/v1/pools/{key.pool}")
        response = json_answer(owner.standing(key))
        response.status_code = 201 if made else 200
        return response

    return at_owner(path.id, put, body)


@routes.get("/<id>", summary="Look at a pool.", responses=_STANDING)
@scope(Scope.READ)
def get_pool(path: PoolPath) -> Response:
    """Answer how a pool stands."""
    return at_owner(path.id, lambda owner, key: json_answer(owner.standing(key)))


@routes.delete(
    "/<id>",
    summary="Delete a pool.",
    description="Its tickets, agents, events and offers are gone for good.",
    responses={
        status: about
        for status, about in answers(PoolList, "", "404", "422", "503").items()
        if status != "200"
    }
    | {"204": {"description": "It is gone."}},
)
@scope(Scope.ROUTE)
def delete_pool(path: PoolPath) -> Response:
    """Delete a pool."""

    def delete(owner: Owner, key: Key) -> Response:
        owner.delete(key)
        note(store(), caller(), "delete pool", f"/v1/pools/{key.pool}")
        return Response(status=204)

    return at_owner(path.id, delete)


@routes.post(
    "/<id>/events",
    summary="Tell a pool what happened.",
    description=(
        f"One event or up to {MOST_EVENTS:,}, taken in order; the answer comes when they are in "
        "the database. Events are taken or refused one by one: a refused one changes nothing and "
        "has its `errors`, the others count. Only if none was taken is the answer a 422. An event "
        "with an `id` may be sent again, whatever happened to the first answer: it is not taken "
        "twice, and is answered as it was the first time. Without `at` the service's clock counts."
    ),
    openapi_extensions=request_body(PoolEvents, EVENTS),
    responses=answers(EventAnswers, "What became of each.", *BODY_FAILURES, "404", "503"),
)
@scope(Scope.ROUTE)
def tell_pool(path: PoolPath) -> Response:
    """Let a pool take events."""
    body = json_body()
    told = read_told(body)

    def take(owner: Owner, key: Key) -> Response:
        found = owner.take(key, told)
        if found.results and all(answer.errors for answer in found.results):
            issues = [issue for answer in found.results for issue in answer.errors]
            raise InvalidInput("No event could be taken.", issues)
        return json_answer(found)

    return at_owner(path.id, take, body)


@routes.post(
    "/<id>/exceptions",
    summary="Make an exception for one ticket.",
    description=(
        "Once and for a time: only a named agent may take it, it has another priority, or some "
        "rules do not count. It replaces an earlier exception for the ticket, ends by itself, and "
        "stands in the audit with its reason."
    ),
    openapi_extensions=request_body(PoolException, EXCEPTION),
    responses=answers(EventAnswer, "What followed.", *BODY_FAILURES, "404", "503"),
)
@scope(Scope.ROUTE)
def make_exception(path: PoolPath) -> Response:
    """Let a ticket be otherwise for once."""
    body = json_body()
    asked = decode(PoolException, body)

    def grant(owner: Owner, key: Key) -> Response:
        # The note is written by another thread, which knows nothing of this request.
        who, asking, detail = caller(), request_id.get(), json.loads(encode(asked))

        def noted(connection: Connection) -> None:
            target = f"/v1/pools/{key.pool}"
            note_in(connection, who, "make exception", target, detail, asking)

        return json_answer(owner.grant(key, asked, noted))

    return at_owner(path.id, grant, body)


@routes.get(
    "/<id>/snapshot",
    summary="See what is undecided in a pool.",
    description=(
        "Waiting tickets, and agents with all that they were offered or have in hand as open "
        "work, as of the last clock event: as `POST /v1/assignments` takes it."
    ),
    responses=_as_sent(Snapshot, "What is undecided.", "404", "422", "503"),
)
@scope(Scope.READ)
def get_pool_snapshot(path: PoolPath) -> Response:
    """Answer what waits, and who is there."""
    return at_owner(path.id, lambda owner, key: json_answer(owner.snapshot(key)))


@routes.get(
    "/<id>/why/<path:ticket>",
    summary="Ask where a ticket is, and why it waits.",
    responses=answers(TicketStanding, "Where it is.", "404", "422", "503"),
)
@scope(Scope.READ)
def get_why(path: TicketPath) -> Response:
    """Answer where a ticket is, and what stops each kind of agent."""
    return at_owner(path.id, lambda owner, key: json_answer(owner.why(key, path.ticket)))


@routes.get(
    "/<id>/offers",
    summary="Follow the offers of a pool.",
    description=(
        "As server-sent events: what changed about offers since `after` or Last-Event-ID (by "
        "default, from now on), then what changes as it does. One message holds all that one event "
        "changed; its `id` is the number of that event. For `Accept: application/json`, what "
        f"changed after `after` (by default, ever) as one list of at most {MOST_NEWS:,}. Changes "
        "are kept for seven days."
    ),
    responses=answers(
        OfferPage,
        "What changed.",
        "404",
        "422",
        "503",
        others={EVENT_STREAM: each_event(OfferNews)},
    ),
)
@scope(Scope.READ)
def follow_offers(path: PoolPath, query: OffersQuery, header: OffersHeaders) -> Response:
    """Answer what changed about offers, as a stream or as a list."""
    key = key_of(path.id)
    after = query.after if header.last_event_id is None else header.last_event_id
    forms = ["application/json", EVENT_STREAM]
    if request.accept_mimetypes.best_match(forms, forms[0]) == EVENT_STREAM:
        follower = feed().follow(key, after, client_there())
        return stream(_messages(follower), follower.close)
    with store().reading() as connection:
        last = last_number(connection, key)
        news = news_after(connection, key, after or 0, MOST_NEWS, last)
    if len(news) == MOST_NEWS:
        last = news[-1].number
    return json_answer(OfferPage(tuple(news), last))


def _messages(follower: Follower) -> Iterator[Message | None]:
    for news in follower.news(HEARTBEAT_SECONDS):
        yield None if news is None else Message(news.number, "offers", news)
