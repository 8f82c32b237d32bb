"""The page about data tells every column and figure in the words of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.data.columns import COLUMNS
from api.data.contact_fields import FLAGS, NUMBERS, TEXTS, TIMES
from api.kpis import FIGURES

PAGE = (Path(__file__).parents[3] / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "meaning"),
    [(name, figure.meaning) for name, figure in FIGURES.items()] + list(COLUMNS.items()),
)
def test_a_figure_and_a_column_of_intervals_stand_with_their_meaning(
    name: str, meaning: str
) -> None:
    assert f"| `{name}` | {meaning} |" in PAGE


@pytest.mark.parametrize("name", [*TEXTS, *TIMES, *NUMBERS, *FLAGS])
def test_a_column_of_contacts_stands_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE
