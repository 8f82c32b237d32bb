"""How it went: figures of days and quarters, from what is kept of them."""

from api.kpis.attributes import By
from api.kpis.daily import count_day, daily_report
from api.kpis.figures import FIGURES, Figure
from api.kpis.reports import Report, ReportKind, report

__all__ = [
    "FIGURES",
    "By",
    "Figure",
    "Report",
    "ReportKind",
    "count_day",
    "daily_report",
    "report",
]
