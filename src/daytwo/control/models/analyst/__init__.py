"""`builtin:analyst`, a model without a network: common questions become programs, the rest is refused.

Read in this order: `words` (tokens; `words.ways`: ways of asking, put into one) → `table` (columns, and what people
call them) → `rules` (words to parts: chunks, filters, groups, figures) → `intent` and `kinds` (the kind of question) →
`question` (what was understood) → `explain` and `program`.  `following` changes the question before, `nearest` offers
others.  Why it refuses, and how to add a kind of question: docs/adr/0006-the-offline-analyst.md.
"""

from daytwo.control.models.analyst.analyst import plan

__all__ = ["plan"]
