"""Which of several dates is that of the row's event: `ordered_at` of orders, rather than `promised_on`.

People who say “orders in March” mean it, and are told that it was taken.  Where the names leave a doubt there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.control.models.analyst.table.columns import Column
from daytwo.control.models.analyst.words import lexicon, nouns
from daytwo.control.models.analyst.words.spelling import singular, verb_stem

_THE_EVENT = (
    frozenset({"date", "timestamp", "datetime", "day"}),
    frozenset({"occurred", "happened", "recorded", "observed", "measured", "event", "reported", "sold", "purchased"}),
    frozenset(
        {
            "created",
            "opened",
            "sent",
            "submitted",
            "placed",
            "booked",
            "filed",
            "posted",
            "received",
            "onset",
            "ordered",
            "admit",
            "admitted",
            "admission",
            "pickup",
            "picked",
        }
    ),
    frozenset({"issued"}),
    frozenset({"start", "started", "begin", "began"}),
)
"""Words of names that say so, the plainest first; of the first row only where they are the whole name."""
_THE_END = frozenset(
    {"closed", "resolved", "ended", "end", "finished", "completed", "delivered", "arrived", "returned", "discharged",
     "released", "expired", "expiry", "due", "promised", "expected", "updated", "modified", "cancelled", "paid",
     "shipped", "refunded", "died", "checkout", "disch", "discharge", "departed", "approved", "issued", "dispatched"}
)  # fmt: skip
"""Words of dates at which something ends, changes or falls due: the one date beside such is when it began."""
_DUE = frozenset({"due", "promised", "expected", "expiry", "updated", "modified", "paid", "refunded"})
"""Of those, dates that are no end of the thing itself."""
_BIRTH = frozenset({"birth", "born", "dob", "birthday"})
_SILENT = frozenset({"date", "dt", "at", "on", "time", "timestamp", "datetime", "day", "utc", "local"})


def happened(word: str, dates: Sequence[Column]) -> Column | None:
    """The one date at which what a verb or noun says happened: `hires`, `joined`: `hireDt`."""
    if singular(word) in lexicon.GRAINS:
        return None
    groups = [group for group in nouns.EVENTS if word in group or singular(word) in group]
    said = {word, singular(word)}.union(*groups) if groups else {word, singular(word)}
    found = [c for c in dates if any(part in said for part in c.words if part not in _SILENT)]
    return found[0] if len(found) == 1 else None


def event_date(dates: Sequence[Column], table_words: Sequence[str]) -> Column | None:
    """The one date that a question means which names none; None where two could be."""
    if len(dates) == 1:
        return dates[0]
    stems = {verb_stem(word) or word for word in table_words}
    own = [c for c in dates if any((verb_stem(word) or word) in stems for word in c.words if word not in _SILENT)]
    if len(own) == 1:
        return own[0]
    for words in _THE_EVENT:
        plain = words is _THE_EVENT[0]
        named = [c for c in dates if (words >= set(c.words) if plain else words.intersection(c.words))]
        if len(named) == 1:
            return named[0]
    ended = [c for c in dates if _THE_END.intersection(c.words)]
    began = [c for c in dates if c not in ended and not _BIRTH.intersection(c.words)]
    return began[0] if ended and len(began) == 1 else None


def end_date(dates: Sequence[Column], event: Column | None) -> Column | None:
    """The one date at which what began with the event ended: of opened and closed, closed."""
    ended = [c for c in dates if c != event and _THE_END.intersection(c.words) and not _DUE.intersection(c.words)]
    return ended[0] if event and len(ended) == 1 else None
