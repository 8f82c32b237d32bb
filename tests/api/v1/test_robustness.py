"""Whatever is put in the place of a part of a good body, the answer is good or says why not."""

from __future__ import annotations

import copy
import json
from typing import Any

from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.schemas.examples import SNAPSHOT, STAFFING, as_json
from optimizer.codec import encode

BODIES = {
    # With its defaults written out, so that they can be damaged, too.
    "/v1/assignments": json.loads(encode(SNAPSHOT)),
    "/v1/assignments?partial=true": json.loads(encode(SNAPSHOT)),
    "/v1/staffing": as_json(STAFFING),
}

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, -1, 1e-300, 1e300, 2**63, 10**400, "", "ben", "voice", "orders", "P0"])
    | st.sampled_from(["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-11-23"])
    | st.text(max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to everything in a body, the body itself first."""
    inner: list[tuple[Any, ...]] = []
    if isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            inner += places(value, (*path, key))
    return [path, *inner]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw a route and its example with one or two parts replaced."""
    route = draw(st.sampled_from(sorted(BODIES)))
    body = copy.deepcopy(BODIES[route])
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(places(body)[1:]))
        node = body
        for key in way:
            node = node[key]
        node[last] = draw(VALUES)
    return route, body


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=damaged())
def test_no_body_is_answered_with_a_failure_of_ours(app: OpenAPI, sent: tuple[str, Any]) -> None:
    route, body = sent
    client: FlaskClient = app.test_client()
    answer = client.post(route, json=body)
    assert answer.status_code in (200, 413, 422)
    if answer.status_code != 200:
        assert answer.get_json(force=True)["errors"]
