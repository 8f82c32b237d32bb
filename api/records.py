"""What became of every simulated contact, as a table for inspection."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from api.tables import safe
from optimizer.errors import InvalidInput, Issue
from optimizer.model import Organisation, Roster
from optimizer.simulation import Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_records_path", "records_frame", "write_records"]

_OUTCOMES = np.array(["left", "answered", "gave up"])


def check_records_path(path: Path) -> None:
    """Say at once if a file of this name could not be written later.

    Raises
    ------
    InvalidInput
        If the ending is neither ``.csv`` nor ``.parquet``, or Parquet is not installed.
    """
    if path.suffix not in (".csv", ".parquet"):
        detail = f"{path} ends neither in .csv nor in .parquet."
        raise InvalidInput("The records cannot be written.", [Issue("bad_ending", "", detail)])
    if path.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        detail = "Parquet needs the package pyarrow (pip install 'callboard[parquet]')."
        raise InvalidInput("The records cannot be written.", [Issue("no_parquet", "", detail)])


def records_frame(study: Study, organisation: Organisation, roster: Roster) -> pd.DataFrame:
    """Return one row per contact of the replications that keep records, in order of arrival.

    Columns: ``replication, contact, case, hop`` (contacts of the case before), ``group`` at
    which it arrived, ``served_as`` (another group if its clock ran out), ``customer_class,
    arrival`` (local time), ``outcome`` (answered, gave up, left), ``agent, wait_s, end``.
    """
    import pandas as pd

    lines = study.trial.lines
    groups = np.array([organisation.groups[line.group].id for line in lines])
    classes = np.array([line.customer_class.id for line in lines])
    agents = np.array([*(agent.id for agent in organisation.agents), ""])
    start = roster.grid.local(study.trial.first)
    frames = []
    for replication, kept in enumerate(study.records):
        rows = np.sort(kept, order="number")
        seconds = {
            name: pd.to_timedelta(rows[name].round(3), unit="s") for name in ("arrival", "end")
        }
        frames.append(
            pd.DataFrame(
                {
                    "replication": replication,
                    "contact": rows["number"],
                    "case": rows["case"],
                    "hop": rows["hop"],
                    "group": groups[rows["origin"]],
                    "served_as": groups[rows["line"]],
                    "customer_class": classes[rows["origin"]],
                    "arrival": pd.Timestamp(start) + seconds["arrival"],
                    "outcome": _OUTCOMES[rows["outcome"]],
                    "agent": agents[rows["agent"]],
                    "wait_s": rows["wait"].round(3),
                    "end": pd.Timestamp(start) + seconds["end"],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def write_records(path: Path, study: Study, organisation: Organisation, roster: Roster) -> None:
    """Write what became of every contact as CSV or Parquet, by the ending of the file."""
    frame = records_frame(study, organisation, roster)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        for name in ("group", "served_as", "customer_class", "agent"):
            frame[name] = frame[name].map(safe)
        frame.to_csv(path, index=False, date_format="%Y-%m-%d %H:%M:%S%z", lineterminator="\n")
