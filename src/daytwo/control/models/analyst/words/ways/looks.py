"""First contact: what the file holds, how large it is, some of its rows, which time it covers."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

import re

from daytwo.control.models.analyst.words.ways.way import COUNTED, Way, size

_IT = r"(?:it|this|here|there|(?:the|this|my) (?:data|data ?set|table|file|sheet|csv))"
_FIELDS = r"(?:columns?|variables?|fields?|features?)"
_ROWS = r"(?:rows?|records?|lines?|entries)"


def _span(match: re.Match[str]) -> str:
    return f"min and max of {'year' if match[1].casefold().startswith('year') else 'the date'}"


WAYS = (
    Way(r"^(?:good (?:morning|afternoon|evening)|hello|hi|hey|dear \w+)\s?[,.!:]*\s+(?=\w)", "", "Good morning! how many rows are there", "how many rows are there"),
    Way(r"^(?:(?:would|could) you be so kind as to|(?:could|can|would|will) you (?:please )?|(?:please )?i (?:would like|want|need|wish) to|i'd like to|do you know|let me know|please) (?:tell me|know|see|show me|find out)?,? ?(?=\w)", "",
        "Would you be so kind as to tell me the median tip", "the median tip"),
    Way(r"^(?:please )?name (?:me )?(?:all )?(?=the |\d|three|five|ten)", "list ", "name the five shortest trails", "list the five shortest trails"),
    Way(rf"^what(?:'s| is| data is| kind of data is) (?:contained )?(?:in )?{_IT}(?: about)?\??$", "describe the data", "what's in this file?", "describe the data"),
    Way(rf"^what does {_IT} (?:contain|hold|look like|have|show)\??$", "describe the data", "what does this file contain?", "describe the data"),
    Way(rf"^(?:(?:please )?(?:list|show|name|give)(?: me)?|what are|which are) (?:all )?(?:the )?{_FIELDS}(?: names?)?(?: please| in {_IT}| of {_IT})?\??$", "describe the data",
        "list the columns please", "describe the data"),
    Way(rf"^(?:what|which) {_FIELDS} (?:does|do|is|are) {_IT}(?: have| contain| hold)?\??$", "describe the data", "what columns does this have?", "describe the data"),
    Way(rf"^how many {_FIELDS}(?: and {_ROWS}| and how many {_ROWS})?(?: (?:are|does|do|has|have|is) {_IT}(?: have)?| (?:are )?in {_IT})?\??$", "@size", "how many columns and rows", "@size"),
    Way(rf"^how many {_ROWS} and (?:how many )?{_FIELDS}(?: .*)?$", "@size", "how many rows and columns are there", "@size"),
    Way(rf"^(?:how (?:big|large|long) is {_IT}|(?:what is the )?(?:size|shape|dimensions?) of {_IT})\??$", "@size", "how big is this table?", "@size"),
    Way(rf"^(?:please )?(?:show|give|display|print|see|list)(?: me)? (?:a few|some|several|sample|example|a sample of|any|the) ?(?:sample |example )?{_ROWS}(?: please)?\??$", "show the first 10 rows",
        "show me some rows", "show the first 10 rows"),
    Way(rf"^(?:please )?(?:show|give|display|print|see|list)?(?: me)? ?(?:the )?(?:last|final|bottom) (?P<count>{COUNTED}) {_ROWS}\??$", lambda m: f"show the @end{size(m['count'])} rows",
        "last five rows", "show the @end5 rows"),
    Way(r"^(?:show|display|print|list|give)(?: me)? (?:everything|all(?: of)?(?: it| the data| rows)?|the (?:whole|entire|full) (?:table|file|data\w*)|the (?:data|table|file))\??$", "show the rows",
        "show everything", "show the rows"),
    Way(rf"^(?:what|which) (years?|dates?|period|time|time span|time range|times) (?:does|do|is|are) {_IT} (?:cover\w*|span\w*|from|about|for|include\w*)\??$", _span,
        "what years does this cover", "min and max of year"),
)  # fmt: skip
