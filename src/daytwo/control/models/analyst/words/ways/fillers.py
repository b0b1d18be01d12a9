"""Words around a question that ask for nothing: `still`, `do we have`, `in here`, `please`."""
# ruff: noqa: E501 - a pattern is read best on one line

from __future__ import annotations

from daytwo.control.models.analyst.words.ways.way import Way

WAYS = (
    Way(r" (?:instead of|rather than|not) (?:by|per) \w+\b", "", "tickets by month instead of by day", "tickets by month"),
    Way(r"\bwhats\b", "what is", "whats the average price", "what is the average price"),
    Way(r"\bhow many's\b|\bhows\b", "how is", "hows age distributed", "how is age distributed"),
    Way(r"(?<=\w)n't\b", " not", "which products didn't sell", "which products did not sell"),
    Way(r",? (?:please|thanks|thank you|pls|plz)\s*[.!?]*$", "", "total revenue, please", "total revenue"),
    Way(r"^(?:ok|okay|so|well|hmm|um|right|great|cool|also|and also|btw|fyi|quick question|question)\b\s*[,:.-]*\s+(?!about|by|far|many|much)(?=\w)", "", "ok, what is the total revenue", "what is the total revenue"),
    Way(r"^(?:(?:i am|i'm|im) (?:curious|interested|wondering)(?: (?:about|in|to know))?|i wonder|i want(?:ed)? to know|tell me(?: about)?|any idea|do we know|can we see|could you check|please check|let us see|let's see|find out)\b,? ?(?=\w)", "",
        "I'm curious how many orders there are", "how many orders there are"),
    Way(r"\b(?:still|ever|actually|really|exactly|roughly|approximately|approx\.?|about|around|currently|usually|typically|generally|overall|simply|basically|ourselves|per chance|at all)\b (?=open|closed|pending|active|unpaid|sold|had|have|had|made|recorded|measured|observed|registered|how|what|many|much|the|is|are|was|were|do|does|did|a\b|an\b)", "",
        "how many tickets are still open", "how many tickets are open"),
    Way(r"\b(?:ever )?(?:measured|recorded|observed|registered|seen) (?:so far|to date|ever)\b|\b(?:so far|to date|ever|of all time|at all|in here|in there|right now|at the moment|on record|on file|in our (?:data|records|books|system)|in the (?:whole|entire|full) (?:data ?set|table|file|data))\b(?! (?:measured|recorded|had|made))", "",
        "highest price ever", "highest price"),
    Way(r"\bhow (many|much) (?:of (?:the|our) )?(\w+(?: \w+)?) (?:do|did) (?:we|you|they|i) (?:have|get|got|see|carry|offer|own)\b", r"how \1 \2", "how many customers do we have", "how many customers"),
    Way(r"^(?:do|did|does) (?:we|you|they|i) have (?:any |some )(?=\w)", "how many ", "do we have any orders from West?", "how many orders from West?"),
    Way(r"\b(?:came|come|comes) in(?= (?:each|every|per|by|on|in|during|last|from)\b|\??$)", "", "how many tickets came in each week", "how many tickets each week"),
    Way(r"^(?:what (?:is|was|are|were) )?(?:the )?(?:split|breakdown|mix|make-?up|composition) (?:between|of|by|among|across) (?:the )?(?:different )?(\w+)\??$", r"number of rows by \1", "what is the split between categories", "number of rows by categories"),
    Way(r"^(?:the )?([\w ]+?) (?:breakdown|split|counts?)\??$", r"number of rows by \1", "status breakdown", "number of rows by status"),
    Way(r"^(?:break|split|slice|cut) (?:down )?(?:the )?(.+?) (?:down )?by (?=\w)", r"\1 by ", "break down the revenue by region", "revenue by region"),
)  # fmt: skip
