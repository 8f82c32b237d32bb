"""The depth of a body, told from its bytes, is the one that a parser finds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.v1.depth import depth_of

NODES = st.recursive(
    st.none() | st.integers() | st.text(alphabet='a"\\[]{}é\n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def nested(value: Any) -> int:
    """Return the depth of a value by walking it."""
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(nested, value), default=0) if isinstance(value, list) else 0


@given(value=NODES, ascii_only=st.booleans())
def test_it_is_the_depth_of_the_value(value: Any, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert depth_of(body, 200) == nested(value)


@pytest.mark.parametrize("sign", [b"[", b'{"a":'])
def test_nothing_is_read_beyond_what_is_enough(sign: bytes) -> None:
    assert depth_of(32 * sign, 32) == 32
    assert depth_of(100_000 * sign, 32) == 33


@pytest.mark.parametrize("body", [b"", b"}}}", b'"', b'"\\', b"\\", b'"\\"[['])
def test_bytes_that_are_no_json_have_a_depth_as_well(body: bytes) -> None:
    assert depth_of(body, 32) == 0
