"""Two sides against each other: which is more, by how much, what changed from one time to another."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

from daytwo.control.models.analyst.words.ways.way import Way

WAYS = (
    Way(r"\b(?:the )?(?:difference|gap) (?:in|of) (.+?) between ", r"@difference \1 between ", "the gap in pay between men and women", "@difference pay between men and women"),
)  # fmt: skip
