"""Recurring work: a table that says what is due when, and a timetable in the runner that does it.

Nothing is recurring but a row of the table. When it is due, the runner submits a job like one
from the API, or writes the daily report, or cleans up, and says in the row when it is due next.
"""

from api.schedules.due import Due
from api.schedules.records import Schedule, ScheduleList, ScheduleRequest
from api.schedules.timetable import Timetable

__all__ = ["Due", "Schedule", "ScheduleList", "ScheduleRequest", "Timetable"]
