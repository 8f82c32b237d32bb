"""A believable contact centre, generated from traits measured on real ones.

`generate` makes one of any size from a seed; `SMALL` is one that is shipped, made by
``generate(agents=30, skills=2, weeks=20, tickets=40)``.
"""

from pathlib import Path

from sample_data.arguments import Arguments
from sample_data.around import centre_around, staffed
from sample_data.calendars import Closure, Promotion
from sample_data.files import describe, write_sample
from sample_data.generate import Sample, generate
from sample_data.streams import Opening, Stream

__all__ = [
    "SMALL",
    "Arguments",
    "Closure",
    "Opening",
    "Promotion",
    "Sample",
    "Stream",
    "centre_around",
    "describe",
    "generate",
    "staffed",
    "write_sample",
]

SMALL = Path(__file__).parent / "small"
"""Folder of a small sample: organisation.json, history.csv, snapshot.json, sample.json."""
