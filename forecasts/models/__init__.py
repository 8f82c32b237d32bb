"""Forecasting models: one file each, behind one small protocol."""

from forecasts.models.base import FittedModel, Member, Model, PanelModel
from forecasts.models.baselines import MovingAverage, SeasonalNaive
from forecasts.models.boosted import Boosted
from forecasts.models.gaussian_level import GaussianLevel
from forecasts.models.intermittent import Intermittent
from forecasts.models.profile_level import ProfileLevel

__all__ = [
    "Boosted",
    "FittedModel",
    "GaussianLevel",
    "Intermittent",
    "Member",
    "Model",
    "MovingAverage",
    "PanelModel",
    "ProfileLevel",
    "SeasonalNaive",
]
