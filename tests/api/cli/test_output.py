"""What others wrote reaches the terminal as text, and as nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from api.cli.output import literal, visible

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[2J", r"a\x1b[2J"),
        ("a\nb\tc\x7f\x9b", r"a\nb\tc\x7f\x9b"),
        ("\u202eabc\u2069\u200f", r"\u202eabc\u2069\u200f"),
        ("Zoë 東京 שלום 👩\u200d💻", "Zoë 東京 שלום 👩\u200d💻"),
    ],
)
def test_what_would_act_on_a_terminal_is_shown_as_an_escape(raw: str, shown: str) -> None:
    assert visible(raw) == shown


@given(st.text(st.characters()))
def test_nothing_that_is_shown_controls_or_turns_the_order(raw: str) -> None:
    shown = visible(raw)
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in shown)
    assert not any(unicodedata.bidirectional(letter) in BIDI for letter in shown)


@given(st.text("[]/bred \x1b"))
def test_markup_of_others_is_shown_as_it_is(raw: str) -> None:
    assert Text.from_markup(f"[bold]{literal(raw)}[/]").plain == visible(raw)


@given(st.text("[]/\\bred \x1b"))
def test_no_backslash_brings_markup_of_others_to_life(raw: str) -> None:
    text = Text.from_markup(f"[bold]{literal(raw)}[/]")
    assert [(span.start, span.end) for span in text.spans] in ([(0, len(text))], [])
