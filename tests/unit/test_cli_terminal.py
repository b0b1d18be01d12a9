"""Text of data is harmless once it has passed `printable`."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.cli.terminal import listing, moment, printable

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=200)


@given(ANY_TEXT)
def test_nothing_with_an_effect_is_left(text: str) -> None:
    shown = printable(text)
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} or c in "\n\t" for c in shown)
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_one_line_is_one_line(text: str) -> None:
    assert len(printable(text, one_line=True).splitlines()) <= 1


@pytest.mark.parametrize("text", ["Umsätze 2024: 1 234 €", "日本語", "plain", "a\tb\nc", "emoji 🙂", "[bold]x[/bold]"])
def test_ordinary_text_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;owned\x07", r"\x1b[2J\x1b]0;owned\x07"),
        ("a\rb", r"a\rb"),
        ("\u202eevil", r"\u202eevil"),
        ("\x9b31m", r"\x9b31m"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_sequences_are_shown_not_obeyed(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_list_has_a_heading_and_columns_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    listing(("run", "question"), [("run_1", "How\x1bmany?"), ("run_22", "")])
    assert capsys.readouterr().out == "run     question\nrun_1   How\\x1bmany?\nrun_22\n"


def test_a_moment_is_told_to_the_minute() -> None:
    assert moment("2026-01-02T03:04:05.678Z") == "2026-01-02 03:04 UTC"
