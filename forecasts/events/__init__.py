"""Events, promotions and public holidays: what they do to volumes, learnt or given."""

from forecasts.events.effects import Effects, LearntFactor
from forecasts.events.event import Event, check_events
from forecasts.events.files import read_events
from forecasts.events.learning import learn_all_effects
from forecasts.events.public_holidays import HOLIDAYS, holiday_events

__all__ = [
    "HOLIDAYS",
    "Effects",
    "Event",
    "LearntFactor",
    "check_events",
    "holiday_events",
    "learn_all_effects",
    "read_events",
]
