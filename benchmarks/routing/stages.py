"""The steps of an assignment, from the bytes of a request to the bytes of the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from typing import Any

from optimizer.codec import encode
from optimizer.io import decode_snapshot
from optimizer.model import Snapshot
from optimizer.routing import assign, deal, match, read_board
from optimizer.routing.answer import decisions, waiting
from optimizer.routing.columns import read_agents, read_tickets
from optimizer.routing.prices import skill_prices
from optimizer.routing.runners import runners_up
from optimizer.wire import twin

__all__ = ["STEPS", "answer_bytes", "phases", "request_body", "stages"]

STEPS = (
    *("decode", "columns", "checks", "board", "match", "deal"),
    *("runners_up", "decisions", "waiting", "prices", "encode"),
)


def request_body(snapshot: Snapshot) -> bytes:
    """Return a snapshot as a router would send it: what is as by default is left out."""
    return json.dumps(_said(snapshot), separators=(",", ":")).encode()


def answer_bytes(body: bytes) -> bytes:
    """Return what the endpoint answers, made as it makes it."""
    return encode(assign(decode_snapshot(body), kinds=twin))


def stages(body: bytes) -> dict[str, Callable[[], object]]:
    """Return the steps of `answer_bytes` one by one, to be timed; see `phases`."""
    given = decode_snapshot(body)
    board = read_board(given)
    market = board.market
    best = match(market)
    pairs = deal(market, best.flow)
    runners = runners_up(market, pairs)
    answer = assign(given, kinds=twin)
    return {
        "decode": lambda: decode_snapshot(body),
        "columns": lambda: (
            read_tickets(given.tickets, given.now),
            read_agents(given.agents, given.now, given.weights.tie_seed),
        ),
        "checked_board": lambda: read_board(given),
        "unchecked_board": lambda: read_board(given, checked=False),
        "match": lambda: match(market),
        "deal": lambda: deal(market, best.flow),
        "runners_up": lambda: runners_up(market, pairs),
        "decisions": lambda: decisions(given, board, pairs, runners, twin),
        "waiting": lambda: waiting(given, board, pairs, twin),
        "prices": lambda: skill_prices(market, best, board.classes),
        "encode": lambda: encode(answer),
    }


def phases(medians: dict[str, float]) -> dict[str, float]:
    """Return the median of each of `STEPS`; what contains another step is taken apart."""
    apart = {
        "checks": medians["unchecked_board"] - medians["checked_board"],
        "board": medians["checked_board"] - medians["columns"],
    }
    return {name: max(0.0, apart.get(name, medians.get(name, 0.0))) for name in STEPS}


def _said(value: Any) -> Any:
    """Return a record as what JSON can say, without what is as by default."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _said(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) != _default(field)
        }
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_said(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
