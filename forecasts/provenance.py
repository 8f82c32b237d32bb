"""What a forecast was made from: a fingerprint that the same input always gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date, time
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from forecasts.history.series import History
from forecasts.weekly import FloatArray

__all__ = ["Provenance", "fingerprint_of", "provenance_of"]

PACKAGES = ("callboard", "lightgbm", "numpy")
"""Another version of these may give another forecast from the same history."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The input of a forecast.

    There is no clock in it: the same history and options give the same provenance.

    Parameters
    ----------
    fingerprint
        See `fingerprint_of`.
    first_day, last_day
        Days that the history covers.
    options
        Options of the forecast as plain JSON values.
    source
        Name of the file that the history came from, if any; not part of the fingerprint.
    """

    fingerprint: str
    first_day: date
    last_day: date
    options: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


def provenance_of(history: History, *, source: str = "", **options: object) -> Provenance:
    """Return the provenance of a forecast of `history` made with `options`."""
    return Provenance(
        fingerprint=fingerprint_of(history, **options),
        first_day=history.days[0].item(),
        last_day=history.days[-1].item(),
        options=json.loads(_canonical(options)),
        source=source,
    )


def fingerprint_of(history: History, **options: object) -> str:
    """Return a SHA-256 over a history, the options and the versions of what computes with them.

    Any other value, name, date, option or version gives another fingerprint; the order of
    options and the issues found while reading do not. The order of groups does.

    Parameters
    ----------
    options
        Plain values, dates, dataclasses and collections of them.

    Returns
    -------
    str
        ``sha256:`` and 64 hexadecimal digits.

    Raises
    ------
    TypeError, ValueError
        If an option has no canonical form, such as an open file or not-a-number.
    """
    digest = hashlib.sha256()

    def add(part: bytes) -> None:
        # The length first: no two sequences of parts give the same bytes.
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)

    add(_canonical({"options": options, "packages": {name: _version(name) for name in PACKAGES}}))
    grid = [list(history.groups), str(history.starts[0]), history.interval_minutes]
    add(_canonical(grid))
    for column in fields(history):
        values = getattr(history, column.name)
        if isinstance(values, np.ndarray):
            add(column.name.encode())
            add(str(values.shape).encode())
            add(_canonical_numbers(values))
    return f"sha256:{digest.hexdigest()}"


def _canonical_numbers(values: FloatArray) -> bytes:
    """Return numbers as bytes that do not depend on the machine, on -0 or on the kind of NaN."""
    numbers = np.ascontiguousarray(values, dtype="<f8") + 0.0
    return np.where(np.isnan(numbers), np.nan, numbers).tobytes()


def _canonical(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    return text.encode()


def _plain(value: object) -> object:
    """Return what JSON can hold for a value that it cannot."""
    if isinstance(value, date | time):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {"type": type(value).__name__, **asdict(value)}
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, np.ndarray):
        return list(value) if value.dtype.kind == "M" else value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"a {type(value).__name__} is no option that can be recorded")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
