"""From a plan to one HTML page that needs nothing else: styles, scripts and pictures inside."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from api.planning import Plan
from api.report.content import content_of
from optimizer.model import Assignment

__all__ = ["render"]


def render(plan: Plan, summary: dict[str, Any], assignment: Assignment | None = None) -> str:
    """Return the report on a plan as an HTML page.

    Parameters
    ----------
    summary
        From :func:`api.summary.summarise`.
    assignment
        What the live router answered to a snapshot, if there was one.
    """
    environment = Environment(
        loader=PackageLoader("api.report"), autoescape=True, undefined=StrictUndefined
    )
    content = content_of(plan, summary, assignment)
    # Made by the chart library, not by a person: the only markup that is let through.
    for name in ("forecast_chart", "coverage_chart"):
        content[name] = Markup(content[name])
    template = environment.get_template("report.html.j2")
    return template.render(plotly=Markup(get_plotlyjs()), **content)
