"""One self-contained HTML page that shows a plan to a person."""

from api.report.page import render

__all__ = ["render"]
