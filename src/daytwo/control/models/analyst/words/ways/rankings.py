"""Places: `second highest`, `busiest`, `who sold the most`, `X with the most Y`."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import Way

_PLACES = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_PLACE = rf"(?:{'|'.join(_PLACES)}|2nd|3rd|[4-9]th|10th)"
_END = r"(?:most|least|fewest|best|worst|\w+est)"


def _place(text: str) -> str:
    word = text.casefold()
    return str(_PLACES.index(word) + 2) if word in _PLACES else re.sub(r"\D", "", word)


WAYS = (
    Way(rf"\b(?P<place>{_PLACE})[- ](?={_END}\b)", lambda m: f"@place{_place(m['place'])} ", "the third most expensive product", "the @place3 most expensive product"),
    Way(rf"^(?:which|what) (?P<key>\w+) (?:is|was|came|comes|ranks?|ranked) (?:in |the )?(?P<place>{_PLACE})(?: place)? (?:in|by|for|on|at) (?:terms of )?(?:the )?(?P<figure>.+?)\??$",
        lambda m: f"which {m['key']} has the @place{_place(m['place'])} highest {m['figure']}", "which state is second in executions?", "which state has the @place2 highest executions"),
    Way(r"^(?:which|what) (?P<key>\w+) (?:came|comes|is|was|ranks?|ranked|finished) (?P<end>last|first|top|bottom) (?:in|by|for|on|at) (?:terms of )?(?:the )?(?P<figure>.+?)\??$",
        lambda m: f"which {m['key']} has the {'lowest' if m['end'].casefold() in {'last', 'bottom'} else 'highest'} {m['figure']}", "which country came last in bronze?", "which country has the lowest bronze"),
    Way(r"\b(best|worst|highest|lowest|top)[- ](?:rated|reviewed|scoring|scored|performing|ranked)\b", lambda m: {"highest": "best", "lowest": "worst", "top": "best"}.get(m[1].casefold(), m[1]), "the best rated channel", "the best channel"),
    Way(r"\b(?:busiest|most active|most frequented)(?= \w)", "most common", "the busiest hour", "the most common hour"),
    Way(r"\b(?:quietest|slowest|least busy|least active)(?= (?:day|hour|month|week|weekday|quarter|year|season|time))", "least common", "the quietest month", "the least common month"),
    Way(r"^(?:which|what) (\w+)(?: of the (?:day|week|year))? (?:is|was|are|were) (?:the |our )?(busiest|quietest|slowest)\??$", lambda m: f"{'most' if m[2].casefold() == 'busiest' else 'least'} common {m[1]}",
        "which hour is the busiest?", "most common hour"),
    Way(r"\bday of the week\b|\bweek ?day(?=\b.*(?:common|most|least|fewest))", "weekday", "most common day of the week", "most common weekday"),
    Way(r"^who (?P<verb>\w+ed|did|made|got|won|had|has|have|scored|took|received|earned|sold|wrote|ran|gave|saw) (?:the )?(?P<end>most|fewest|highest|lowest|least)\b(?! (?:on|in|at|for|during|of)\b)", r"which @name has the \g<end>",
        "who handled the most tickets?", "which @name has the most tickets?"),
    Way(r"^who (?:is|was|are|were) (?:the )?(?P<end>most|least|\w+est)\b", r"which @name is the \g<end>", "who is the oldest", "which @name is the oldest"),
    Way(r"\b(?:ranked|sorted|ordered|sort|order|arranged)(?: them| it)? (?:by|on) (?:the )?(?P<figure>[\w ]+?)(?:,? (?P<way>highest first|descending|desc|from (?:high|highest|most) to \w+|lowest first|ascending|asc|from (?:low|lowest|least) to \w+))?\s*[?.]?$",
        lambda m: f"@sorted{'up' if (m['way'] or '').casefold().startswith(('low', 'asc', 'from low', 'from least')) else 'down'} {m['figure']}", "orders sorted by price", "orders @sorteddown price"),
)  # fmt: skip
