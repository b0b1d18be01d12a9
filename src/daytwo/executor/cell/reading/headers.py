"""Column names that may leave as metadata.

A name is kept as its file has it, unless it is missing, a duplicate, strange (control or invisible characters, very
long) or looks like a value: then the handle `c<n>` stands for it, n being the column's place from 1.  Sheets,
programs and views all use the fitted names (docs/threat-model.md: column names are metadata and cross).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

NAME_LIMIT_CHARACTERS = 128
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_VALUE = re.compile(
    r"""
      [+-]?[\d.,'\s]*\d[\d.,'\s]*[%€$£]?                        # a number
    | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T\s].*)?                 # a date
    | \d{1,2}:\d\d(:\d\d.*)?                                    # a time
    | \S+@\S+\.\S+                                              # an e-mail address
    | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
    | .*\d[\d\s/-]{6,}\d.*                                      # a telephone or account number
    | true | false | null | none | nan | n/a
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_YEAR = re.compile(r"(18|19|20)\d\d")


def is_value_like(text: str) -> bool:
    """Whether a header reads like a cell.  A year is a name: tables have one column a year often enough."""
    text = text.strip()
    return _VALUE.fullmatch(text) is not None and _YEAR.fullmatch(text) is None


def _is_strange(text: str) -> bool:
    return len(text) > NAME_LIMIT_CHARACTERS or any(unicodedata.category(character) in _HIDDEN for character in text)


def fit_names(raw: Sequence[str | None]) -> tuple[list[str], int]:
    """The names to use, one for each raw name and all different (case-blind), and how many were replaced."""
    taken: set[str] = set()
    fitted: list[str | None] = []
    for text in raw:
        name = (text or "").strip()
        if not name or _is_strange(name) or is_value_like(name) or name.casefold() in taken:
            fitted.append(None)
            continue
        taken.add(name.casefold())
        fitted.append(name)
    replaced = 0
    names: list[str] = []
    for place, name_or_none in enumerate(fitted, start=1):
        if name_or_none is None:
            replaced += 1
            name = f"c{place}"
            while name in taken:
                name += "_"
            taken.add(name)
            names.append(name)
        else:
            names.append(name_or_none)
    return names, replaced


def replaced_note(replaced: int) -> str:
    return (
        f"{replaced} column name(s) were missing, repeated, strange or looked like values: "
        "they are called c1, c2, … after their place."
    )
