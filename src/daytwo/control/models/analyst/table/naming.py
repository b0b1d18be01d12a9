"""What people call a column: `unit_price` “price”, `customer_id` “customer”, `quantity` “units”.

A column answers to its whole name (rank EXACT), to the name without a unit (NEAR), and to what people shorten it to
(LOOSE).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.words import nouns


class Rank(IntEnum):
    EXACT = 0
    NEAR = 1
    LOOSE = 2


GROUP_OF = {word: min(group) for group in nouns.SYNONYMS for word in group}


_DONE = frozenset({"sent", "sold", "paid", "born", "made", "seen", "built", "read", "taken", "begun", "done", "left"})


_SILENT_ENDINGS = (
    nouns.KEY_ENDINGS
    | nouns.NAME_ENDINGS
    | nouns.FILLER_ENDINGS
    | frozenset({"allowed", "flag", "friendly", "available", "included", "status", "enabled", "permitted", "support"})
)
"""Ends of names that people leave out: `customer_id`, `dogs_allowed`."""


def canonical(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(GROUP_OF.get(word, word) for word in words)


def phrases_of(column: Column) -> dict[Rank, set[tuple[str, ...]]]:
    """What people call a column, by rank."""
    words = column.words
    if not words:
        return {}
    exact = {words}
    near: set[tuple[str, ...]] = set()
    loose = {canonical(words)}
    stems = [words]
    if len(words) > 1 and words[-1] in nouns.UNITS:
        bare = words[:-2] if len(words) > 2 and words[-2] in {"in", "per"} else words[:-1]
        near.add(bare)
        stems.append(bare)
    if len(words) > 2:
        loose.add(("".join(word[0] for word in words),))
    if len(words) == 2 and words[1] in nouns.EXTREME_WORDS:
        loose |= {(way, *canonical(words[:1])) for way in nouns.EXTREME_WORDS[words[1]]}
        loose |= {(way, words[0]) for way in nouns.EXTREME_WORDS[words[1]]}
    done = words[0] in _DONE or words[0].endswith("ed")
    if column.is_date and done and words[-1] in {"at", "on", "date", "time"}:  # `sent_at`: “were sent in March”
        loose.add(words[:-1])
    for stem in stems:
        loose.add(canonical(stem))
        for start in range(1, len(stem)):
            tail = stem[start:]
            if tail[0] not in nouns.KEY_ENDINGS | nouns.NAME_ENDINGS | nouns.FILLER_ENDINGS:
                loose |= {tail, canonical(tail)}
        if len(stem) > 1 and stem[-1] in _SILENT_ENDINGS:
            money = stem[-1] in nouns.KEY_ENDINGS and stem[-2] in nouns.MONEY_NOUNS  # `sale_id` is no revenue
            loose |= {stem[:-1]} if money else {stem[:-1], canonical(stem[:-1])}
    return {Rank.EXACT: exact, Rank.NEAR: near - exact, Rank.LOOSE: loose - exact - near}
