"""The correction loop: build a roster, try it, and ask for people where experience says so."""

from api.correction.judge import Reading, Stretch
from api.correction.loop import Build, correct, corrections
from api.correction.report import figures_of
from api.correction.rounds import Correction, Round
from api.correction.trials import Tried

__all__ = [
    "Build",
    "Correction",
    "Reading",
    "Round",
    "Stretch",
    "Tried",
    "correct",
    "corrections",
    "figures_of",
]
