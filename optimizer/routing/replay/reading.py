"""A log from a file, whichever of the known shapes it has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path

from optimizer.routing.replay.bank_log import is_bank_log, read_bank_log
from optimizer.routing.replay.cells import open_table
from optimizer.routing.replay.contact_table import read_contact_table
from optimizer.routing.replay.helpdesk_log import is_helpdesk_log, read_helpdesk_log
from optimizer.routing.replay.log import Log

__all__ = ["read_log"]


def read_log(
    path: Path, columns: Mapping[str, str] | None = None, zone: tzinfo | None = None
) -> Log:
    """Read a log of contacts from a CSV file.

    The shapes of two public logs are told by their headers, unless columns are named; all other
    files are read as `contact_table.COLUMNS` has it.

    Parameters
    ----------
    columns
        Our name to the file's, for those that are called something else there.
    zone
        Of times without an offset from UTC, and in which a day begins.

    Raises
    ------
    InvalidInput
        If the file cannot be used; every problem is listed with its line.
    """
    table = open_table(path)
    if not columns and is_bank_log(table.header):
        return read_bank_log(table, zone)
    if not columns and is_helpdesk_log(table.header):
        return read_helpdesk_log(table, zone)
    return read_contact_table(table, columns or {}, zone)
