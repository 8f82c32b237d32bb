"""The folder that a roster is published as."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.publishing.answers import analysis_figures
from api.publishing.calendars import write_calendars
from api.tables import write_roster
from optimizer import io
from optimizer.model import Roster, RosterProblem

__all__ = ["publish"]


def publish(
    folder: Path, problem: RosterProblem, roster: Roster, made: datetime, figures: dict[str, Any]
) -> list[Path]:
    """Write a roster into a folder that exists; return the files, and the folder of calendars.

    ``roster.json`` is the exact roster, ``roster.csv`` and ``roster.html`` are for people,
    ``analysis.json`` says what it costs and why, and ``calendars/`` holds one calendar for each
    agent and for each site.

    Parameters
    ----------
    figures
        What else is known of the roster, for the analysis.
    """
    from api.publishing.page import roster_page
    from optimizer.roster.after import analysis

    found = analysis(problem, roster)
    names = "roster.json", "roster.csv", "analysis.json", "roster.html", "calendars"
    with TemporaryDirectory(prefix=".unfinished-", dir=folder) as unfinished:
        exact, table, told, page, calendars = (Path(unfinished) / name for name in names)
        io.write(exact, roster)
        write_roster(table, problem.organisation, roster)
        text = json.dumps({**figures, **analysis_figures(found)}, indent=1, allow_nan=False)
        told.write_text(text + "\n", encoding="utf-8")
        page.write_text(roster_page(problem, roster, found, made), encoding="utf-8")
        write_calendars(calendars, problem.organisation, roster, made, problem.previous)
        # All at once, so that a run that is killed leaves no mixture of two rosters.
        shutil.rmtree(folder / calendars.name, ignore_errors=True)
        for made_anew in (exact, table, told, page, calendars):
            made_anew.replace(folder / made_anew.name)
    return [folder / name for name in names]
