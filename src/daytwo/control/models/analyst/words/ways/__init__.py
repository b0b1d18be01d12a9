"""Ways of asking, put into the one way that the rules read: `when was X highest` → `which @time has the highest X`.

Rewriting is by whole phrases and never touches quoted text; a phrase that is no way of asking stays as it is.  A new
way is one entry in the module of its topic, with the example that proves it (docs/adr/0006-the-offline-analyst.md).
"""

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.numerals import in_digits
from daytwo.control.models.analyst.words.ways import (
    comparatives,
    conditions,
    contrasts,
    courses,
    figures,
    fillers,
    forms,
    looks,
    rankings,
    shares,
    shortened,
    studies,
    times,
    typed,
    verbs,
)
from daytwo.control.models.analyst.words.ways.way import Way

__all__ = ["WAYS", "Way", "rephrase"]

WAYS = (
    *typed.WAYS,
    *fillers.WAYS,
    *shortened.WAYS,
    *looks.WAYS,
    *verbs.WAYS,
    *forms.WAYS,
    *shares.WAYS,
    *rankings.WAYS,
    *comparatives.WAYS,
    *contrasts.WAYS,
    *times.WAYS,
    *courses.WAYS,
    *studies.WAYS,
    *figures.WAYS,
    *conditions.WAYS,
)
"""In this order, each on what the one before made."""
_QUOTED = re.compile(r"[\"“”`‘]")
_LIMIT_CHARACTERS = 1_000


def rephrase(question: str) -> str:
    """The question in the analyst's own way of asking; one that quotes, or is very long, stays as it is."""
    text = " ".join(question.split())
    if _QUOTED.search(question) or len(question) > _LIMIT_CHARACTERS:
        return question
    text = in_digits(text)
    for way in WAYS:
        text = way.put(text)
    return text
