"""Forecasting models: one file each, behind one small protocol."""

from forecasts.models.base import FittedModel, Model
from forecasts.models.baselines import MovingAverage, SeasonalNaive
from forecasts.models.profile_level import ProfileLevel

__all__ = ["FittedModel", "Model", "MovingAverage", "ProfileLevel", "SeasonalNaive"]
