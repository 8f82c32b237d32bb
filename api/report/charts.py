"""The pictures of a report, drawn with Plotly, each with the table behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

__all__ = ["Band", "coverage_chart", "forecast_chart"]

INK, FAINT, ACCENT, ALARM, BAND = "#1d2733", "#d8dee6", "#1565a7", "#c4372b", "rgba(21,101,167,.16)"
Times = NDArray[np.datetime64]
Figures = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Band:
    """One forecast to draw.

    Parameters
    ----------
    name
        Title of its panel.
    expected, lower, upper
        Contacts per slot with the 80 % interval, [slots]; 0 where closed.
    past
        The same slots one week earlier as they really were, [slots]; NaN where unknown.
    """

    name: str
    expected: Figures
    lower: Figures
    upper: Figures
    past: Figures


def forecast_chart(times: Times, bands: list[Band]) -> str:
    """Return a panel per forecast over one time axis, as an HTML fragment."""
    figure = make_subplots(
        rows=len(bands),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=min(0.06, 0.3 / len(bands)),
        subplot_titles=[band.name for band in bands],
    )
    for row, band in enumerate(bands, start=1):
        first = row == 1
        figure.add_scatter(
            x=times, y=band.past, name="a week earlier", mode="lines", row=row, col=1,
            line={"color": "#8a97a6", "width": 1, "dash": "dot"}, showlegend=first,
        )  # fmt: skip
        figure.add_scatter(
            x=times, y=band.upper, mode="lines", row=row, col=1,
            line={"width": 0}, showlegend=False, hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=times, y=band.lower, name="80 % interval", mode="lines", row=row, col=1,
            line={"width": 0}, fill="tonexty", fillcolor=BAND, showlegend=first,
        )  # fmt: skip
        figure.add_scatter(
            x=times, y=band.expected, name="forecast", mode="lines", row=row, col=1,
            line={"color": ACCENT, "width": 2}, showlegend=first,
        )  # fmt: skip
    return _fragment(figure, 90 + 150 * len(bands))


def coverage_chart(times: Times, required: Figures, rostered: Figures, short: Figures) -> str:
    """Return required against rostered agents, and what is missing, as an HTML fragment."""
    figure = go.Figure()
    figure.add_scatter(
        x=times, y=rostered, name="rostered on contacts", mode="lines",
        line={"color": FAINT, "width": 1, "shape": "hv"}, fill="tozeroy", fillcolor="#e7ecf2",
    )  # fmt: skip
    figure.add_scatter(
        x=times, y=required, name="required", mode="lines",
        line={"color": ACCENT, "width": 2, "shape": "hv"},
    )  # fmt: skip
    figure.add_scatter(
        x=times, y=short, name="short of skill", mode="lines",
        line={"color": ALARM, "width": 1, "shape": "hv"}, fill="tozeroy", fillcolor=ALARM,
    )  # fmt: skip
    return _fragment(figure, 340)


def _fragment(figure: go.Figure, height: int) -> str:
    figure.update_layout(
        template="plotly_white",
        height=height,
        margin={"l": 56, "r": 16, "t": 64, "b": 32},
        font={"family": "system-ui, sans-serif", "size": 13, "color": INK},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1 + 26 / height, "x": 0},
        hovermode="x unified",
    )
    figure.update_annotations(x=0, xanchor="left", font_size=13)
    figure.update_yaxes(rangemode="tozero")
    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        config={"displayModeBar": False, "responsive": True},
    )
    return html
