"""Capacity problems in JSON: ``{"schema": "callboard/1", "capacity": {...}}``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from optimizer.codec import adapter, decode
from optimizer.errors import InvalidInput, Issue
from optimizer.model.record import Record
from optimizer.staffing.capacity.model import CapacityProblem

__all__ = ["read_capacity", "write_capacity"]


@dataclass(frozen=True, slots=True)
class _Document(Record):
    schema: Literal["callboard/1"]
    capacity: CapacityProblem


def read_capacity(path: Path) -> CapacityProblem:
    """Read a file with a capacity problem.

    Whether it makes sense is not checked here (`check_capacity` does), since the hours that
    goals need may yet come from a forecast.

    Raises
    ------
    InvalidInput
        If the file cannot be read or does not have the shape; every problem is listed.
    """
    try:
        return decode(_Document, path.read_bytes()).capacity
    except OSError as error:
        issue = Issue("unreadable_file", "", f"{path}: {error.strerror}.")
        raise InvalidInput(f"{path} cannot be read.", [issue]) from None
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error.detail}", error.issues) from None


def write_capacity(path: Path, problem: CapacityProblem) -> None:
    """Write a file with a capacity problem; what is as by default is left out."""
    document = _Document("callboard/1", problem)
    path.write_bytes(
        adapter(_Document).dump_json(document, exclude_defaults=True, indent=2) + b"\n"
    )
